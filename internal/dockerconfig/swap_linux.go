package dockerconfig

import (
	"errors"

	"golang.org/x/sys/unix"
)

// swap exchanges two files in one step; or, where there is to be no file in the place,
// moves the draft there, with an error that is [fs.ErrExist] if there is one. The error
// is [errors.ErrUnsupported] where the file system, an old kernel or a filter of system
// calls has neither. A variable for tests.
var swap = func(draft, path string, absent bool) error {
	flags := uint(unix.RENAME_EXCHANGE)
	if absent {
		flags = unix.RENAME_NOREPLACE
	}
	err := unix.Renameat2(unix.AT_FDCWD, draft, unix.AT_FDCWD, path, flags)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		return errors.ErrUnsupported
	}
	return err
}
