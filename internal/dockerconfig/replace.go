package dockerconfig

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"docker-credential-ssm/internal/bounded"
)

// ErrChanged says that somebody else has written the file in between.
var ErrChanged = errors.New("the file has changed in between")

// rename is os.Rename, but for tests.
var rename = os.Rename

// write replaces the file in one step: whoever reads it, and whatever ends
// the program, finds the old text or the new one. If it is no longer what was
// read, it is left alone and the error is ErrChanged. Where the two cannot be swapped,
// there are some microseconds between that look and the replacement, in which another
// program, which knows no lock, can lose its change.
func (f *File) write(text []byte) error {
	dir := filepath.Dir(f.real)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	unlock, err := f.locked(dir)
	if err != nil {
		return err
	}
	defer unlock()
	draft, err := f.draft(dir, text)
	if err != nil {
		return err
	}
	defer os.Remove(draft)
	now, err := ReadFile(f.path)
	if err != nil {
		return err
	}
	if now.real != f.real || now.differs(f.Text) {
		return ErrChanged
	}
	err = f.replace(draft, text)
	if errors.Is(err, syscall.EBUSY) {
		// A file that is a mount of its own, as containers have them, cannot be
		// replaced. The new text stays beside it until all of it is written.
		f.InPlace = true
		return writeInPlace(f.real, text)
	}
	return err
}

// replace puts the draft, which has that text, in the file's place. If what it takes out
// of there is not what was read, somebody has written it since: that is put back.
func (f *File) replace(draft string, text []byte) error {
	if f.Withdraws {
		return patiently(func() error { return rename(draft, f.real) })
	}
	for there, again := f.Text, false; ; again = true {
		switch err := swap(draft, f.real, there == nil); {
		case errors.Is(err, errors.ErrUnsupported) && !again:
			return patiently(func() error { return rename(draft, f.real) })
		case errors.Is(err, fs.ErrExist), errors.Is(err, fs.ErrNotExist):
			return ErrChanged // somebody has made the file, or removed it
		case err != nil || there == nil:
			return err
		}
		out, err := bounded.ReadFile(draft)
		switch {
		case err != nil:
			return err
		case !bytes.Equal(out, there):
			there, text = text, out // what the next swap finds, if nobody else writes, and what it puts there
		case again:
			return ErrChanged
		default:
			return nil
		}
	}
}

// writeInPlace writes over a file. Whoever reads it meanwhile may find a part.
func writeInPlace(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteAt(text, 0)
	if err == nil {
		err = file.Truncate(int64(len(text)))
	}
	return errors.Join(err, file.Sync(), file.Close())
}

// CheckWritable reports why the file could not be replaced, without writing
// anything: an error that names the file, or its folder. What only the writing
// shows, such as a full disk, it does not know.
func (f *File) CheckWritable() error {
	if f.Text != nil {
		// The file's own mode does not count for its replacement, but these do.
		if err := access(f.real); errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EROFS) {
			return &fs.PathError{Op: "write", Path: f.real, Err: err}
		}
	}
	dir := filepath.Dir(f.real)
	for { // the folders that are not there are made in the first one that is
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) || filepath.Dir(dir) == dir {
			break
		}
		dir = filepath.Dir(dir)
	}
	if err := access(dir); err != nil {
		return &fs.PathError{Op: "write", Path: dir, Err: err}
	}
	return nil
}

// patience is how long a file is tried again that somebody else has open.
const patience = 2 * time.Second

// sleep is time.Sleep, but for tests.
var sleep = time.Sleep

// patiently does something with a file, again while another program that has it
// open hinders it, which passes: virus scanners, editors and Docker Desktop do that
// on Windows. Nothing of the kind happens elsewhere.
func patiently(do func() error) error {
	const pause = 20 * time.Millisecond
	for waited := time.Duration(0); ; waited += pause {
		err := do()
		if err == nil || !passes(err) || waited >= patience {
			return err
		}
		sleep(pause)
	}
}
