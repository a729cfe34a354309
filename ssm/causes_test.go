package ssm

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCauses: each row of the table has a story, which says so in a
// comment ("# cause: NAME", or "// cause: NAME" in a test of this package), and each
// such comment names a row.
func TestCauses(t *testing.T) {
	var stories []string
	for _, pattern := range []string{"../testdata/script/*.txtar", "*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(`(?m)^\s*(?:#|//) cause: (\S+)$`).FindAllStringSubmatch(string(data), -1) {
				stories = append(stories, m[1])
			}
		}
	}
	var rows []string
	for _, c := range causes() {
		if slices.Contains(rows, c.name) {
			t.Errorf("two rows are called %s", c.name)
		}
		rows = append(rows, c.name)
	}
	for _, name := range stories {
		if !slices.Contains(rows, name) {
			t.Errorf("a story is about %s, and there is no such cause", name)
		}
	}
	for _, name := range rows {
		if !slices.Contains(stories, name) {
			t.Errorf("no story is about %s", name)
		}
	}
	t.Logf("%d causes", len(rows))
}

// TestForm: the texts have the form that a line wants.
func TestForm(t *testing.T) {
	for _, c := range callCauses() {
		if c.why == "" || c.hint == "" || strings.HasSuffix(c.why, ".") || strings.HasSuffix(c.hint, ".") {
			t.Errorf("%s: %q, %q", c.name, c.why, c.hint)
		}
		if first := c.why[:1]; first != strings.ToLower(first) {
			t.Errorf("%s begins with a capital letter: %q", c.name, c.why)
		}
		if first := c.hint[:1]; first != strings.ToUpper(first) {
			t.Errorf("%s: the hint does not begin with a capital letter: %q", c.name, c.hint)
		}
	}
}
