package bounded

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
)

func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for size, want := range map[int]error{0: nil, 1: nil, Max - 1: nil, Max: nil, Max + 1: ErrTooLong, 3 * Max: ErrTooLong} {
		text := bytes.Repeat([]byte("x"), size)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := ReadFile(path)
		if !errors.Is(err, want) || err == nil && !bytes.Equal(got, text) {
			t.Errorf("%d bytes: %d, %v; want %v", size, len(got), err, want)
		}
		for _, r := range []io.Reader{bytes.NewReader(text), iotest.HalfReader(bytes.NewReader(text)), iotest.DataErrReader(bytes.NewReader(text))} {
			if got, err := io.ReadAll(Reader(r)); !errors.Is(err, want) || len(got) != min(size, Max) {
				t.Errorf("a reader of %d bytes: %d, %v", size, len(got), err)
			}
		}
	}
	if _, err := ReadFile(path + "-none"); !os.IsNotExist(err) {
		t.Error(err)
	}
	if _, err := os.Stat("/dev/zero"); err == nil {
		if _, err := ReadFile("/dev/zero"); !errors.Is(err, ErrTooLong) {
			t.Errorf("/dev/zero: %v", err)
		}
	}
}
