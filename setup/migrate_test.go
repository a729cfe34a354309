package setup

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// alice is an old login of docker.io, whose password is s3cret.
const alice = `{"auths": {"docker.io": {"auth": "YWxpY2U6czNjcmV0"}}}`

// room is a config.json and a stand-in for AWS.
type room struct {
	dir    string
	server *ssmtest.Server
}

func newRoom(t *testing.T, text string) *room {
	t.Helper()
	r := &room{testenv.Isolate(t), ssmtest.NewServer()}
	t.Cleanup(r.server.Close)
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": r.server.URL, "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-central-1"} {
		t.Setenv(name, value)
	}
	if err := os.WriteFile(filepath.Join(r.dir, "config.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return r
}

// text is the file's.
func (r *room) text() string {
	text, _ := os.ReadFile(filepath.Join(r.dir, "config.json"))
	return string(text)
}

// configure runs the command, and returns what it writes.
func (r *room) configure(t *testing.T, args ...string) (ok bool, out, stderr string) {
	t.Helper()
	var o, e bytes.Buffer
	command := configure()
	ok = command.Run(t.Context(), &cli.Program{Out: &o, Err: &e, Environ: os.Environ(), Dir: r.dir}, args)
	return ok, o.String(), e.String()
}

// TestDryRun: a dry run ends as the real run after it, with the same line, and
// changes nothing.
func TestDryRun(t *testing.T) {
	long := base64.StdEncoding.EncodeToString([]byte("alice:" + strings.Repeat("x", 9000)))
	for name, test := range map[string]struct {
		text  string
		args  []string
		state func(*ssmtest.Server)
		ok    bool
	}{
		"nothing there":      {alice, []string{"--migrate"}, nil, true},
		"the same there":     {alice, []string{"--migrate"}, put("alice", "s3cret"), true},
		"another there":      {alice, []string{"--migrate"}, put("bob", "other"), false},
		"another password":   {alice, []string{"--migrate"}, put("alice", "other"), false},
		"nothing to drop to": {alice, []string{"--discard"}, nil, false},
		"dropped":            {alice, []string{"--discard"}, put("bob", "other"), true},
		"denied":             {alice, []string{"--migrate"}, func(s *ssmtest.Server) { s.Deny("ssm:GetParameters", "*") }, false},
		"a secret":           {alice, []string{"--migrate", "--secret=hub"}, nil, false},
		"a version":          {alice, []string{"--migrate", "--parameter=/team/hub:1"}, nil, false},
		"too long":           {`{"auths": {"docker.io": {"auth": "` + long + `"}}}`, []string{"--migrate"}, nil, false},
		"a token":            {`{"auths": {"docker.io": {"registrytoken": "t"}}}`, []string{"--migrate"}, nil, false},
		"two":                {`{"auths": {"docker.io": {"auth": "YWxpY2U6czNjcmV0"}, "index.docker.io": {"auth": "Ym9iOm90aGVy"}}}`, []string{"--migrate"}, nil, false},
		"another helper":     {`{"credHelpers": {"docker.io": "other"}}`, nil, nil, false},
		"text behind":        {`{} {}`, nil, nil, false},
		"no such option":     {`{}`, []string{"--timeout=soon"}, nil, false},
		"impossible":         {`{}`, []string{"--username=alice"}, nil, false},
		"an image":           {`{}`, []string{"alpine:3.20"}, nil, false},
		"nothing to change":  {`{}`, []string{"--remove"}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, test.text)
			if test.state != nil {
				test.state(r.server)
			}
			dryOK, _, dry := r.configure(t, append(slices.Clone(test.args), "--dry-run")...)
			if r.text() != test.text {
				t.Fatalf("the dry run changed the file: %s", r.text())
			}
			for _, c := range r.server.Calls() {
				if c.Action == "PutParameter" {
					t.Fatal("the dry run wrote to Parameter Store")
				}
			}
			ok, _, line := r.configure(t, test.args...)
			dry = strings.ReplaceAll(dry, " --dry-run", "") // in the command of a hint
			if dryOK != ok || ok != test.ok || !ok && dry != line {
				t.Errorf("the dry run: %v, %sthe real run: %v, %s", dryOK, dry, ok, line)
			}
			if !ok && r.text() != test.text {
				t.Errorf("what failed changed the file: %s", r.text())
			}
		})
	}
}

