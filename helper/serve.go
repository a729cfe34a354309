package helper

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/docker/docker-credential-helpers/credentials"

	"docker-credential-ssm/internal/message"
)

// Verbs are the protocol's, with what each is for.
var Verbs = []struct{ Name, Help string }{
	{credentials.ActionGet, "read a server URL from standard input, print its credential"},
	{credentials.ActionStore, "read a credential from standard input, keep it (needs writable)"},
	{credentials.ActionErase, "read a server URL from standard input, delete its credential (needs writable)"},
	{credentials.ActionList, "print the user name for each server URL"},
	{credentials.ActionVersion, "print the version"},
}

// Serve carries one verb out and writes what the protocol wants: the answer on
// standard output; a failure as one line on standard output and standard error
// alike, since some clients swallow the first and all of them pass on the
// second; "not found" on standard output alone, and without the line's end,
// since it has to be exactly those words. It reports whether the verb
// succeeded. The reader is not read for list.
func Serve(h credentials.Helper, verb string, in io.Reader, stdout, stderr io.Writer) bool {
	// The library writes as it goes and does not look at the outcome. A client
	// that gets half an answer has to see a failure.
	var answer bytes.Buffer
	err := credentials.HandleCommand(h, verb, in, &answer)
	if err == nil {
		if _, err = answer.WriteTo(stdout); err == nil {
			return true
		}
	}
	if notFound(err) {
		_, _ = io.WriteString(stdout, err.Error())
		return false
	}
	line := explain(verb, err)
	message.Report(line, stdout)
	message.Report(line, stderr)
	return false
}

// explain gives an error of the library's own, which comes from standard
// input, the form of all others. What JSON says about broken input can quote
// it, and so a piece of the secret: that text is withheld.
func explain(verb string, err error) error {
	var (
		e      *message.Error
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
	)
	advice := `Write {"ServerURL":"…","Username":"…","Secret":"…"} to standard input`
	if verb != credentials.ActionStore {
		advice = "Write a server URL to standard input, such as https://index.docker.io/v1/"
	}
	switch {
	case errors.As(err, &e):
		return err
	case errors.As(err, &syntax), errors.As(err, &kind), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("standard input holds no credential in JSON")
	case errors.Is(err, context.DeadlineExceeded):
		err = errors.New("standard input did not end before the deadline")
	case strings.Contains(err.Error(), "unknown action"):
		err, advice = errors.New("there is no such verb"), "Run "+credentials.Name+" --help"
	}
	return &message.Error{What: verb, Err: message.Advise(err, advice)}
}

// WithContext makes a reader that gives up when the context ends: a client
// that keeps standard input open must not keep the program past its deadline,
// nor an interrupt from ending it. The read itself goes on until the process
// does.
func WithContext(ctx context.Context, r io.Reader) io.Reader {
	return &contextReader{ctx, r}
}

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *contextReader) Read(p []byte) (int, error) {
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	buf := make([]byte, len(p))
	go func() {
		n, err := r.r.Read(buf)
		done <- result{n, err}
	}()
	select {
	case <-r.ctx.Done():
		return 0, fmt.Errorf("reading standard input: %w", r.ctx.Err())
	case got := <-done:
		return copy(p, buf[:got.n]), got.err
	}
}
