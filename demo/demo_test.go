package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"docker-credential-ssm/demo/story"
)

// watch gives a test an environment full of what must not reach the helper,
// and returns a check that a run left nothing of its own behind. An engine of
// the machine is out of reach, so that no test pulls into it.
func watch(t *testing.T) (check func()) {
	t.Helper()
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	t.Setenv("AWS_CA_BUNDLE", "/no/such/file")
	t.Setenv("AWS_PROFILE", "no-such-profile")
	t.Setenv("DOCKER_CREDENTIAL_SSM_PREFIX", "/elsewhere")
	t.Setenv("DOCKER_AUTH_CONFIG", `{"auths":{"127.0.0.1":{"auth":"YTpi"}}}`)
	t.Setenv("DOCKER_HOST", "unix:///no/such/socket")
	return func() {
		t.Helper()
		left, err := os.ReadDir(tmp)
		if err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

func TestRun(t *testing.T) {
	check := watch(t)
	var out bytes.Buffer
	if err := run(t.Context(), &out); err != nil {
		t.Fatalf("%v, after\n%s", err, out.String())
	}
	check()

	rest := out.String()
	for _, want := range []string{ // in this order
		"1. Build the helper",
		"2. Start a registry",
		"refused with 401 Unauthorized; the registry saw an anonymous client",
		"pulled demo/hello@sha256:",
		"the registry saw the user demo-puller (",
		"asked once, with one GetParameters",
		"left out: ",
		`config.json is {"credHelpers":{"127.0.0.1:`,
		"the password found 0 times",
	} {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			t.Fatalf("no %q, in its place, in\n%s", want, out.String())
		}
		rest = after
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines)-strings.Count(out.String(), "packages compiled\n") > 30 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		if utf8.RuneCountInString(line) > 100 {
			t.Errorf("wider than 100 columns: %s", line)
		}
	}
}

// writer is a function that takes what is printed.
type writer func(text string) error

func (w writer) Write(p []byte) (int, error) { return len(p), w(string(p)) }

func TestRunCutShort(t *testing.T) {
	errStop := errors.New("stopped")
	for _, step := range []string{"1. ", "5. "} {
		t.Run("interrupted at "+step, func(t *testing.T) {
			check := watch(t)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			err := run(ctx, writer(func(text string) error {
				if strings.Contains("\n"+text, "\n"+step) {
					cancel(errStop)
				}
				return nil
			}))
			if !errors.Is(err, errStop) {
				t.Errorf("error %v, want %v", err, errStop)
			}
			check()
		})
	}
	t.Run("nobody reads", func(t *testing.T) {
		check := watch(t)
		if err := run(t.Context(), writer(func(string) error { return io.ErrClosedPipe })); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("error %v, want %v", err, io.ErrClosedPipe)
		}
		check()
	})
}

// TestFollow: what go build -v prints is told while it is compiled, and the first
// complaint is what is wrong.
func TestFollow(t *testing.T) {
	var out bytes.Buffer
	text := "go: downloading example.com/a v1.0.0\ngo: downloading example.com/b v1.0.0\n" +
		strings.Repeat("example.com/a/b\n", 250) + "# docker-credential-ssm\n./main.go:3:1: syntax error\n./main.go:4:1: another\n"
	complaint, err := follow(&story.Story{Out: &out}, bufio.NewScanner(strings.NewReader(text)))
	if err != nil || complaint == nil || complaint.Error() != "./main.go:3:1: syntax error" {
		t.Errorf("the complaint is %v, %v", complaint, err)
	}
	const want = "     downloading the modules that they are made of\n     100 packages compiled\n     200 packages compiled\n"
	if out.String() != want {
		t.Errorf("told:\n%swant:\n%s", out.String(), want)
	}
}

// TestLittle: the command itself is compiled at once, since it imports nothing but a
// few packages of the standard library; net/http alone would be a hundred more.
func TestLittle(t *testing.T) {
	out, err := command(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Fields(string(out)); len(got) != 2 {
		t.Errorf("the command imports %q", got)
	}
	if out, err = command(t.Context(), "go", "list", "-deps", ".").Output(); err != nil || bytes.Count(out, []byte("\n")) > 90 {
		t.Errorf("%v, %d packages to compile before the first line", err, bytes.Count(out, []byte("\n")))
	}
}
