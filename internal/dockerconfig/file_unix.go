//go:build unix

package dockerconfig

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// lock keeps other runs of the program out of a directory while one writes
// there. The kernel lets go of it when the process ends, however it ends.
func lock(dir string) (unlock func(), err error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(d.Fd()), unix.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.ENOLCK) || errors.Is(err, syscall.EBADF) {
		err = nil // a network's file system may have none
	}
	return func() { _ = d.Close() }, err
}

// sameOwner gives a file the owner of another, which differs where root
// configures for a user. Where that is not allowed it stays the caller's.
func sameOwner(f *os.File, other string) error {
	info, err := os.Stat(other)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); err == nil && ok && int(stat.Uid) != os.Geteuid() {
		_ = f.Chown(int(stat.Uid), int(stat.Gid))
	}
	return err
}
