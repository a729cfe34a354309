//go:build unix

package dockerconfig

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// lock keeps other runs of the program out of a folder while one writes
// there. The kernel lets go of it when the process ends, however it ends. It reports
// false for alone where the file system has no locks.
func lock(dir, _ string) (unlock func(), alone bool, err error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, false, err
	}
	for {
		err = unix.Flock(int(d.Fd()), unix.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	alone = err == nil
	if errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.ENOLCK) || errors.Is(err, syscall.EBADF) {
		err = nil // a network's file system may have none
	}
	return func() { _ = d.Close() }, alone, err
}

// sameOwner gives a file the owner of another, which differs where root
// configures for a user. Where that is not allowed it stays the caller's.
func sameOwner(f *os.File, other string) error {
	info, err := os.Stat(other)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() {
		_ = f.Chown(int(stat.Uid), int(stat.Gid))
	}
	return nil
}

// access reports why a file cannot be written, or nothing made in a folder.
func access(path string) error { return unix.Access(path, unix.W_OK) }

// passes is what [patiently] waits for; a variable for tests.
var passes = func(error) bool { return false }
