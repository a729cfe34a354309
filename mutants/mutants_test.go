package main

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// least is the smallest number of mutants that the list may have.
const least = 150

// TestList: each mutant fits the code as it is, has a name of its own, says what a user
// would suffer, and names tests that there are.
func TestList(t *testing.T) {
	all, err := Read("mutants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, m := range all {
		if seen[m.Name] || !regexp.MustCompile(`^[a-z0-9]+/[a-z0-9.-]+$`).MatchString(m.Name) || m.Harm == "" || len(m.Tests) == 0 {
			t.Errorf("%q: there twice, no name of the form PLACE/SLIP, no harm or no tests", m.Name)
		}
		seen[m.Name] = true
		text, err := m.Apply("..")
		if err == nil {
			_, err = parser.ParseFile(token.NewFileSet(), m.File, text, parser.SkipObjectResolution)
		}
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
		for _, tests := range m.Tests {
			if why := wrong(tests); why != "" {
				t.Errorf("%s: go test %s: %s", m.Name, tests, why)
			}
		}
	}
	if len(all) < least {
		t.Errorf("%d mutants", len(all))
	}
}

// wrong says what is wrong with arguments of go test: a folder, a test or a story that is
// not there. With a name that matches nothing, go test is content.
func wrong(arguments string) string {
	folder, rest, chosen := strings.Cut(arguments, " -run ")
	dir, deep := strings.CutSuffix(folder, "/...")
	files, _ := filepath.Glob(filepath.Join("..", dir, "*_test.go"))
	if len(files) == 0 && !deep {
		return "there are no tests in " + folder
	}
	if !chosen {
		return ""
	}
	var names []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err.Error()
		}
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9]+)`).FindAllStringSubmatch(string(text), -1) {
			names = append(names, m[1])
		}
	}
	stories, _ := filepath.Glob("../testdata/script/*.txtar")
	for one := range strings.SplitSeq(rest, "|") {
		test, story, _ := strings.Cut(one, "/")
		if !matches(test, names) {
			return "there is no test " + test
		}
		if story == "" {
			continue
		}
		var scripts []string
		for _, path := range stories {
			scripts = append(scripts, strings.TrimSuffix(filepath.Base(path), ".txtar"))
		}
		if test != "TestStories" || !matches(story, scripts) {
			return "there is no story " + story
		}
	}
	return ""
}

func matches(pattern string, names []string) bool {
	for _, name := range names {
		if ok, err := regexp.MatchString(pattern, name); ok && err == nil {
			return true
		}
	}
	return false
}

// TestFigures holds docs/reliability.md to the list.
func TestFigures(t *testing.T) {
	all, err := Read("mutants.yaml")
	if err != nil {
		t.Fatal(err)
	}
	survive := 0
	for _, m := range all {
		if m.Survives != "" {
			survive++
		}
	}
	page, err := os.ReadFile("../docs/reliability.md")
	if err != nil {
		t.Fatal(err)
	}
	row := fmt.Sprintf("| slips made in the code on purpose, each noticed by a test | %d of %d; the others do no harm | `make mutants` |\n", len(all)-survive, len(all))
	if !strings.Contains(string(page), row) {
		t.Errorf("docs/reliability.md lacks the row\n%s", row)
	}
}

// TestRun tries one mutant of each kind, in a module of its own.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":      "module small\n\ngo 1.26\n",
		"a.go":        "package small\n\nfunc Add(a, b int) int { return a + b }\n\nfunc Sub(a, b int) int { return a - b }\n",
		"a_test.go":   "package small\n\nimport \"testing\"\n\nfunc TestAdd(t *testing.T) {\n\tt.Run(\"two\", func(t *testing.T) {\n\t\tif Add(1, 2) != 3 {\n\t\t\tt.Fail()\n\t\t}\n\t})\n}\n",
		"b/b.go":      "package b\n",
		"b/b_test.go": "package b\n\nimport \"testing\"\n\nfunc TestB(t *testing.T) { t.Fail() }\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOWORK", "off")
	slip := func(name, old, new, survives string) Mutant {
		return Mutant{Name: name, File: "a.go", Old: old, New: new, Harm: "harm", Tests: []string{"."}, Survives: survives}
	}
	all := []Mutant{
		slip("noticed", "a + b", "a * b", ""),
		slip("unnoticed", "a - b", "a", ""),
		slip("the same", "a - b", "-b + a", "it is the same"),
		slip("reason that no longer holds", "a + b", "a", "it was the same"),
		slip("not there", "a / b", "a", ""),
		slip("does not compile", "a + b", "c", ""),
	}
	var out bytes.Buffer
	if run(&out, dir, all, 2) {
		t.Error("a survivor and faults are a success")
	}
	for _, want := range []string{
		`killed    noticed .* TestAdd/two`, `SURVIVED  unnoticed .* harm`, `expected  the same .* it is the same`, `ERROR     reason that .* by TestAdd/two: take out`,
		`ERROR     not there .* 0 times`, `(?s)ERROR     does not compile .*undefined: c`, `6 mutants: 1 killed, 1 survived, 1 survived as expected, 3 errors`,
	} {
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("no %s in\n%s", want, out.String())
		}
	}
	if out.Reset(); !run(&out, dir, all[:1], 1) {
		t.Errorf("one that is noticed is no success:\n%s", out.String())
	}
	if out.Reset(); run(&out, dir, []Mutant{{Name: "x", File: "a.go", Old: "a + b", New: "a", Tests: []string{"./b"}}}, 1) || !strings.Contains(out.String(), "go test ./b fails without a mutant") {
		t.Errorf("a test that fails in any case notices it:\n%s", out.String())
	}
	text, err := os.ReadFile(filepath.Join(dir, "a.go"))
	if err != nil || strings.Contains(string(text), "*") {
		t.Errorf("the tree is changed: %s, %v", text, err)
	}
}
