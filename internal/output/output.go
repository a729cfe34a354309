// Package output is where the program writes: standard output and standard error.
// Some clients read only one of them, and some give the program one pipe for
// both; an answer has to be recognised in each case.
//
// There is one last word, an answer or a refusal, and whoever says it first says it
// alone: a program that is interrupted while it writes an answer adds nothing.
package output

import (
	"errors"
	"io"
	"os"
	"sync/atomic"

	"golang.org/x/term"

	"docker-credential-ssm/internal/message"
)

// Output is standard output and standard error.
type Output struct {
	Out, Err io.Writer

	// Merged says that both are one and the same pipe, socket or file, as with
	// 2>&1. Then nothing but the last word is written: CUE and Spring Boot compare
	// all of it with what they know.
	Merged bool
	// Terminal says that both are one and the same terminal.
	Terminal bool

	said atomic.Bool
}

// Standard is the process's.
func Standard() *Output {
	o := &Output{Out: os.Stdout, Err: os.Stderr}
	if same(os.Stdout, os.Stderr) {
		o.Terminal = IsTerminal(os.Stdout)
		o.Merged = !o.Terminal
	}
	return o
}

// IsTerminal reports whether a file is a terminal. The null device is not.
func IsTerminal(f *os.File) (is bool) {
	// Not by f.Fd, which would change the mode of a pipe that the client shares.
	if conn, err := f.SyscallConn(); err == nil {
		_ = conn.Control(func(fd uintptr) { is = term.IsTerminal(int(fd)) })
	}
	return is
}

// ErrSaid is returned to those who come too late for the last word.
var ErrSaid = errors.New("the last word has been said")

// Answer says what the protocol wants on standard output, in one write.
func (o *Output) Answer(text []byte) error {
	if !o.said.CompareAndSwap(false, true) {
		return ErrSaid
	}
	_, err := o.Out.Write(text)
	return err
}

// Refuse says an error's line on both streams: some clients read only the first,
// and most show only the second to the user.
func (o *Output) Refuse(err error) {
	if !o.said.CompareAndSwap(false, true) {
		return
	}
	message.Report(err, o.Out)
	if !o.Merged && !o.Terminal {
		message.Report(err, o.Err)
	}
}

// RefuseExactly says one of the protocol's own texts on standard output, with
// nothing after it, since clients compare it, and an error's line on standard
// error; none where err is nil.
func (o *Output) RefuseExactly(text string, err error) {
	switch {
	case !o.said.CompareAndSwap(false, true):
	case err != nil && o.Terminal: // no client compares here, and the line has the text in it
		message.Report(err, o.Err)
	default:
		_, _ = io.WriteString(o.Out, text)
		if err != nil && !o.Merged {
			message.Report(err, o.Err)
		}
	}
}

// Lost says on standard error that the answer could not be written.
func (o *Output) Lost(err error) {
	if !o.Merged {
		message.Report(err, o.Err)
	}
}

// Note tells a person what the protocol has no words for.
func (o *Output) Note(text string) { message.Note(text, o.Aside()) }

// Aside is standard error for what is not the last word: notes and debug lines.
// It takes them and drops them where both streams are merged, and once the last
// word is said.
func (o *Output) Aside() io.Writer { return aside{o} }

type aside struct{ *Output }

func (a aside) Write(p []byte) (int, error) {
	if a.Merged || a.said.Load() {
		return len(p), nil
	}
	return a.Err.Write(p)
}
