package dockerconfig

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestSweep: a run that writes removes what killed runs have left of their drafts, and
// nothing else.
func TestSweep(t *testing.T) {
	path := with(t, "old")
	dir := filepath.Dir(path)
	stay := []string{"config.json.bak", "config.json.tmp", "config.json1234", "config.json.12x4.tmp", "other.json.1234.tmp", "config.json..tmp"}
	for _, name := range append(stay, "config.json.1234.tmp", "config.json.5.tmp") {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "config.json.77.tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	stay = append(stay, "config.json", "config.json.77.tmp")
	if err := Update(path, to("new")); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(stay)
	var left []string
	for _, e := range entries {
		if e.Name() != "config.json.lock" { // Windows has it
			left = append(left, e.Name())
		}
	}
	if !slices.Equal(left, stay) {
		t.Errorf("left: %q, want %q", left, stay)
	}
}

// TestDraftNotWritten: a draft that could not be written to its end, as on a full disk,
// does not replace the file.
func TestDraftNotWritten(t *testing.T) {
	path := with(t, "old")
	draft, err := os.Open(path) // for reading alone: a write fails
	if err != nil {
		t.Fatal(err)
	}
	defer draft.Close()
	if err := (&File{real: path, mode: 0o600}).fill(draft, []byte("new")); err == nil {
		t.Error("nothing was written, and that is no error")
	}
}