// put stores a credential of Docker Hub's.
func put(username, secret string) func(*ssmtest.Server) {
	return func(s *ssmtest.Server) {
		s.Put(ssmtest.Parameter{Name: "/CodeBuild/docker-credentials/docker.io", Value: `{"username":"` + username + `","password":"` + secret + `"}`})
	}
}

// TestReadBack: where something else is stored than what was written there, the
// file keeps its credential.
func TestReadBack(t *testing.T) {
	r := newRoom(t, alice)
	var written atomic.Bool
	r.server.Fail(ssmtest.Fault{Action: "PutParameter", Answer: func(body []byte) []byte { written.Store(true); return body }})
	r.server.Fail(ssmtest.Fault{Action: "GetParameters", Answer: func(body []byte) []byte {
		if written.Load() {
			return bytes.ReplaceAll(body, []byte("s3cret"), []byte("0ther1"))
		}
		return body
	}})
	if ok, out, line := r.configure(t, "--migrate"); ok || r.text() != alice || !written.Load() || strings.Contains(out, "gone") {
		t.Errorf("%v, %s%s\n%s", ok, out, line, r.text())
	}

	// It is there now, and seen to be.
	r.server.ClearFaults()
	if ok, out, line := r.configure(t, "--migrate"); !ok || strings.Contains(r.text(), "YWxpY2U6czNjcmV0") || !strings.Contains(out, "was in Parameter Store already, and gone from the file") {
		t.Errorf("%v, %s%s\n%s", ok, out, line, r.text())
	}
}

// TestOtherHelper: what another helper has is moved, but for a token of a web login, which
// is one person's, and for what the file has another one of.
func TestOtherHelper(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the helper is a shell script")
	}
	for name, tt := range map[string]struct{ username, secret, file, says string }{
		"a credential":     {"alice", "s3cret", `{"credsStore": "other"}`, ""},
		"the same":         {"alice", "s3cret", `{"credsStore": "other", ` + alice[1:], ""},
		"a token":          {"<token>", "s3cret", `{"credsStore": "other"}`, "has a token of a web login"},
		"another password": {"alice", "0ther", `{"credsStore": "other", ` + alice[1:], "have two credentials"},
		"another user":     {"bob", "s3cret", `{"credsStore": "other", ` + alice[1:], "have two credentials"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, tt.file)
			bin := t.TempDir()
			script := "#!/bin/sh\ncat >/dev/null\ntest $1 = get && echo '{\"ServerURL\":\"x\",\"Username\":\"" + tt.username + "\",\"Secret\":\"" + tt.secret + "\"}'\nexit 0\n"
			if err := os.WriteFile(filepath.Join(bin, "docker-credential-other"), []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
			ok, out, line := r.configure(t, "--migrate")
			stored, there := r.server.Parameter("/CodeBuild/docker-credentials/docker.io")
			if tt.says == "" {
				if !ok || stored.Value != `{"username":"alice","password":"s3cret"}` || strings.Contains(r.text(), "YWxpY2U6") {
					t.Errorf("%v, %s%s: %q is stored, and the file is %s", ok, out, line, stored.Value, r.text())
				}
				return
			}
			if ok || there || r.text() != tt.file || !strings.Contains(line, tt.says) || strings.Contains(line, tt.secret) {
				t.Errorf("%v, %s: %q is stored, and the file is %s", ok, line, stored.Value, r.text())
			}
		})
	}
}
