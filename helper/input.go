package helper

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"unicode/utf8"

	"github.com/docker/docker-credential-helpers/credentials"
)

const (
	maxServerURL  = 64 << 10 // bytes
	maxCredential = 1 << 20
)

// text is what a client has written to standard input. No message repeats it: it may
// hold a password.
type text []byte

// input reads standard input to its end; nothing for list and version, which do not use
// it.
func input(verb string, in io.Reader) (text, error) {
	limit, most := maxServerURL, "64 KB, the most that a server URL may have"
	switch verb {
	case credentials.ActionGet, credentials.ActionErase:
	case credentials.ActionStore:
		limit, most = maxCredential, "1 MB, the most that a credential may have"
	default:
		return nil, nil
	}
	t, err := io.ReadAll(io.LimitReader(in, int64(limit)+1))
	switch t = bytes.TrimPrefix(t, []byte("\ufeff")); { // which PowerShell writes
	case err != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)):
		return nil, err
	case err != nil:
		return nil, errors.New("standard input cannot be read: " + system(err))
	case len(t) > limit:
		return nil, errors.New("standard input has more than " + most)
	case bytes.IndexByte(t, 0) >= 0:
		return nil, errors.New("standard input has a NUL byte in it, as UTF-16 has")
	case !utf8.Valid(t):
		return nil, errors.New("standard input is not UTF-8")
	case verb != credentials.ActionStore && bytes.ContainsAny(bytes.TrimSpace(t), "\r\n"):
		return nil, errors.New("standard input has more than one line") // the library would join them
	case verb == credentials.ActionStore && !json.Valid(t): // the library would remove a line end within a password
		return nil, errNoJSON
	}
	return t, nil
}

var errNoJSON = errors.New("standard input holds no credential in JSON")

// lines is the text in lines of at most 32 KB. The library joins the lines again, and
// refuses one of more than 64 KB.
func (t text) lines() io.Reader {
	const most = 32 << 10
	if len(t) <= most {
		return bytes.NewReader(t)
	}
	var b bytes.Buffer
	for len(t) > most {
		b.Write(t[:most])
		b.WriteByte('\n')
		t = t[most:]
	}
	b.Write(t)
	return &b
}

// system is the operating system's text of an error, without the operation and the path
// that Go adds.
func system(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return err.Error()
}

// WithContext returns a reader that fails when the context ends: where a client keeps
// standard input open, the deadline and an interrupt still end the program. The read
// itself is not cancelled; it ends with the process.
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
