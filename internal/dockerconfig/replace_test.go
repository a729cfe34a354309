package dockerconfig

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// with writes a file with a text, and returns its path.
func with(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// to is a change to a text, whatever there was.
func to(text string) func(*File) ([]byte, error) {
	return func(*File) ([]byte, error) { return []byte(text), nil }
}

// injected puts something in place of the system's rename for as long as the test
// lasts, on a system that swaps nothing.
func injected(t *testing.T, fake func(old, path string) error) {
	t.Helper()
	was := swap
	t.Cleanup(func() { rename, swap = os.Rename, was })
	rename, swap = fake, func(string, string, bool) error { return errors.ErrUnsupported }
}

// TestNewFile: a file that configure makes holds logins one day, and is the user's
// alone; so is its folder.
func TestNewFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "config.json")
	if err := Update(path, to("new")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(name); err != nil || os.PathSeparator == '/' && info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// TestPatience: an error that passes is waited for, two seconds and no longer;
// others are not.
func TestPatience(t *testing.T) {
	passing := errors.New("somebody has it open")
	was := passes
	passes = func(err error) bool { return errors.Is(err, passing) }
	waited := time.Duration(0)
	sleep = func(d time.Duration) { waited += d }
	defer func() { passes, sleep = was, time.Sleep }()

	for _, test := range []struct {
		name   string
		fails  int // how often
		err    error
		ok     bool
		waited time.Duration
	}{
		{"none", 0, passing, true, 0},
		{"a virus scanner", 3, passing, true, 60 * time.Millisecond},
		{"for ever", 1 << 30, passing, false, 2 * time.Second},
		{"another error", 1, fs.ErrPermission, false, 0},
	} {
		path, tries := with(t, "old"), 0
		waited = 0
		injected(t, func(old, path string) error {
			if tries++; tries <= test.fails {
				return &os.LinkError{Op: "rename", Old: old, New: path, Err: test.err}
			}
			return os.Rename(old, path)
		})
		err := Update(path, to("new"))
		text, _ := os.ReadFile(path)
		if (err == nil) != test.ok || (string(text) == "new") != test.ok || waited != test.waited {
			t.Errorf("%s: %v after %v, %q", test.name, err, waited, text)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.tmp")); left != nil {
			t.Errorf("%s: left behind: %q", test.name, left)
		}
	}
}

// TestInPlace: a file that is a mount of its own is written in its place, longer or
// shorter, and the new text is beside it until that is done.
func TestInPlace(t *testing.T) {
	for _, text := range []string{"new", "a text that is longer than the old one"} {
		path := with(t, "the old text")
		before, _ := os.Stat(path)
		injected(t, func(old, path string) error {
			return &os.LinkError{Op: "rename", Old: old, New: path, Err: syscall.EBUSY}
		})
		var f *File
		err := Update(path, func(now *File) ([]byte, error) { f = now; return []byte(text), nil })
		after, _ := os.Stat(path)
		if got, _ := os.ReadFile(path); err != nil || !f.InPlace || string(got) != text || !os.SameFile(before, after) {
			t.Errorf("%v, %v, %q", f.InPlace, err, got)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.tmp")); left != nil {
			t.Errorf("left behind: %q", left)
		}
	}
}

// TestCheckWritable: what would hinder the writing is known without it. A folder
// that is not there yet is made in the one above.
func TestCheckWritable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "not", "there", "config.json")
	if f, err := ReadFile(path); err != nil || f.CheckWritable() != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the folder was made")
	}
	if f, err := ReadFile(with(t, "x")); err != nil || f.CheckWritable() != nil {
		t.Error(err)
	}
}

// TestLastLook: without a swap, what another program has written until the last look at
// the file stays, and the change is made to it.
func TestLastLook(t *testing.T) {
	path, changes := with(t, "0"), 0
	injected(t, os.Rename)
	err := Update(path, func(f *File) ([]byte, error) {
		if changes++; changes == 1 {
			if err := os.WriteFile(path, []byte("1"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return append(f.Text, " and ours"...), nil
	})
	if got, _ := os.ReadFile(path); err != nil || string(got) != "1 and ours" {
		t.Errorf("%q after %d changes, %v", got, changes, err)
	}
}
