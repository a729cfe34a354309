package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
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

// cell is a verdict as the page has it.
func (v verdict) cell(then string) string {
	switch {
	case v.failure != "":
		return then
	case v.user != "":
		return "signed in"
	}
	return "goes on anonymously, without the note"
}

// played are clients that cannot run in a test, or ways in which clients run a helper.
// Each is what the client's code does with the helper's process and its output.
var played = []struct {
	name  string
	ask   func(*testing.T, machine) verdict
	heavy bool // for some of the days

	// What the client's code does next when the helper fails, as docs/clients-details.md
	// has it; "" for one that is not in its table.
	then string
}{
	{name: "CUE", ask: askMerged},
	{name: "Spring Boot's build-image", ask: askSpringBoot, then: "goes on anonymously: a warning in its log has the reason"},
	{name: "Testcontainers for Java, older", ask: func(t *testing.T, m machine) verdict { return askTestcontainers(t, m, true) }, then: "goes on anonymously: a line of level INFO in its log has the reason"},
	{name: "Testcontainers for Java", ask: func(t *testing.T, m machine) verdict { return askTestcontainers(t, m, false) }, then: "goes on anonymously: a line of level INFO in its log has the reason"},
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
	page := map[string]map[string]string{}
	for _, row := range tables(t, "docs/clients-details.md")["Clients that are played"] {
		page[row["client"]] = row
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
		{"credential there", func(s *ssmtest.Server) { s.Put(credential) }, "", verdict{user: "alice"}, true},
		{"there, with debug lines", func(s *ssmtest.Server) { s.Put(credential) }, "DOCKER_CREDENTIAL_SSM_DEBUG=true", verdict{user: "alice"}, false},
		{"none", func(*ssmtest.Server) {}, "", verdict{}, true},
		{"none, with debug lines", func(*ssmtest.Server) {}, "DOCKER_CREDENTIAL_SSM_DEBUG=true", verdict{}, false},
		{"none, and required", func(*ssmtest.Server) {}, "DOCKER_CREDENTIAL_SSM_REQUIRED=true", verdict{failure: "required"}, false},
		{"store denied", func(s *ssmtest.Server) { s.Put(credential); s.Deny("ssm:GetParameters", "*") }, "", verdict{failure: "is denied"}, true},
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
					t.Parallel()
					got := client.ask(t, m)
					switch {
					case strings.Contains(got.failure, "s3cret"):
						t.Errorf("the secret is on the screen: %s", got.failure)
					case got.user != day.want.user || (got.failure == "") != (day.want.failure == "") || !strings.Contains(got.failure, day.want.failure):
						t.Errorf("the client has %+v, want %+v", got, day.want)
					}
					if row := page[client.name]; client.then != "" && row[day.name] != got.cell(client.then) && day.all {
						t.Errorf("docs/clients-details.md says %q, and it is %q", row[day.name], got.cell(client.then))
					}
				})
			}
		})
	}
}
