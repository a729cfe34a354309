package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// block is a fenced block of a page, with the comment before it that says who tests it:
//
//	<!-- test: NAME -->          the test of that name runs it, or its equal
//	<!-- from: FILE -->          it stands in that file, which is tested
//	<!-- needs: WHAT -->         nothing here can run it
type block struct {
	page, section, language, text string
	mark, value                   string
}

// documents are all pages for people, as paths from the root.
func documents(t *testing.T) []string {
	t.Helper()
	var pages []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "dist"):
			return fs.SkipDir
		case filepath.Ext(path) == ".md":
			pages = append(pages, filepath.ToSlash(path))
		}
		return nil
	})
	if err != nil || len(pages) < 10 {
		t.Fatal(pages, err)
	}
	return pages
}

var (
	fence = regexp.MustCompile("^\\s*```(\\w*)$")
	mark  = regexp.MustCompile(`^<!-- (\w+): (.+) -->$`)
)

// blocks are the fenced blocks of a page, in order.
func blocks(t *testing.T, page string) (all []block) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	b, open, pending := block{page: page}, false, []string{"", ""}
	for line := range strings.Lines(string(text)) {
		trimmed := strings.TrimRight(line, "\n")
		switch found := fence.FindStringSubmatch(trimmed); {
		case found != nil && open:
			all, open = append(all, b), false
		case found != nil:
			b, open = block{page: page, section: b.section, language: found[1], mark: pending[0], value: pending[1]}, true
			pending = []string{"", ""}
		case open:
			b.text += line
		case strings.HasPrefix(trimmed, "#"):
			b.section = strings.TrimLeft(trimmed, "# ")
		case trimmed != "":
			pending = []string{"", ""}
			if m := mark.FindStringSubmatch(trimmed); m != nil {
				pending = m[1:]
			}
		}
	}
	if open {
		t.Fatalf("%s: a block has no end", page)
	}
	return all
}

// commandLanguages are those whose blocks hold something to run.
var commandLanguages = []string{"sh", "bash", "console", "powershell", "bat", "cmd", "yaml", "dockerfile", "groovy", "ruby"}

// TestDocumentedCommands: each block of commands in the pages is run by a test, is part
// of a file that is tested, or says what it would need. With -v it is the list of them.
func TestDocumentedCommands(t *testing.T) {
	tests := testNames(t)
	ran, needs := 0, 0
	for _, page := range documents(t) {
		if page == "CHANGELOG.md" {
			continue
		}
		for _, b := range blocks(t, page) {
			if !slices.Contains(commandLanguages, b.language) {
				continue
			}
			first, _, _ := strings.Cut(strings.TrimSpace(b.text), "\n")
			t.Logf("%-28s %-60.60s %s: %s", page, first, b.mark, b.value)
			switch b.mark {
			case "test":
				ran++
				for name := range strings.SplitSeq(b.value, ", ") {
					if !slices.Contains(tests, name) {
						t.Errorf("%s: %q: there is no test %s", page, first, name)
					}
				}
			case "from":
				ran++
				file, err := os.ReadFile(b.value)
				if err != nil || !bytes.Contains(file, []byte(b.text)) {
					t.Errorf("%s: %q does not stand in %s (%v)", page, first, b.value, err)
				}
			case "needs":
				needs++
			default:
				t.Errorf("%s: %q in %q: who tests it?", page, first, b.section)
			}
		}
	}
	t.Logf("%d blocks are run by tests, %d need something that is not here", ran, needs)
	if ran < 10 {
		t.Errorf("only %d blocks", ran)
	}
}

// testNames are the names of all tests of the repository, without their folders, and the
// steps of .ci/run.
func testNames(t *testing.T) (names []string) {
	t.Helper()
	for name := range allTests(t) {
		names = append(names, name[strings.Index(name, ".")+1:])
	}
	ci, err := os.ReadFile(".ci/run")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^step "([\w -]+)"`).FindAllSubmatch(ci, -1) {
		names = append(names, "CI "+string(m[1]))
	}
	return names
}

// TestLinks: what a page of the repository links to in the repository is there, headings
// included.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	count := 0
	for _, page := range documents(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllSubmatch(text, -1) {
			target := string(m[1])
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			count++
			path, heading, _ := strings.Cut(target, "#")
			path = filepath.Join(filepath.Dir(page), path)
			if strings.HasPrefix(target, "#") {
				path = page
			}
			if _, err := os.Stat(path); err != nil && !strings.HasPrefix(target, "../../") { // GitHub's own pages
				t.Errorf("%s links to %s: %v", page, target, err)
				continue
			}
			if heading != "" && !slices.Contains(anchors(t, path), heading) {
				t.Errorf("%s links to %s: there is no such heading", page, target)
			}
		}
	}
	if count < 20 {
		t.Errorf("%d links", count)
	}
}

// anchors are the names of a page's headings, as GitHub makes them.
func anchors(t *testing.T, page string) (names []string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	dropped := regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllSubmatch(text, -1) {
		name := dropped.ReplaceAllString(strings.ToLower(string(m[1])), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

// TestDocumentedFlags: a command of ours that stands in a page has a name and flags that
// the program knows.
func TestDocumentedFlags(t *testing.T) {
	program, err := exec.LookPath("docker-credential-ssm")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile("docker-credential-ssm (login|configure|adopt|policy|doctor)\\b([^`\n|&;]*)")
	flag := regexp.MustCompile(`(^|\s)(--[a-z][a-z-]*)`)
	help := map[string]string{}
	count := 0
	for _, page := range documents(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range line.FindAllSubmatch(text, -1) {
			name, rest := string(m[1]), string(m[2])
			if help[name] == "" {
				out, err := exec.Command(program, "help", name).Output()
				if err != nil {
					t.Fatal(err)
				}
				help[name] = string(out)
			}
			for _, f := range flag.FindAllStringSubmatch(rest, -1) {
				count++
				if !regexp.MustCompile(`(?m)^ +(-\w, )?` + f[2] + `\b`).MatchString(help[name]) {
					t.Errorf("%s: %s: %s has no %s", page, m[0], name, f[2])
				}
			}
		}
	}
	if count < 10 {
		t.Errorf("%d flags", count)
	}
}
