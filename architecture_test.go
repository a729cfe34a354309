package main

import (
	"os"
	"os/exec"
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
	tests, err := exec.Command("grep", "-rhoE", "^func (Test|Fuzz)[A-Za-z]+", "--include=*_test.go", ".").Output()
	if err != nil {
		t.Skip(err)
	}
	named := 0
	for _, m := range regexp.MustCompile("`([^` ]+)`").FindAllStringSubmatch(string(page), -1) {
		name := m[1]
		test := name[strings.LastIndex(name, ".")+1:]
		switch {
		case regexp.MustCompile("^(Test|Fuzz)[A-Z]").MatchString(test):
			if !strings.Contains(string(tests), "func "+test+"\n") {
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
