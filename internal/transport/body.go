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

// ErrTooLong is the error for a longer answer.
var ErrTooLong = errors.New("the answer is too long")

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

// whole reads an answer's body to its end, and closes it.
func whole(body io.ReadCloser, most int64) ([]byte, error) {
	defer body.Close()
	text, err := io.ReadAll(io.LimitReader(body, most+1))
	if err == nil && int64(len(text)) > most {
		err = ErrTooLong
	}
	return text, err
}
