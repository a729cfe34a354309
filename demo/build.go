package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// build builds the helper from this module into dir/bin.
func build(ctx context.Context, env *environment, dir string) error {
	// What go build leaves behind when it is killed is below dir, too.
	if err := env.set("GOTMPDIR", dir); err != nil {
		return err
	}
	root, err := output(ctx, "", "go", "list", "-m", "-f", "{{.Dir}}")
	if err != nil {
		return fmt.Errorf("finding the module: %w", err)
	}
	// Without a stamp from version control, which fails where git does not
	// trust the directory's owner. A directory as -o leaves the file's name,
	// and its .exe on Windows, to Go.
	bin := filepath.Join(dir, "bin") + string(filepath.Separator)
	if _, err := output(ctx, root, "go", "build", "-buildvcs=false", "-o", bin, "."); err != nil {
		return fmt.Errorf("building the helper: %w", err)
	}
	return nil
}

// output runs a command in a directory and returns what it prints. The error
// holds the first line of the command's own complaint.
func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	// Go and Docker clean up after an interruption, if they are given the time.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		for line := range strings.Lines(string(exit.Stderr)) {
			// Go heads a package's errors with "# package".
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				return "", errors.New(line)
			}
		}
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return strings.TrimSpace(string(out)), nil
}
