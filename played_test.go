package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

const indexServer = "https://index.docker.io/v1/"

// machine is where a client runs: the helper's program, and the environment.
type machine struct {
	program string
	env     []string
	dir     string
}

// verdict is what a client makes of an answer: whom it signs in as, "" for anonymously,
// or an error, with what its user sees of it.
type verdict struct {
	user, failure string
}

// played are clients that cannot run in a test, or ways in which clients run a helper.
// Each is what the client's code does with the helper's process and its output.
var played = []struct {
	name  string
	ask   func(*testing.T, machine) verdict
	heavy bool // for some of the days
}{
	{name: "CUE", ask: askMerged},
	{name: "Spring Boot's build-image", ask: askSpringBoot},
	{name: "Testcontainers for Java, older", ask: func(t *testing.T, m machine) verdict { return askTestcontainers(t, m, true) }},
	{name: "Testcontainers for Java", ask: func(t *testing.T, m machine) verdict { return askTestcontainers(t, m, false) }},
	{name: "reads standard output alone", ask: func(t *testing.T, m machine) verdict { return read(m.run(t, indexServer, nil)) }},
	{name: "a line end of Windows", ask: func(t *testing.T, m machine) verdict { return read(m.run(t, indexServer+"\r\n", nil)) }},
	{name: "no HOME and no PATH", ask: func(t *testing.T, m machine) verdict {
		m.env = slices.DeleteFunc(slices.Clone(m.env), func(entry string) bool {
			name, _, _ := strings.Cut(entry, "=")
			return !strings.HasPrefix(name, "AWS_") && !strings.HasPrefix(name, "DOCKER_") && name != "SYSTEMROOT"
		})
		return read(m.run(t, indexServer, nil))
	}},
	{name: "no name of its own", ask: func(t *testing.T, m machine) verdict {
		return read(m.run(t, indexServer, func(cmd *exec.Cmd) { cmd.Args[0] = "" }))
	}},
	{name: "docker-credential-ssm.exe", ask: func(t *testing.T, m machine) verdict {
		return read(m.as(t, "docker-credential-ssm.exe").run(t, indexServer, nil))
	}},
	{name: "a relative path", ask: func(t *testing.T, m machine) verdict {
		m.dir, m.program = filepath.Dir(m.program), "."+string(filepath.Separator)+filepath.Base(m.program)
		return read(m.run(t, indexServer, nil))
	}},
	{name: "a relative PATH", ask: askShell("PATH=bin; export PATH; exec docker-credential-ssm get")},
	{name: "standard error closed", ask: askShell(`exec ./bin/docker-credential-ssm get 2>&-`)},
	{name: "standard input stays open", ask: askOpen},
	{name: "20 at once", ask: askMany, heavy: true},
	{name: "every entry of credHelpers", ask: askEach},
}

