// Package message makes the lines that a person reads: an error as one line, of
// the form "docker-credential-ssm: WHAT failed: WHY. HINT", and notes. Nothing
// that it writes breaks the line, or reaches a terminal with control characters
// in it, whoever the text came from.
package message

import (
	"errors"
	"io"
	"strings"
)

// Program begins every line.
const Program = "docker-credential-ssm"

// Error is the failure of a verb or of a command.
type Error struct {
	What string // what was to be done, with the registry where there is one: "get docker.io"
	Err  error  // why, with a method Hint() string where there is something to do about it
}

func (e *Error) Error() string { return e.What + " failed: " + e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// Line is an error as its one line, without the line's end.
func Line(err error) string {
	line := Program + ": " + OneLine(err.Error())
	if hint := Hint(err); hint != "" {
		line = strings.TrimRight(line, ".") + ". " + OneLine(hint)
	}
	return line
}

// Report writes an error's line.
func Report(err error, w io.Writer) { _, _ = io.WriteString(w, Line(err)+"\n") }

// Note writes a line that is no error's.
func Note(text string, w io.Writer) { _, _ = io.WriteString(w, Program+": "+OneLine(text)+"\n") }

// Advise gives an error something to do about it, which [Hint] finds.
func Advise(err error, advice string) error { return &advised{err, advice} }

type advised struct {
	error
	advice string
}

func (e *advised) Hint() string { return e.advice }

func (e *advised) Unwrap() error { return e.error }

// Hint is what an error says can be done about it; "" for nothing.
func Hint(err error) string {
	var hinter interface{ Hint() string }
	if !errors.As(err, &hinter) {
		return ""
	}
	return hinter.Hint()
}

// maxLine is how long a line's two parts, cause and hint, may be in bytes: some
// clients cut what they pass on.
const maxLine = 1000

// OneLine folds what could break the line, or the terminal it is shown on: the
// text may come from whoever answers at the store's address.
func OneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\ufffd"), control), " ")
	if len(s) > maxLine {
		const more = "…"
		s = strings.ToValidUTF8(s[:maxLine-len(more)], "") + more
	}
	return s
}

// control reports whether a character acts on a terminal instead of being shown:
// the C0 and C1 controls, line and paragraph separators, and the marks that turn
// the direction of the text around them.
func control(r rune) bool {
	switch {
	case r < ' ', 0x7f <= r && r < 0xa0, r == '\u2028', r == '\u2029':
		return true
	case '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069', r == '\u200e', r == '\u200f', r == '\u061c', r == '\ufeff':
		return true
	}
	return false
}
