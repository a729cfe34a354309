//go:build e2e && linux

package systems

import (
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// circumstance is what the program finds on some Linux, and what it does there.
type circumstance struct {
	name string // a row of docs/linux.md
	play func(p *place)
}

var circumstances = slices.Concat(bareCircumstances, fileCircumstances, kernelCircumstances, distributions)

// TestLinux plays each circumstance, in a root of its own that has the program alone
// until the story puts something there.
func TestLinux(t *testing.T) {
	var l ledger
	for _, c := range circumstances {
		t.Run(c.name, func(t *testing.T) {
			p := newPlace(t, release(runtime.GOARCH), "/usr/local/bin", l.system(c.name))
			c.play(p)
			if p.count.cases < 3 {
				t.Errorf("%d cases", p.count.cases)
			}
		})
	}
	l.show(t)
}

// TestPage: docs/linux.md has a row for each circumstance and each processor that is
// played, and for no other.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/linux.md")
	must(t, err)
	var want, got []string
	for _, c := range circumstances {
		want = append(want, c.name)
	}
	for _, p := range processors {
		want = append(want, "linux/"+p.arch)
	}
	for _, m := range regexp.MustCompile(`(?m)^\| ([^|]+) \|`).FindAllStringSubmatch(string(page), -1) {
		if name := strings.Trim(m[1], " `"); name != "" && name != "platform" {
			got = append(got, name)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("docs/linux.md has rows for %q, the tests are of %q", got, want)
	}
}
