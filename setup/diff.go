package setup

import (
	"bytes"
	"io"
	"strings"
	"unicode"

	"github.com/rogpeppe/go-internal/diff"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/message"
)

// The rules of what a terminal gets: colours only there, and not with NO_COLOR; no
// character of the file's that would act on it.
const (
	bold  = "\x1b[1m"
	red   = "\x1b[31m"
	green = "\x1b[32m"
	cyan  = "\x1b[36m"
	reset = "\x1b[m"
)

// writeDiff shows what would change.
func writeDiff(p *cli.Program, path string, before, after []byte) {
	text := diff.Diff(path, before, path+" (new)", after)
	if text == nil && !bytes.Equal(before, after) {
		return
	}
	for line := range strings.Lines(string(text)) {
		line = strings.Map(shown, strings.TrimSuffix(line, "\n"))
		if color := colorOf(line); color != "" && p.Colors() {
			line = color + line + reset
		}
		_, _ = io.WriteString(p.Out, line+"\n")
	}
}

// colorOf is the colour of a line of a diff.
func colorOf(line string) string {
	switch {
	case strings.HasPrefix(line, "diff "), strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "):
		return bold
	case strings.HasPrefix(line, "@@"):
		return cyan
	case strings.HasPrefix(line, "-"):
		return red
	case strings.HasPrefix(line, "+"):
		return green
	}
	return ""
}

// shown leaves out what acts on a terminal. The ends of Windows' lines are such.
func shown(r rune) rune {
	switch {
	case r == '\t':
		return r
	case r == '\r':
		return -1
	case message.Unseen(r):
		return unicode.ReplacementChar
	}
	return r
}
