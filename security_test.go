package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// allTests are the names of all tests and fuzz targets, as FOLDER.NAME; the folder of the
// root is main.
func allTests(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		folder := filepath.Base(filepath.Dir(path))
		if folder == "." {
			folder = "main"
		}
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllStringSubmatch(string(text), -1) {
			names[folder+"."+m[1]] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestSecurityPage: behind each threat of SECURITY.md stands a test that is there.
func TestSecurityPage(t *testing.T) {
	page, err := os.ReadFile("SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(page), "| threat | what the program does | tests |\n|---|---|---|\n")
	if !found {
		t.Fatal("there is no table of threats")
	}
	tests, rows := allTests(t), 0
	for row := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(row), "|"), " | ")
		if len(cells) != 3 {
			t.Errorf("a row with %d cells: %s", len(cells), row)
			continue
		}
		rows++
		named := regexp.MustCompile("`([a-z]+\\.(?:Test|Fuzz)\\w+|make [a-z]+)`").FindAllStringSubmatch(cells[2], -1)
		if len(named) == 0 {
			t.Errorf("no test stands behind %q", cells[0])
		}
		for _, m := range named {
			target, isTarget := strings.CutPrefix(m[1], "make ")
			if !tests[m[1]] && !(isTarget && strings.Contains(string(makefile), "\n"+target+": ## ")) {
				t.Errorf("there is no %s, which should stand behind %q", m[1], cells[0])
			}
		}
	}
	if rows < 20 {
		t.Errorf("there are %d threats", rows)
	}
}

// TestDependencies: docs/dependencies.md has a sentence for each module that go.mod
// requires directly, and says truly whether the program has it or only its tests and tools.
func TestDependencies(t *testing.T) {
	testenv.Need(t, "go")
	var file struct {
		Require []struct {
			Path, Version string
			Indirect      bool
		}
		Replace, Exclude []any
	}
	if err := json.Unmarshal(goSays(t, "mod", "edit", "-json"), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Replace)+len(file.Exclude) > 0 {
		t.Error("go.mod replaces or excludes modules: go install does not take that")
	}
	linked := strings.Fields(string(goSays(t, "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".")))
	page, err := os.ReadFile("docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string][]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (program|tests) \\| (.+) \\|$").FindAllStringSubmatch(string(page), -1) {
		rows[m[1]] = m[2:]
	}
	for _, r := range file.Require {
		row, ok := rows[r.Path]
		delete(rows, r.Path)
		switch where := map[bool]string{true: "program", false: "tests"}[slices.Contains(linked, r.Path)]; {
		case r.Indirect && ok:
			t.Errorf("%s is not required directly", r.Path)
		case r.Indirect:
		case !ok:
			t.Errorf("docs/dependencies.md has no reason for %s", r.Path)
		case row[0] != where:
			t.Errorf("%s is of the %s, and the page says of the %s", r.Path, where, row[0])
		case len(row[1]) < 40 || !strings.HasSuffix(row[1], "."):
			t.Errorf("%s has no sentence: %s", r.Path, row[1])
		}
		if pinned := regexp.MustCompile("(?m)^- `" + regexp.QuoteMeta(r.Path) + "` is (v\\d+\\.\\d+\\.\\d+)").FindStringSubmatch(string(page)); pinned != nil && pinned[1] != r.Version {
			t.Errorf("%s is pinned at %s, and go.mod has %s", r.Path, pinned[1], r.Version)
		}
	}
	for path := range rows {
		t.Errorf("go.mod does not require %s", path)
	}
}

// TestPinned: the two services whose newer versions make every start slow are at the
// versions that do not, as docs/dependencies.md says.
func TestPinned(t *testing.T) {
	testenv.Need(t, "go")
	for module, version := range map[string]string{"service/ssm": "v1.79.3", "service/secretsmanager": "v1.49.0"} {
		const sdk = "github.com/aws/aws-sdk-go-v2/"
		if got := strings.TrimSpace(string(goSays(t, "list", "-m", "-f", "{{.Version}}", sdk+module))); got != version {
			t.Errorf("%s is %s, and should be %s: see docs/dependencies.md", module, got, version)
		}
	}
}

func goSays(t *testing.T, args ...string) []byte {
	t.Helper()
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	return out
}
