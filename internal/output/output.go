// Package output writes the program's results to standard output and standard error.
// Some clients read only one of the two, and some give the program one pipe for both;
// they must recognise an answer in each case.
//
// A run has one result, an answer or a refusal. The first one that is written is the
// only one: where the program is interrupted while it writes an answer, no refusal
// follows.
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

	// Merged says that both are one and the same pipe, socket or file, as with 2>&1.
	// Then only the result is written, since CUE and Spring Boot compare all that they
	// read with the texts of the protocol.
	Merged bool
	// Terminal says that both are one and the same terminal.
	Terminal bool

	said atomic.Bool
}

// Standard is the Output of the process.
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
	// f.Fd would set a pipe that the client shares to blocking mode.
	if conn, err := f.SyscallConn(); err == nil {
		_ = conn.Control(func(fd uintptr) { is = term.IsTerminal(int(fd)) })
	}
	return is
}

// ErrSaid is the error for a result after the first one.
var ErrSaid = errors.New("the last word has been said")

// Answer writes the result of a verb to standard output, in one write.
func (o *Output) Answer(text []byte) error {
	if !o.said.CompareAndSwap(false, true) {
		return ErrSaid
	}
	_, err := o.Out.Write(text)
	return err
}

// Refuse writes the line of an error to both streams: some clients read only standard
// output, and most show only standard error to the user.
func (o *Output) Refuse(err error) {
	if !o.said.CompareAndSwap(false, true) {
		return
	}
	message.Report(err, o.Out)
	if !o.Merged && !o.Terminal {
		message.Report(err, o.Err)
	}
}

// RefuseExactly writes one of the protocol's own texts to standard output, with nothing
// after it, since clients compare it, and the line of an error to standard error,
// unless err is nil.
func (o *Output) RefuseExactly(text string, err error) {
	switch {
	case !o.said.CompareAndSwap(false, true):
	case err != nil && o.Terminal: // no client compares what is on a terminal, and the line contains the text
		message.Report(err, o.Err)
	default:
		_, _ = io.WriteString(o.Out, text)
		if err != nil && !o.Merged {
			message.Report(err, o.Err)
		}
	}
}

// Lost writes to standard error that the answer could not be written.
func (o *Output) Lost(err error) {
	if !o.Merged {
		message.Report(err, o.Err)
	}
}

// Note writes a message that is not part of the protocol.
func (o *Output) Note(text string) { message.Note(text, o.Aside()) }

// Aside is standard error for notes and debug lines. They are dropped where both
// streams are merged, and after the result is written.
func (o *Output) Aside() io.Writer { return aside{o} }

type aside struct{ *Output }

func (a aside) Write(p []byte) (int, error) {
	if a.Merged || a.said.Load() {
		return len(p), nil
	}
	return a.Err.Write(p)
}
