// Package stress runs the program many times at once, and ends it at every moment: what
// a fleet of builds, two administrators, a Docker CLI beside it and kill -9 do. The
// quick rounds run with all other tests; -full, which `make stress` gives, runs the long
// ones. The counts are in the log, under -v.
package stress

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

var full = flag.Bool("full", false, "run the long rounds")

// rounds is how often something is done: quickly, or in the long rounds.
func rounds(quick, long int) int {
	if *full {
		return long
	}
	return quick
}

var (
	once    sync.Once
	folder  string
	program string
	failed  error
)

func TestMain(m *testing.M) {
	flag.Parse()
	status := m.Run()
	if folder != "" {
		_ = os.RemoveAll(folder)
	}
	os.Exit(status)
}

// built is the program, built once for all tests.
func built(t *testing.T) string {
	t.Helper()
	testenv.Need(t, "go")
	once.Do(func() {
		if folder, failed = os.MkdirTemp("", "stress"); failed != nil {
			return
		}
		program = filepath.Join(folder, "docker-credential-ssm")
		if out, err := exec.Command("go", "build", "-o", program, "docker-credential-ssm").CombinedOutput(); err != nil {
			failed = fmt.Errorf("%w: %s", err, out)
		}
	})
	if failed != nil {
		t.Fatal(failed)
	}
	return program
}

const (
	dockerHub = "https://index.docker.io/v1/"
	parameter = "/CodeBuild/docker-credentials/docker.io"
)

// room is a home with a config.json, and a Parameter Store.
type room struct {
	home, config string
	store        *ssmtest.Server
}

func newRoom(t *testing.T) *room {
	t.Helper()
	built(t)
	r := &room{home: testenv.Isolate(t), store: ssmtest.NewServer()}
	t.Cleanup(r.store.Close)
	r.config = filepath.Join(r.home, "config.json")
	t.Setenv("DOCKER_CONFIG", r.home)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_REGION", "eu-central-1")
	return r
}

// command is one run of the program in the room, with further variables.
func (r *room) command(stdin string, args []string, env ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = r.home
	cmd.Env = append(append(os.Environ(), "AWS_ENDPOINT_URL="+r.store.URL), env...)
	cmd.Stdin = strings.NewReader(stdin)
	return cmd
}

// outcome is how a run has ended.
type outcome struct {
	out, err string
	ok       bool
}

func (r *room) run(stdin string, args []string, env ...string) outcome {
	cmd := r.command(stdin, args, env...)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	failure := cmd.Run()
	return outcome{out.String(), err.String(), failure == nil}
}

// answer is what get prints for a credential.
func answer(serverURL, username, secret string) string {
	return fmt.Sprintf(`{"ServerURL":%q,"Username":%q,"Secret":%q}`, serverURL, username, secret)
}

// value is what is stored for a credential.
func value(username, secret string) string {
	return fmt.Sprintf(`{"username":%q,"password":%q}`, username, secret)
}
