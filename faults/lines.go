//go:build linux

package faults

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Lines are the lines of testdata: for each target a file in which each line stands
// once, with the cases that end with it below it.
type Lines map[string]map[string]string // target, "kind/verb", line

const lineFolder = "testdata"

// ReadLines reads them.
func ReadLines() (Lines, error) {
	all := Lines{}
	for _, t := range Targets() {
		text, err := os.ReadFile(filepath.Join(lineFolder, t.Name+".txt"))
		if os.IsNotExist(err) {
			continue
		} else if err != nil {
			return nil, err
		}
		all[t.Name] = map[string]string{}
		said := ""
		for line := range strings.Lines(string(text)) {
			line = strings.TrimRight(line, "\n")
			if one, ok := strings.CutPrefix(line, "\t"); ok {
				all[t.Name][one] = said
			} else {
				said = line
			}
		}
	}
	return all, nil
}

// Write writes them.
func (l Lines) Write() error {
	for target, cases := range l {
		byLine := map[string][]string{}
		for one, line := range cases {
			byLine[line] = append(byLine[line], one)
		}
		lines := slices.SortedFunc(maps.Keys(byLine), func(a, b string) int {
			return cmp.Or(cmp.Compare(slices.Min(byLine[a]), slices.Min(byLine[b])), cmp.Compare(a, b))
		})
		var b strings.Builder
		for _, line := range lines {
			slices.Sort(byLine[line])
			fmt.Fprintf(&b, "%s\n\t%s\n", line, strings.Join(byLine[line], "\n\t"))
		}
		if err := os.MkdirAll(lineFolder, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(lineFolder, target+".txt"), []byte(b.String()), 0o644); err != nil {
			return err
		}
	}
	return nil
}
