package ssm

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
)

var errNoTerminal = errors.New("no terminal")

// askForCode returns a function that asks for an MFA code on the terminal:
// standard input and standard output belong to the protocol, and the client
// that runs the program has them. It gives up when the context ends.
func askForCode(ctx context.Context) func() (string, error) {
	return func() (string, error) {
		in, out, err := openTerminal()
		if err != nil {
			return "", fmt.Errorf("%w: %v", errNoTerminal, err)
		}
		if _, err := fmt.Fprint(out, "docker-credential-ssm: MFA code: "); err != nil {
			return "", fmt.Errorf("%w: %v", errNoTerminal, err)
		}
		type answer struct {
			line string
			err  error
		}
		done := make(chan answer, 1)
		go func() {
			line, err := bufio.NewReader(in).ReadString('\n')
			done <- answer{line, err}
		}()
		select {
		case <-ctx.Done():
			_, _ = fmt.Fprintln(out)
			return "", ctx.Err()
		case a := <-done:
			if a.err != nil {
				return "", fmt.Errorf("%w: %v", errNoTerminal, a.err)
			}
			return strings.TrimSpace(a.line), nil
		}
	}
}

// openTerminal opens the terminal that the process was started from. The files
// stay open as long as the process does, since the read may.
func openTerminal() (in, out *os.File, err error) {
	name, nameOut := "/dev/tty", "/dev/tty"
	if runtime.GOOS == "windows" {
		name, nameOut = "CONIN$", "CONOUT$"
	}
	if in, err = os.OpenFile(name, os.O_RDWR, 0); err != nil {
		return nil, nil, err
	}
	if out, err = os.OpenFile(nameOut, os.O_RDWR, 0); err != nil {
		_ = in.Close()
		return nil, nil, err
	}
	return in, out, nil
}
