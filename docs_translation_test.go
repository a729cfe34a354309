package main

import (
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTranslation: README.ja.md has the headings' levels, the code, the tables' shape and
// the links of README.md, in the same order.
func TestTranslation(t *testing.T) {
	english, japanese := outline(t, "README.md"), outline(t, "README.ja.md")
	for i := range max(len(english), len(japanese)) {
		switch {
		case i >= len(english):
			t.Fatalf("README.ja.md has more: %s", japanese[i])
		case i >= len(japanese):
			t.Fatalf("README.ja.md lacks: %s", english[i])
		case english[i] != japanese[i]:
			t.Fatalf("README.md has\n%s\nREADME.ja.md has in its place\n%s", english[i], japanese[i])
		}
	}
	if len(english) < 60 {
		t.Errorf("only %d lines were compared", len(english))
	}
	if b, c := blocks(t, "README.md"), blocks(t, "README.ja.md"); len(b) != len(c) || !reflect.DeepEqual(texts(b), texts(c)) {
		t.Errorf("the blocks differ:\n%q\n%q", texts(b), texts(c))
	}
	page, err := os.ReadFile("README.md")
	if n := strings.Count(string(page), "\n"); err != nil || n >= 200 {
		t.Errorf("README.md has %d lines, %v", n, err)
	}
}

func texts(all []block) (texts []string) {
	for _, b := range all {
		texts = append(texts, b.mark+b.value+b.language+b.text)
	}
	return texts
}

// outline is what of a page does not depend on its language, a line each: headings,
// tables' rows, and the links and the code of each paragraph.
func outline(t *testing.T, path string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	inBlock := false
	code := regexp.MustCompile("`[^`]+`|\\]\\([^)]+\\)")
	paragraph := map[string]bool{}
	flush := func() {
		for _, found := range sorted(paragraph) {
			lines = append(lines, "has "+found)
		}
		paragraph = map[string]bool{}
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		switch {
		case fence.MatchString(line):
			inBlock = !inBlock
		case inBlock:
		case strings.HasPrefix(line, "#"):
			flush()
			level, _, _ := strings.Cut(line, " ")
			lines = append(lines, "heading "+level)
		case strings.HasPrefix(line, "|"):
			flush()
			lines = append(lines, "row of "+strings.Repeat("|", strings.Count(line, "|")))
			fallthrough
		default:
			for _, found := range code.FindAllString(line, -1) {
				// Each page links to the other.
				if found != "](README.md)" && found != "](README.ja.md)" {
					paragraph[found] = true
				}
			}
			if line == "" || strings.HasPrefix(line, "|") {
				flush()
			}
		}
	}
	flush()
	return lines
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
