package dockerconfig

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestUpdateMeetsAnother: somebody else writes the file between the reading and
// the writing, as docker login does without any lock. Neither change is lost.
func TestUpdateMeetsAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte("first"), 0o640); err != nil {
		t.Fatal(err)
	}
	rounds := 0
	err := Update(path, func(f *File) ([]byte, error) {
		if rounds++; rounds == 1 {
			if err := os.WriteFile(path, []byte("second"), 0o640); err != nil {
				t.Fatal(err)
			}
		}
		return append(f.Text, " and ours"...), nil
	})
	if got, _ := os.ReadFile(path); err != nil || string(got) != "second and ours" || rounds != 2 {
		t.Errorf("%q after %d rounds, %v", got, rounds, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*.tmp")); left != nil {
		t.Errorf("left behind: %q", left)
	}
}

// TestUpdatesAtOnce: of many runs at once none loses another's change. That they
// keep each other out is TestLocked's.
func TestUpdatesAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() {
			if err := Update(path, func(f *File) ([]byte, error) {
				return fmt.Appendf(f.Text, "<%d>", i), nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	text, _ := os.ReadFile(path)
	for i := range 10 {
		if strings.Count(string(text), fmt.Sprintf("<%d>", i)) != 1 {
			t.Errorf("%d is lost: %s", i, text)
		}
	}
}

// TestUpdateFails: an error of the change leaves the file and its time alone.
func TestUpdateFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	before, _ := os.Stat(path)
	for _, change := range []func(f *File) ([]byte, error){
		func(f *File) ([]byte, error) { return nil, errors.New("refused") },
		func(f *File) ([]byte, error) { return f.Text, nil },
	} {
		_ = Update(path, change)
	}
	after, _ := os.Stat(path)
	if !after.ModTime().Equal(before.ModTime()) || !os.SameFile(before, after) {
		t.Error("the file was written")
	}
	if err := Update(filepath.Dir(path), func(f *File) ([]byte, error) { return nil, nil }); err == nil {
		t.Error("a folder is taken for a file")
	}
}