// TestPlayedClients: each of them recognises the answer, on each day. None takes a
// failure for "there is no credential", or sees a secret in it.
func TestPlayedClients(t *testing.T) {
	m := machine{program: testenv.Build(t), dir: t.TempDir()}
	home := testenv.Isolate(t)
	t.Setenv("DOCKER_CONFIG", home)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_REGION", "eu-central-1")
	if err := os.WriteFile(filepath.Join(home, "config.json"), []byte(`{"credHelpers": {"`+indexServer+`": "ssm", "docker.io": "ssm", "index.docker.io": "ssm", "without.example": "ssm"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	const parameter = "/CodeBuild/docker-credentials/docker.io"
	credential := ssmtest.Parameter{Name: parameter, Value: `{"username":"alice","password":"s3cret"}`}
	for _, day := range []struct {
		name string
		set  func(*ssmtest.Server)
		env  string
		want verdict // the failure is a part of what the user sees
		all  bool    // for the heavy clients too
	}{
		{"there", func(s *ssmtest.Server) { s.Put(credential) }, "", verdict{user: "alice"}, true},
		{"there, with debug lines", func(s *ssmtest.Server) { s.Put(credential) }, "DOCKER_CREDENTIAL_SSM_DEBUG=true", verdict{user: "alice"}, false},
		{"none", func(*ssmtest.Server) {}, "", verdict{}, true},
		{"none, with debug lines", func(*ssmtest.Server) {}, "DOCKER_CREDENTIAL_SSM_DEBUG=true", verdict{}, false},
		{"none, and required", func(*ssmtest.Server) {}, "DOCKER_CREDENTIAL_SSM_REQUIRED=true", verdict{failure: "required"}, false},
		{"denied", func(s *ssmtest.Server) { s.Put(credential); s.Deny("ssm:GetParameters", "*") }, "", verdict{failure: "is denied"}, true},
		{"broken answers", func(s *ssmtest.Server) { s.Fail(ssmtest.Fault{Body: "<html>"}) }, "", verdict{failure: "something other than one JSON object"}, false},
		{"half a credential", func(s *ssmtest.Server) { s.Put(ssmtest.Parameter{Name: parameter, Value: `{"username":"alice"}`}) }, "", verdict{failure: "password"}, false},
		{"connections break", func(s *ssmtest.Server) { s.Fail(ssmtest.Fault{Drop: true}) }, "", verdict{failure: "Parameter Store"}, false},
		{"no settings", func(*ssmtest.Server) {}, "DOCKER_CREDENTIAL_SSM_TIMEOUT=soon", verdict{failure: "DOCKER_CREDENTIAL_SSM_TIMEOUT"}, false},
	} {
		t.Run(day.name, func(t *testing.T) {
			store := ssmtest.NewServer()
			t.Cleanup(store.Close)
			day.set(store)
			m := m
			m.env = append(os.Environ(), "AWS_ENDPOINT_URL="+store.URL, day.env)
			for _, client := range played {
				if client.heavy && !day.all {
					continue
				}
				t.Run(client.name, func(t *testing.T) {
					got := client.ask(t, m)
					switch {
					case strings.Contains(got.failure, "s3cret"):
						t.Errorf("the secret is on the screen: %s", got.failure)
					case got.user != day.want.user || (got.failure == "") != (day.want.failure == "") || !strings.Contains(got.failure, day.want.failure):
						t.Errorf("the client has %+v, want %+v", got, day.want)
					}
				})
			}
		})
	}
}

// result is what a process has left.
type result struct {
	stdout, stderr string
	status         int
}

// run runs the helper's get for a server URL.
func (m machine) run(t *testing.T, input string, change func(*exec.Cmd)) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(m.program, "get")
	cmd.Env, cmd.Dir = m.env, m.dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &stdout, &stderr
	if change != nil {
		change(cmd)
	}
	return m.wait(t, cmd, &stdout, &stderr)
}

func (m machine) wait(t *testing.T, cmd *exec.Cmd, stdout, stderr *bytes.Buffer) result {
	t.Helper()
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Error(err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// merged gives the helper one pipe for both streams.
func merged(cmd *exec.Cmd) { cmd.Stderr = cmd.Stdout }

// as is the machine with the helper under another name.
func (m machine) as(t *testing.T, name string) machine {
	t.Helper()
	program := filepath.Join(t.TempDir(), name)
	data, err := os.ReadFile(m.program)
	if err == nil {
		err = os.WriteFile(program, data, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	m.program = program
	return m
}

const absent = "credentials not found in native keychain"

// read is what most clients make of an answer.
func read(r result) verdict {
	switch {
	case r.status == 0:
		var c struct{ Username, Secret string }
		if err := json.Unmarshal([]byte(r.stdout), &c); err != nil {
			return verdict{failure: err.Error() + " in " + r.stdout}
		}
		return verdict{user: c.Username}
	case strings.TrimSpace(r.stdout) == absent:
		return verdict{}
	}
	return verdict{failure: r.stdout}
}

func askMerged(t *testing.T, m machine) verdict { return read(m.run(t, indexServer, merged)) }

// askSpringBoot reads when the process has ended, and takes each of the protocol's texts
// for "there is no credential".
func askSpringBoot(t *testing.T, m machine) verdict {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got := m.run(t, indexServer, func(cmd *exec.Cmd) { cmd.Stdout, cmd.Stderr = w, w })
	_ = w.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	got.stdout = string(text)
	if got.status != 0 && slices.Contains([]string{"no credentials server URL", "no credentials username"}, strings.TrimSpace(got.stdout)) {
		return verdict{}
	}
	return read(got)
}

// askTestcontainers takes for "there is no credential" what the helper says of a
// registry that does not exist. Older releases compare both streams, newer ones the
// first.
func askTestcontainers(t *testing.T, m machine, both bool) verdict {
	var change func(*exec.Cmd)
	if both {
		change = merged
	}
	got := m.run(t, indexServer, change)
	if got.status == 0 {
		return read(got)
	}
	if m.run(t, "https://not.a.real.registry/url", change).stdout == got.stdout {
		return verdict{}
	}
	return verdict{failure: got.stdout}
}

// askShell runs the helper by a line of shell, in a folder that has it in bin.
func askShell(line string) func(*testing.T, machine) verdict {
	return func(t *testing.T, m machine) verdict {
		if runtime.GOOS == "windows" {
			t.Skip("a shell runs it")
		}
		m.dir = t.TempDir()
		if err := os.Symlink(filepath.Dir(m.program), filepath.Join(m.dir, "bin")); err != nil {
			t.Fatal(err)
		}
		m.program = "/bin/sh"
		return read(m.run(t, indexServer, func(cmd *exec.Cmd) { cmd.Args = []string{"sh", "-c", line} }))
	}
}

// askOpen asks list with a standard input that nobody writes to or closes, and then get,
// as docker-py does for a build.
func askOpen(t *testing.T, m machine) verdict {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	got := m.run(t, "", func(cmd *exec.Cmd) { cmd.Args[1], cmd.Stdin = "list", r })
	if got.status != 0 {
		return verdict{failure: got.stdout}
	}
	return read(m.run(t, indexServer, nil))
}

// askMany asks from 20 processes at once, and is satisfied if they agree.
func askMany(t *testing.T, m machine) verdict {
	verdicts := make([]verdict, 20)
	var wg sync.WaitGroup
	for i := range verdicts {
		wg.Go(func() { verdicts[i] = read(m.run(t, indexServer, nil)) })
	}
	wg.Wait()
	for _, v := range verdicts {
		if v.user != verdicts[0].user || (v.failure == "") != (verdicts[0].failure == "") {
			t.Errorf("one has %+v, another one %+v", verdicts[0], v)
		}
	}
	return verdicts[0]
}

// askEach asks for every entry, as GitLab Runner and Testcontainers for Go do, and
// stops at the first that fails.
func askEach(t *testing.T, m machine) (found verdict) {
	for _, server := range []string{"without.example", "index.docker.io", "docker.io", indexServer} {
		v := read(m.run(t, server, nil))
		if v.failure != "" {
			return v
		}
		found = v
	}
	return found
}
