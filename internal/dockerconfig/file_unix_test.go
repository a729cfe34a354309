//go:build unix

package dockerconfig

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestReplaced: whoever has the file open while it is written reads all of the old
// text: it is another file that has the new one. Windows does not let such a file be
// replaced.
func TestReplaced(t *testing.T) {
	path := with(t, "the old text")
	before, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	if err := Update(path, to("new")); err != nil {
		t.Fatal(err)
	}
	old, err := io.ReadAll(before)
	now, _ := os.ReadFile(path)
	if err != nil || string(old) != "the old text" || string(now) != "new" {
		t.Errorf("%q, then %q, %v", old, now, err)
	}
}

// TestLocked: from the last look at the file to its replacement, no other run of the
// program can be there.
func TestLocked(t *testing.T) {
	path := with(t, "old")
	renamed := false
	injected(t, func(old, path string) error {
		renamed = true
		dir, err := os.Open(filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		defer dir.Close()
		if err := unix.Flock(int(dir.Fd()), unix.LOCK_SH|unix.LOCK_NB); !errors.Is(err, syscall.EWOULDBLOCK) {
			t.Errorf("the folder is not locked: %v", err)
		}
		return os.Rename(old, path)
	})
	if err := Update(path, to("new")); err != nil || !renamed {
		t.Error(err, renamed)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if err := unix.Flock(int(dir.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		t.Errorf("the folder stays locked: %v", err)
	}
}

// TestChangedUnderLock: the last look at the file is taken under the lock, so that
// what another run has written until then is seen.
func TestChangedUnderLock(t *testing.T) {
	path := with(t, "first")
	unlock, _, err := lock(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		t.Fatal(err)
	}
	read, done := make(chan bool, 100), make(chan error)
	go func() {
		err := Update(path, func(f *File) ([]byte, error) {
			read <- true
			return append(f.Text, " and ours"...), nil
		})
		done <- err
	}()
	<-read // the other one has read the file, and waits, or soon will
	if err := os.WriteFile(path, []byte("second"), 0o600); err != nil {
		t.Fatal(err)
	}
	unlock()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "second and ours" {
		t.Errorf("%q", got)
	}
}

// TestSameOwner: a file whose owner cannot be read is an error; one that is not
// there is nobody's.
func TestSameOwner(t *testing.T) {
	path := with(t, "x")
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := sameOwner(f, filepath.Join(path, "below")); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("%v", err)
	}
	if err := sameOwner(f, path+".none"); err != nil {
		t.Errorf("%v", err)
	}
}

// TestOwner: where root configures for a user, the file stays the user's.
func TestOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to another user")
	}
	path := with(t, "old")
	if err := os.Chown(path, 12345, 54321); err != nil {
		t.Skip(err) // as in a user namespace with few users
	}
	if err := Update(path, to("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if stat := info.Sys().(*syscall.Stat_t); stat.Uid != 12345 || stat.Gid != 54321 || info.Mode().Perm() != 0o600 {
		t.Errorf("it belongs to %d:%d, with the mode %v", stat.Uid, stat.Gid, info.Mode())
	}
}

// TestThroughFile: a path through a file is an error of the reading.
func TestThroughFile(t *testing.T) {
	if _, err := ReadFile(filepath.Join(with(t, "x"), "config.json")); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("%v", err)
	}
}
