package dockerconfig

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestSwap: what another program, which knows no lock, writes between the last look at
// the file and its replacement stays, and so does what it writes while that is put back.
func TestSwap(t *testing.T) {
	for name, others := range map[string]int{
		"nobody": 0, "once": 1, "while it is put back": 2, "again and again": 4,
	} {
		t.Run(name, func(t *testing.T) {
			path := with(t, "0")
			written := 0
			was := swap
			defer func() { swap = was }()
			swap = func(draft, path string, absent bool) error {
				if written < others {
					written++
					put(t, path, fmt.Sprint(written))
				}
				return was(draft, path, absent)
			}
			changes := 0
			err := Update(path, func(f *File) ([]byte, error) { changes++; return append(f.Text, " and ours"...), nil })
			want := fmt.Sprint(written, " and ours") // the last of theirs
			if got, _ := os.ReadFile(path); err != nil || string(got) != want {
				t.Errorf("%q after %d changes, %v", got, changes, err)
			}
			if left, _ := filepath.Glob(path + ".*"); left != nil {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

// put replaces a file as the Docker CLI does.
func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path+"12", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+"12", path); err != nil {
		t.Fatal(err)
	}
}

// TestSwapNothing: a file that another program makes, or removes, at the last moment is
// not lost, or not made again as it was.
func TestSwapNothing(t *testing.T) {
	for _, made := range []bool{true, false} {
		path := filepath.Join(t.TempDir(), "config.json")
		if !made {
			put(t, path, "old")
		}
		was, done := swap, false
		defer func() { swap = was }()
		swap = func(draft, path string, absent bool) error {
			if !done && made {
				put(t, path, "theirs")
			} else if !done {
				_ = os.Remove(path)
			}
			done = true
			return was(draft, path, absent)
		}
		err := Update(path, func(f *File) ([]byte, error) { return append(f.Text, " and ours"...), nil })
		want := map[bool]string{true: "theirs and ours", false: " and ours"}[made]
		if got, _ := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("made %v: %q, %v", made, got, err)
		}
		swap = was
	}
}
