package dockerconfig

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// File is a config.json on the disk. Links are followed, so that they stay.
type File struct {
	path string // as it was named
	real string // where it is
	Text []byte // as it was read; nil where there is none yet
	mode fs.FileMode
}

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
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("it is no regular file")}
	}
	f.mode = info.Mode().Perm()
	f.Text, err = os.ReadFile(f.real)
	return f, err
}

// ErrChanged says that somebody else has written the file in between.
var ErrChanged = errors.New("the file has changed in between")

// write replaces the file in one step: whoever reads it, and whatever ends
// the program, finds the old text or the new one. If it is no longer what was
// read, it is left alone and the error is ErrChanged.
func (f *File) write(text []byte) error {
	dir := filepath.Dir(f.real)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	unlock, err := lock(dir)
	if err != nil {
		return err
	}
	defer unlock()
	temporary, err := os.CreateTemp(dir, filepath.Base(f.real)+".*.tmp")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	_, err = temporary.Write(text)
	err = errors.Join(err, temporary.Chmod(f.mode), sameOwner(temporary, f.real), temporary.Sync(), temporary.Close())
	if err != nil {
		return err
	}
	now, err := ReadFile(f.path)
	if err != nil {
		return err
	}
	if now.real != f.real || !bytes.Equal(now.Text, f.Text) || (now.Text == nil) != (f.Text == nil) {
		return ErrChanged
	}
	return os.Rename(temporary.Name(), f.real)
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
		if err != nil || bytes.Equal(text, f.Text) && (text == nil) == (f.Text == nil) {
			return err
		}
		if err := f.write(text); !errors.Is(err, ErrChanged) || attempt == 100 {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}
