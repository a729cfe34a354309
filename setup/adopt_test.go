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
