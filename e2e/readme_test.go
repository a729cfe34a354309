//go:build e2e

package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"docker-credential-ssm/internal/testenv/terminal"
)

// section is what a page says below its first heading after the title; the commands of it
// are in blocks, for a shell or as a part of a buildspec.
var (
	section = regexp.MustCompile(`(?s)\n## .*?\n(.*?)\n## `)
	fenced  = regexp.MustCompile("(?s)```(sh|yaml)\n(.*?)```")
)

// TestReadme follows the way into a build in the README and in its translation, word by
// word, on a new machine with the archive of a release: what a person types first, who
// answers login's questions, and then the lines of the buildspec, to a pull that is signed
// in. With -v it says how many commands and how much time that takes.
func TestReadme(t *testing.T) {
	archives, _ := filepath.Glob("../dist/*_linux_amd64.tar.gz")
	for _, page := range []string{"README.md", "README.ja.md"} {
		t.Run(page, func(t *testing.T) {
			n := newMachine(t) // skips where there is no release
			release := httptest.NewServer(http.FileServer(http.Dir("../dist")))
			defer release.Close()
			sum := sha256.Sum256(read(t, archives[0]))
			env := append(n.env, "HELPER_URL="+release.URL+"/"+filepath.Base(archives[0]), "HELPER_SHA256="+hex.EncodeToString(sum[:]))

			start := time.Now()
			var typed, built []string
			for _, b := range fenced.FindAllStringSubmatch(section.FindStringSubmatch(string(read(t, "../"+page)))[1], -1) {
				if b[1] == "sh" {
					typed = append(typed, strings.Split(strings.TrimSpace(b[2]), "\n")...)
				} else {
					built = append(built, lines(t, []byte(b[2]))...)
				}
			}
			if len(typed) == 0 || len(built) == 0 {
				t.Fatalf("commands: %q, %q", typed, built)
			}
			cmd := n.command("cd /tmp\n"+strings.Join(typed, "\n"), env...)
			c := terminal.Start(t, cmd)
			c.Answer("User name: ", "alice")
			c.Answer("Token (not shown): ", "s3cret")
			c.Answer("[y/N] ", "y")
			if err := c.Wait(); err != nil || !strings.Contains(c.Screen(), "stored and read back, the credential of alice") || strings.Contains(c.Screen(), "s3cret") {
				t.Fatalf("login: %v: %s", err, c.Screen())
			}
			if said := n.run(t, strings.Join(built, "\n"), env...); !strings.Contains(said, "signed in as alice") {
				t.Errorf("the buildspec's lines: %s", said)
			}
			n.pullSignedIn(t)
			t.Logf("%d commands and three answers, %.1f s: %q", len(typed)+len(built), time.Since(start).Seconds(), slices.Concat(typed, built))
		})
	}
}
