package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestArchitecturePage: every file, folder and test that the page names is there.
func TestArchitecturePage(t *testing.T) {
	page, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	err = filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z]+)`).FindAllSubmatch(text, -1) {
			tests[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, m := range regexp.MustCompile("`([^` ]+)`").FindAllStringSubmatch(string(page), -1) {
		name := m[1]
		test := name[strings.LastIndex(name, ".")+1:]
		switch {
		case regexp.MustCompile("^(Test|Fuzz)[A-Z]").MatchString(test):
			if !tests[test] {
				t.Errorf("there is no test %s", test)
			}
			named++
		case strings.Contains(name, "/") && !strings.Contains(name, "net/http"):
			if found, _ := filepath.Glob(name); len(found) == 0 {
				t.Errorf("there is no %s", name)
			}
			named++
		}
	}
	if named < 30 {
		t.Errorf("the page names %d files and tests", named)
	}
}
