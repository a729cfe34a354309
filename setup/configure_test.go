package setup

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/testenv"
)

// TestNoHome: without a home directory docker/cli's library names a folder below the
// current one, which nobody reads; configure refuses.
func TestNoHome(t *testing.T) {
	testenv.Isolate(t)
	t.Chdir(t.TempDir())
	run := func(environ []string, args ...string) (bool, string) {
		var out, line bytes.Buffer
		command := configure()
		ok := command.Run(t.Context(), &cli.Program{Out: &out, Err: &line, Environ: environ, Dir: ".docker"}, args)
		return ok, line.String()
	}
	for _, args := range [][]string{nil, {"--dry-run"}, {"--remove"}} {
		ok, line := run(nil, args...)
		if ok || line != "docker-credential-ssm: configure failed: there is no home directory, in which config.json would be. Set HOME, or set DOCKER_CONFIG to the folder of config.json\n" {
			t.Errorf("%q: %v, %s", args, ok, line)
		}
	}
	if _, err := os.Stat(".docker"); err == nil {
		t.Error("a folder was made")
	}
	// A folder that somebody names counts from the current one, as for Docker.
	if ok, line := run([]string{"DOCKER_CONFIG=.docker"}, "--dry-run"); !ok {
		t.Errorf("%s", line)
	}
	if ok, line := run(nil, "--file", filepath.Join(t.TempDir(), "auth.json")); !ok {
		t.Errorf("%s", line)
	}
}

// TestColors: the difference has colours on a terminal, unless NO_COLOR or a
// terminal without any says otherwise; nothing of the file acts on it.
func TestColors(t *testing.T) {
	before, after := []byte("{\r\n  \"a\": 1\r\n}\r\n"), []byte("{\r\n  \"a\": 1,\r\n  \"b\u009b31m\u202e\": 2\r\n}\r\n")
	show := func(terminal bool, environ ...string) string {
		var out bytes.Buffer
		writeDiff(&cli.Program{Out: &out, Terminal: terminal, Environ: environ}, "config.json", before, after)
		return out.String()
	}
	const plain = "diff config.json config.json (new)\n--- config.json\n+++ config.json (new)\n@@ -1,3 +1,4 @@\n {\n-  \"a\": 1\n+  \"a\": 1,\n+  \"b\ufffd31m\ufffd\": 2\n }\n"
	for _, got := range []string{show(false), show(true, "NO_COLOR=1"), show(true, "TERM=dumb")} {
		if got != plain {
			t.Errorf("%q", got)
		}
	}
	colored := show(true, "TERM=xterm")
	for _, want := range []string{"\x1b[1m--- config.json\x1b[m\n", "\x1b[36m@@ -1,3 +1,4 @@\x1b[m\n", "\n {\n", "\x1b[31m-  \"a\": 1\x1b[m\n", "\x1b[32m+  \"a\": 1,\x1b[m\n"} {
		if !strings.Contains(colored, want) {
			t.Errorf("no %q in %q", want, colored)
		}
	}
}
