//go:build linux

package faults

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const reliabilityPage = "../docs/reliability.md"

// TestPage holds the figures of docs/reliability.md to the tables of this package.
func TestPage(t *testing.T) {
	text, err := os.ReadFile(reliabilityPage)
	if err != nil {
		t.Fatal(err)
	}
	want := string(text)
	for what, figure := range map[string]int{
		"kinds of fault":                   len(Kinds()),
		"runs of the program with a fault": len(Cases()),
	} {
		row := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(what) + ` \| \d+ \|`)
		if !row.MatchString(want) {
			t.Fatalf("there is no row %q", what)
		}
		want = row.ReplaceAllLiteralString(want, fmt.Sprintf("| %s | %d |", what, figure))
	}
	want = table(t, want, "| faults of | kinds | for example |", groups())
	want = table(t, want, "| at | kinds |", targets())
	if want == string(text) {
		return
	}
	if !*update {
		t.Fatalf("%s is out of step: go test ./faults -run TestPage -update", reliabilityPage)
	}
	if err := os.WriteFile(reliabilityPage, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// table replaces the rows of a table.
func table(t *testing.T, page, head, rows string) string {
	t.Helper()
	m := regexp.MustCompile(regexp.QuoteMeta(head) + `\n\|[-|]+\|\n((?:\|[^\n]*\n)*)`).FindStringSubmatchIndex(page)
	if m == nil {
		t.Fatalf("there is no table %q", head)
	}
	return page[:m[2]] + rows + page[m[3]:]
}

func groups() string {
	var names []string
	count, examples := map[string]int{}, map[string][]string{}
	for _, k := range Kinds() {
		if count[k.Group]++; !slices.Contains(names, k.Group) {
			names = append(names, k.Group)
		}
		if n := len(examples[k.Group]); n < 3 && count[k.Group]%4 == 1 {
			examples[k.Group] = append(examples[k.Group], k.Name)
		}
	}
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "| %s | %d | %s |\n", name, count[name], strings.Join(examples[name], "; "))
	}
	return b.String()
}

func targets() string {
	var b strings.Builder
	for _, t := range Targets() {
		n := 0
		for _, k := range Kinds() {
			if k.fits(t) {
				n++
			}
		}
		fmt.Fprintf(&b, "| %s | %d |\n", t.Name, n)
	}
	return b.String()
}

// TestKinds: each has a name of its own, and at least one case; there are enough.
func TestKinds(t *testing.T) {
	seen, tried := map[string]bool{}, map[string]bool{}
	for _, c := range Cases() {
		tried[c.Kind.Name] = true
	}
	for _, k := range Kinds() {
		if seen[k.Name] || !tried[k.Name] || k.Group == "" {
			t.Errorf("%q: there twice, never tried, or in no group", k.Name)
		}
		seen[k.Name] = true
	}
	if len(seen) < 60 {
		t.Errorf("%d kinds", len(seen))
	}
}

// TestLeaks finds each secret in each form, at any place of a longer text.
func TestLeaks(t *testing.T) {
	for _, s := range secrets {
		for _, text := range []string{"x" + s + "y", s[3:16], "user:" + s, "ab" + s} {
			for name, form := range encodings {
				if name != "as it is" && len(text) < len(s) {
					continue
				}
				if found := Leaks([]byte("before " + form(text) + " after")); !slices.Contains(found, s) {
					t.Errorf("%s of %q is not found", name, text)
				}
			}
		}
	}
	if found := Leaks([]byte("docker-credential-ssm: get docker.io failed: a text without any. Look elsewhere")); len(found) > 0 {
		t.Errorf("%q", found)
	}
}

var encodings = map[string]func(string) string{
	"as it is":     func(s string) string { return s },
	"base64":       func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64 URL":   func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) },
	"hex":          func(s string) string { return hex.EncodeToString([]byte(s)) },
	"a URL's":      url.QueryEscape,
	"a URL's path": url.PathEscape,
	"JSON":         jsonText,
	"Go":           func(s string) string { return fmt.Sprintf("%q", s) },
}
