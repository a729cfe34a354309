package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
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
	before := environ()
	return func() {
		t.Helper()
		left, err := os.ReadDir(tmp)
		if err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
		for _, name := range changed(before, environ()) {
			t.Errorf("the environment variable %s is not what it was", name)
		}
	}
}

func environ() map[string]string {
	all := map[string]string{}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		all[name] = value
	}
	return all
}

// changed returns the names alone: values may be nobody's business.
func changed(before, after map[string]string) (names []string) {
	for name, value := range after {
		if old, ok := before[name]; !ok || old != value {
			names = append(names, name)
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			names = append(names, name)
		}
	}
	return names
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
	if len(lines) > 30 {
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
	for _, step := range []string{"1. ", "3. ", "5. ", "7. "} {
		t.Run("interrupted at "+step, func(t *testing.T) {
			check := watch(t)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			err := run(ctx, writer(func(text string) error {
				if strings.HasPrefix(text, step) {
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

func TestPrivateRegistry(t *testing.T) {
	account := newCredential()
	r := startRegistry(account)
	defer r.Close()
	for _, tt := range []struct {
		name, user, password string
		want                 int
		seen                 string
	}{
		{"anonymous", "", "", http.StatusUnauthorized, "an anonymous client (1 request)"},
		{"wrong password", account.Username, "x", http.StatusUnauthorized, "a client with a wrong password (1 request)"},
		{"wrong user", "x", account.Password, http.StatusUnauthorized, "a client with a wrong password (1 request)"},
		{"the account", account.Username, account.Password, http.StatusOK, "the user demo-puller (1 request)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r.Forget()
			req, err := http.NewRequest(http.MethodGet, "http://"+r.Host+"/v2/", nil)
			if err != nil {
				t.Fatal(err)
			}
			if tt.user != "" {
				req.SetBasicAuth(tt.user, tt.password)
			}
			answer, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if answer.StatusCode != tt.want || (tt.want == http.StatusUnauthorized) != (answer.Header.Get("WWW-Authenticate") != "") {
				t.Errorf("status %d, header %v, want status %d", answer.StatusCode, answer.Header, tt.want)
			}
			if got := r.Seen().String(); got != tt.seen {
				t.Errorf("seen: %s, want %s", got, tt.seen)
			}
		})
	}
}

func TestOccurrences(t *testing.T) {
	c := newCredential()
	for name, tt := range map[string]struct {
		text string
		want int
	}{
		"nothing":           {"config.json", 0},
		"another password":  {newCredential().Password, 0},
		"plain, twice":      {c.Password + " " + c.Password, 2},
		"base64":            {base64.StdEncoding.EncodeToString([]byte(c.Password)), 1},
		"base64, unpadded":  {base64.RawURLEncoding.EncodeToString([]byte(c.Password)), 1},
		"base64 amid text":  {base64.StdEncoding.EncodeToString([]byte("u:" + c.Password + "\n")), 1},
		"base64 after text": {base64.StdEncoding.EncodeToString([]byte("user" + c.Password)), 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := occurrences([]byte(tt.text), c.Password); got != tt.want {
				t.Errorf("found %d times, want %d", got, tt.want)
			}
		})
	}
}
