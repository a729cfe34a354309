package doctor

import (
	"os"
	"strconv"

	"golang.org/x/term"

	"docker-credential-ssm/internal/cli"
)

// widthOf is how wide the output is: COLUMNS, or the terminal's size. 0 is for what
// is neither, such as a build's log, which breaks lines itself.
func widthOf(p *cli.Program) int {
	if n, err := strconv.Atoi(p.Env("COLUMNS")); err == nil && n > 0 {
		return n
	}
	width := 0
	if !p.Terminal {
		return width
	}
	// Not by os.Stdout.Fd, which would change the mode of a pipe.
	if conn, err := os.Stdout.SyscallConn(); err == nil {
		_ = conn.Control(func(fd uintptr) { width, _, _ = term.GetSize(int(fd)) })
	}
	return width
}
