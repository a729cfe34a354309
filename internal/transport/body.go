package transport

import (
	"errors"
	"io"
	"net/http"
	"strings"
)

// MaxBody is the longest answer that is read, in bytes. The longest that AWS
// gives here is a page of ten parameters of 8 KB, or a secret of 64 KB.
const MaxBody = 1 << 20

// maxHeader is the longest header of an answer that is read, in bytes.
const maxHeader = 64 << 10

// ErrTooLong is what reading an answer ends with after a megabyte.
var ErrTooLong = errors.New("the answer is longer than 1 MB")

// body is an answer's body: it ends after so many bytes, and its errors hold
// nothing of what the server sent.
type body struct {
	io.ReadCloser
	left   int64 // one more than may be read
	failed func(error) error
}

// maxQuery is the longest answer of STS, in bytes, whose XML takes fifty times its
// length in memory. Its longest real one is a few KB.
const maxQuery = 64 << 10

// longest is the longest answer to a request that is read. STS alone is sent a form.
func longest(r *http.Request) int64 {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return maxQuery
	}
	return MaxBody
}

func limit(of io.ReadCloser, most int64, failed func(error) error) *body {
	return &body{of, most + 1, failed}
}

func (b *body) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	switch {
	case b.left == 0 && n > 0:
		return n - 1, b.failed(ErrTooLong)
	case b.left == 0:
		return 0, b.failed(ErrTooLong)
	case err == nil || err == io.EOF:
		return n, err
	}
	return n, b.failed(err)
}
