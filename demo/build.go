package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"docker-credential-ssm/demo/story"
)

// build builds the helper and the command show into dir/bin: with one go command, which
// compiles what they share once, and with the flags of go run and go test, whose
// results in Go's cache it uses.
func build(ctx context.Context, say *story.Story, dir string) error {
	// Without a stamp from version control, which fails where git does not
	// trust the directory's owner. A directory as -o leaves the files' names,
	// and their .exe on Windows, to Go.
	bin := filepath.Join(dir, "bin") + string(filepath.Separator)
	cmd := command(ctx, "go", "build", "-v", "-buildvcs=false", "-o", bin, "docker-credential-ssm", "docker-credential-ssm/demo/show")
	// What go build leaves behind when it is killed is below dir, too.
	cmd.Env = append(os.Environ(), "GOTMPDIR="+dir)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("building the helper: %w", err)
	}
	complaint, lines := follow(say, bufio.NewScanner(stderr))
	if err := errors.Join(lines, cmd.Wait()); err != nil {
		return fmt.Errorf("building the helper: %w", cmp.Or(complaint, err))
	}
	return nil
}

// follow tells the story of a build from what go build -v prints, and returns the first
// line that is a complaint.
func follow(say *story.Story, lines *bufio.Scanner) (complaint, err error) {
	compiled, downloading := 0, false
	for lines.Scan() {
		switch line := strings.TrimSpace(lines.Text()); {
		case line == "" || strings.HasPrefix(line, "#"): // heads a package's errors
		case strings.HasPrefix(line, "go: downloading "):
			if !downloading {
				say.More("downloading the modules that they are made of")
			}
			downloading = true
		case !strings.Contains(line, " "): // a package that is compiled now
			if compiled++; compiled%100 == 0 {
				say.More("%d packages compiled", compiled)
			}
		case complaint == nil:
			complaint = errors.New(line)
		}
	}
	return complaint, lines.Err()
}
