package setup

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// file is a config.json on the disk. Links are followed, so that they stay.
type file struct {
	path string // as it was named
	real string // where it is
	text []byte // as it was read; nil where there is none yet
	mode fs.FileMode
}

func readFile(path string) (*file, error) {
	f := &file{path: path, real: path, mode: 0o600}
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
	f.text, err = os.ReadFile(f.real)
	return f, err
}

// errChanged says that somebody else has written the file in between.
var errChanged = errors.New("the file has changed in between")

// write replaces the file in one step: whoever reads it, and whatever ends
// the program, finds the old text or the new one. If it is no longer what was
// read, it is left alone and the error is errChanged.
func (f *file) write(text []byte) error {
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
	now, err := readFile(f.path)
	if err != nil {
		return err
	}
	if now.real != f.real || !bytes.Equal(now.text, f.text) || (now.text == nil) != (f.text == nil) {
		return errChanged
	}
	return os.Rename(temporary.Name(), f.real)
}

// update reads a file, changes it, and writes it, again if somebody else was
// faster: the Docker CLI, which knows no lock, among them. A change to the
// same text writes nothing.
func update(path string, change func(f *file) ([]byte, error)) error {
	for attempt := 1; ; attempt++ {
		f, err := readFile(path)
		if err != nil {
			return err
		}
		text, err := change(f)
		if err != nil || bytes.Equal(text, f.text) && (text == nil) == (f.text == nil) {
			return err
		}
		if err := f.write(text); !errors.Is(err, errChanged) || attempt == 100 {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}
