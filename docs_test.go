package main

import (
	"os"
	"regexp"
	"testing"
)

// TestMakeTargets: what the pages tell people to make can be made.
func TestMakeTargets(t *testing.T) {
	makefile, err := os.ReadFile("Makefile")
	if err != nil {
		t.Fatal(err)
	}
	mentioned := 0
	for _, page := range documents(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("`make ([a-z0-9-]+)`").FindAllSubmatch(text, -1) {
			mentioned++
			if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(string(m[1])) + `:`).Match(makefile) {
				t.Errorf("%s: there is no target for %s", page, m[0])
			}
		}
	}
	if mentioned == 0 {
		t.Error("no page mentions a target")
	}
}
