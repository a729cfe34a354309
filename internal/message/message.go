// Package message writes the program's messages: an error as one line, of the form
// "docker-credential-ssm: WHAT failed: WHY. HINT", and notes. Line ends and control
// characters in a text are replaced, wherever the text comes from.
package message

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Program is the beginning of every line.
const Program = "docker-credential-ssm"

// Error is the failure of a verb or of a command.
type Error struct {
	What string // what was to be done, with the registry where there is one: "get docker.io"
	Err  error  // why, with a method Hint() string where there is something to do about it
}

func (e *Error) Error() string { return e.What + " failed: " + e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// Line is an error as one line, without the line end.
func Line(err error) string {
	line := Program + ": " + OneLine(err.Error())
	if hint := Hint(err); hint != "" {
		line = strings.TrimRight(line, ".") + ". " + OneLine(hint)
	}
	return line
}

// Report writes the line of an error.
func Report(err error, w io.Writer) { _, _ = io.WriteString(w, Line(err)+"\n") }

// Note writes a line that is not an error.
func Note(text string, w io.Writer) { _, _ = io.WriteString(w, Program+": "+OneLine(text)+"\n") }

// Advise adds a hint to an error, which [Hint] returns.
func Advise(err error, advice string) error { return &advised{err, advice} }

type advised struct {
	error
	advice string
}

func (e *advised) Hint() string { return e.advice }

func (e *advised) Unwrap() error { return e.error }

// Hint is the hint of an error, what a person can do; "" for none.
func Hint(err error) string {
	var hinter interface{ Hint() string }
	if !errors.As(err, &hinter) {
		return ""
	}
	return hinter.Hint()
}

// maxLine is the maximum length of cause and hint, in bytes each: some clients cut long
// lines.
const maxLine = 1000

// OneLine replaces line ends and control characters in a text, which may come from a
// server.
func OneLine(s string) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\ufffd"), Unseen), " ")
	if len(s) > maxLine {
		const more = "…"
		s = strings.ToValidUTF8(s[:maxLine-len(more)], "") + more
	}
	return s
}

// Unseen reports whether a character is not shown and acts on a terminal, or on how the
// characters around it are read: the C0 and C1 controls, line and paragraph separators,
// and Unicode's format characters, such as the marks that change the direction of text
// and those without a width, with which one name can look like another.
func Unseen(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

// JSON is a text in JSON, with escapes in place of the characters that act on a terminal:
// encoding/json escapes but a few of them. Such a character stands in strings alone, and
// whoever parses the text reads the same.
func JSON(text []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(text) {
		switch {
		case r == '\n' || !Unseen(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}
