package stress

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// dockerConfig is what the tests look at in config.json.
type dockerConfig struct {
	Auths       map[string]struct{ Auth string }
	CredHelpers map[string]string
	Plugins     map[string]map[string]string
}

// read returns the file's content, which is whole whenever somebody reads it.
func (r *room) read(t *testing.T) (c dockerConfig) {
	t.Helper()
	text, err := os.ReadFile(r.config)
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil || c.Plugins["kept"]["as"] != "it was" {
		t.Errorf("config.json: %v:\n%s", err, text)
	}
	return c
}

// configures is how many run at one time.
const configures = 12

// configureAll runs configure for many registries at one time, each for one.
func (r *room) configureAll(t *testing.T) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range configures {
		wg.Go(func() {
			if got := r.run("", []string{"configure", fmt.Sprintf("registry-%d.test", i)}); !got.ok {
				t.Errorf("%+v", got)
			}
		})
	}
	wg.Wait()
}

// missing is how many of those registries the file does not have.
func (r *room) missing(t *testing.T) (n int) {
	t.Helper()
	have := r.read(t).CredHelpers
	for i := range configures {
		if have[fmt.Sprintf("registry-%d.test", i)] != "ssm" {
			n++
		}
	}
	return n
}

// TestBesideDocker runs twelve configures beside docker login and docker logout, again
// and again. Docker knows no lock, and writes what it has read when it began: a change
// that somebody else makes meanwhile is lost to it, configure's too. What the program
// promises is its own part: no login and no logout of Docker's is lost to configure,
// whoever reads the file finds it whole, configures do not lose each other's changes,
// and those that Docker has overwritten are there when they are made again.
func TestBesideDocker(t *testing.T) {
	docker := testenv.Need(t, "docker")
	r := newRoom(t)
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if user, password, _ := q.BasicAuth(); user != "dora" || password != "d0ras-s3cret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer registry.Close()
	host := strings.TrimPrefix(registry.URL, "http://")
	if err := os.WriteFile(r.config, []byte(`{"auths": {}, "plugins": {"kept": {"as": "it was"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	dockerDo := func(stdin string, args ...string) {
		cmd := exec.Command(docker, args...)
		cmd.Stdin = strings.NewReader(stdin)
		cmd.Env = append(os.Environ(), "DOCKER_HOST=unix:///nowhere.sock")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("docker %s: %v: %s", args[0], err, out)
		}
	}

	r.configureAll(t)
	if n := r.missing(t); n > 0 {
		t.Errorf("%d configures of %d have lost their change to each other", n, configures)
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	logins := 0
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
			}
			dockerDo("d0ras-s3cret", "login", "--username", "dora", "--password-stdin", host)
			if r.read(t).Auths[host].Auth == "" {
				t.Errorf("login %d of Docker's is lost", logins)
			}
			dockerDo("", "logout", host)
			if _, there := r.read(t).Auths[host]; there {
				t.Errorf("logout %d of Docker's is lost", logins)
			}
			logins++
		}
	}()
	waves, overwritten := rounds(2, 60), 0
	for range waves {
		if got := r.run("", []string{"configure", "--remove"}); !got.ok { // so that there is something to write
			t.Errorf("%+v", got)
		}
		r.configureAll(t)
		overwritten += r.missing(t)
	}
	close(stop)
	<-stopped
	r.configureAll(t)
	if n := r.missing(t); n > 0 {
		t.Errorf("%d of %d are lost, with nobody else there", n, configures)
	}
	r.nothingBeside(t, r.config)
	t.Logf("%d configures beside %d docker logins and logouts: of Docker's changes 0 lost, of configure's %d overwritten by Docker, which had read the file before", waves*configures, logins, overwritten)
}
