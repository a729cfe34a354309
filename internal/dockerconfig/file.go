package dockerconfig

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"docker-credential-ssm/internal/bounded"
)

// File is a config.json on the disk. Links are followed, so that they stay.
type File struct {
	path string // as it was named
	real string // where it is
	Text []byte // as it was read; nil where there is none yet
	mode fs.FileMode

	// Withdraws says that the change takes a secret out of the file. Then the old text is
	// at no moment beside it, where it would stay if the program were killed.
	Withdraws bool

	// InPlace says, once the file is written, that it could not be replaced: it is a
	// mount of its own, and was written in its place, which is not one step.
	InPlace bool
}

// ErrNotRegular says that a path is a folder, a device or a pipe.
var ErrNotRegular = errors.New("not a regular file")

// ReadFile reads one; a file that is not there has no text.
func ReadFile(path string) (*File, error) {
	f := &File{path: path, real: path, mode: 0o600}
	for range 40 { // as many as the kernel follows
		target, err := os.Readlink(f.real)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(f.real), target)
		}
		f.real = target
	}
	info, err := os.Stat(f.real)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: ErrNotRegular}
	}
	f.mode = info.Mode().Perm()
	err = patiently(func() (err error) {
		f.Text, err = bounded.ReadFile(f.real)
		return err
	})
	return f, err
}

// Update reads a file, changes it, and writes it, again if somebody else was
// faster: the Docker CLI, which knows no lock, among them. A change to the
// same text writes nothing.
func Update(path string, change func(f *File) ([]byte, error)) error {
	for attempt := 1; ; attempt++ {
		f, err := ReadFile(path)
		if err != nil {
			return err
		}
		text, err := change(f)
		if err != nil {
			return err
		}
		if !f.differs(text) {
			f.tidy()
			return nil
		}
		if err := f.write(text); !errors.Is(err, ErrChanged) || attempt == 100 {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// differs reports whether a text is another one than the file's. A file without
// text is another than none.
func (f *File) differs(text []byte) bool {
	return !bytes.Equal(text, f.Text) || (text == nil) != (f.Text == nil)
}
