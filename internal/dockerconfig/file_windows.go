package dockerconfig

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// lock keeps other runs of the program out while one writes. A folder cannot be
// locked on Windows: an empty file beside the one that is written is, and stays,
// since whoever waits for it has it open. The system lets go of the lock when the
// process ends, however it ends.
func lock(dir, name string) (unlock func(), alone bool, err error) {
	f, err := os.OpenFile(filepath.Join(dir, name+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, err
	}
	if err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, new(windows.Overlapped)); err != nil {
		_ = f.Close()
		return nil, false, &os.PathError{Op: "lock", Path: f.Name(), Err: err}
	}
	return func() { _ = f.Close() }, true, nil
}

// sameOwner has nothing to do: a file gets the owner that its folder says.
func sameOwner(*os.File, string) error { return nil }

// access leaves the question to the writing: what a user may do is not in a mode.
func access(string) error { return nil }

// passes reports whether an error is that of a file that somebody else has open,
// or that is being deleted; a variable for tests.
var passes = func(err error) bool {
	return errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}
