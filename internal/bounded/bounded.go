// Package bounded reads files that have no business to be long: configuration, tokens,
// sessions. A file that has no end, or is there by mistake, is an error, and does not
// fill the memory.
package bounded

import (
	"errors"
	"io"
	"os"
)

// Max is the most that is read of a file, in bytes.
const Max = 1 << 20

// ErrTooLong is the error for a longer file.
var ErrTooLong = errors.New("longer than 1 MB")

// ReadFile is os.ReadFile for a file of at most [Max] bytes.
func ReadFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > Max {
		return nil, ErrTooLong
	}
	return io.ReadAll(Reader(f))
}

// Reader reads at most [Max] bytes, and fails with [ErrTooLong] where there are more.
func Reader(r io.Reader) io.Reader { return &reader{r, Max} }

type reader struct {
	io.Reader
	left int
}

func (r *reader) Read(p []byte) (int, error) {
	if len(p) > r.left+1 {
		p = p[:r.left+1]
	}
	n, err := r.Reader.Read(p)
	if n > r.left {
		n, err = r.left, ErrTooLong
	}
	r.left -= n
	return n, err
}
