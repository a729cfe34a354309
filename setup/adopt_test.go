package setup

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"docker-credential-ssm/internal/cli"
)

// TestAdoptLongFile: a file that cannot be a buildspec is not read.
func TestAdoptLongFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "buildspec.yml")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, maxBuildspec+1); err != nil {
		t.Fatal(err)
	}
	a := &adoption{program: &cli.Program{}}
	if _, err := a.file(context.Background(), path); err == nil || !strings.Contains(err.Error(), "longer than any buildspec") {
		t.Errorf("the error is %v", err)
	}
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out strings.Builder
	a.program = &cli.Program{In: in, Out: &out, Err: &out}
	if _, err := a.standardInput(context.Background()); err == nil || err.Error() != "standard input is longer than any buildspec" || out.Len() > 0 {
		t.Errorf("on standard input: %v, and %d bytes", err, out.Len())
	}
}

// TestAdoptSeveral: one buildspec with a login that was not understood is a failure,
// whichever of them is the last; and a password in its text is not shown, wherever it
// stands.
func TestAdoptSeveral(t *testing.T) {
	write := func(command string) string {
		path := filepath.Join(t.TempDir(), "buildspec.yml")
		text := "version: 0.2\nphases:\n  build:\n    commands:\n      - " + command + "\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	run := func(args ...string) (bool, string) {
		var out strings.Builder
		command := adopt()
		return command.Run(t.Context(), &cli.Program{Out: &out, Err: &out}, args), out.String()
	}
	bad, good := write("curl https://x.test | docker login --username alice --password-stdin"), write("docker build .")
	for _, args := range [][]string{{bad}, {bad, good}, {good, bad}} {
		if ok, out := run(args...); ok {
			t.Errorf("a login that was not understood is a success:\n%s", out)
		}
	}
	if ok, out := run(good, good); !ok {
		t.Errorf("no login is a failure:\n%s", out)
	}
	if _, out := run(write("docker login --username s3cretPassw0rd --password s3cretPassw0rd s3cretPassw0rd.test")); strings.Contains(out, "s3cretPassw0rd") {
		t.Errorf("the password is shown:\n%s", out)
	}
}
