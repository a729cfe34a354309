//go:build e2e

package e2e

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const page = "../docs/clients-details.md"

var update = flag.Bool("update", false, "write the tables of docs/clients-details.md anew")

// compare holds the table of a section of docs/clients-details.md to what was seen. The
// rows are by their first cell, which is one of those known; what was not run this
// time stays as it is.
func compare(t *testing.T, section string, known []string, seen map[string]string) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	parts := regexp.MustCompile(`(?s)^(.*\n## ` + regexp.QuoteMeta(section) + `\n.*?\n\|(?:---\|)+\n)((?:\|[^\n]*\n)*)(.*)$`).FindStringSubmatch(string(text))
	if parts == nil {
		t.Fatalf("%s has no table below %q", page, section)
	}
	written := map[string]string{}
	for row := range strings.Lines(parts[2]) {
		name := strings.TrimSpace(strings.Split(row, "|")[1])
		written[name] = strings.TrimSpace(row)
		if !*update && !slices.Contains(known, name) {
			t.Errorf("%s has a row that nothing stands for: %s", page, row)
		}
	}
	rows := ""
	for _, name := range known {
		row := written[name]
		if now, ok := seen[name]; ok {
			if !*update && versionless(row) != versionless(now) {
				t.Errorf("%s is out of step: run the test with -args -update\n%s", page, now)
			}
			row = now
		}
		if row != "" {
			rows += row + "\n"
		}
	}
	if !*update {
		return
	}
	if err := os.WriteFile(page, []byte(parts[1]+rows+parts[3]), 0o644); err != nil {
		t.Fatal(err)
	}
}

// versionless leaves the version out: another one that does the same is no drift.
func versionless(row string) string {
	return regexp.MustCompile(`^(\| [^|]+ \|)[^|]+\|`).ReplaceAllString(row, "$1")
}

// count logs how much a section of the page stands for, and appends it to the file, if
// any, that E2E_COUNTS names: the log of a test that passes is seen only with -v.
func count(t *testing.T, section string, rows map[string]string, cases, calls int) {
	t.Helper()
	line := fmt.Sprintf("%s: %d clients, %d cases, %d calls of the helper (%s)", section, len(rows), cases, calls, strings.Join(slices.Sorted(maps.Keys(rows)), "; "))
	t.Log(line)
	path := os.Getenv("E2E_COUNTS")
	if path == "" {
		return
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = fmt.Fprintln(file, line)
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		t.Error(err)
	}
}
