package stress

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"docker-credential-ssm/ssm/ssmtest"
)

// person is a user name and a secret that belong together. The secrets differ in their
// length, so that a torn one is not a whole one by chance.
type person struct{ Username, Secret string }

func someone(i int) person {
	return person{fmt.Sprintf("user-%03d", i), strings.Repeat(fmt.Sprintf("secret-%03d-", i), 1+i%7)}
}

// TestStoresAndGets: many store and many get one registry's credential at one time.
// Every get prints one whole credential, a store that succeeds has stored its own, one
// that fails says that somebody else was faster, and the last version is one of theirs.
func TestStoresAndGets(t *testing.T) {
	for name, location := range map[string]struct{ section, parameter string }{
		"below the prefix": {`{}`, parameter},
		"a parameter":      {`{"parameter": "/team/docker-hub"}`, "/team/docker-hub"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t)
			r.configure(t, location.section)
			writers := rounds(12, 50)
			first := someone(writers)
			r.store.Put(ssmtest.Parameter{Name: location.parameter, Value: value(first.Username, first.Secret)})
			var wg sync.WaitGroup
			stored := make([]bool, writers)
			for i := range writers {
				wg.Go(func() {
					p := someone(i)
					got := r.run(answer(dockerHub, p.Username, p.Secret), []string{"store"}, "DOCKER_CREDENTIAL_SSM_WRITABLE=true", patience)
					if stored[i] = got.ok; !got.ok && !strings.Contains(got.err, faster) {
						t.Errorf("store %d: %+v", i, got)
					}
				})
				wg.Go(func() {
					if got := r.run(dockerHub, []string{"get"}, patience); !got.ok || !whole(got.out, writers) {
						t.Errorf("get %d: %+v", i, got)
					}
				})
			}
			wg.Wait()
			last, _ := r.store.Parameter(location.parameter)
			p := person{}
			if err := json.Unmarshal([]byte(strings.NewReplacer("username", "Username", "password", "Secret").Replace(last.Value)), &p); err != nil || !among(p, writers-1) {
				t.Errorf("the last version, %d, is %q", last.Version, last.Value)
			}
			if last.Version != int64(writers)+1 {
				t.Errorf("%d versions of %d writers and the first", last.Version, writers)
			}
			successes := 0
			for i, ok := range stored {
				if ok {
					successes++
				} else if p == someone(i) {
					t.Errorf("%s's is the last one, and its store has failed", p.Username)
				}
			}
			t.Logf("%d stores and %d gets at once: %d stores report success, the others that somebody else was faster; every get printed one whole credential", writers, writers, successes)
		})
	}
}

// TestStoresOfPairs: where user name and password are a parameter each, two writers can
// leave one's user name with the other's password. The one who completes that is told.
func TestStoresOfPairs(t *testing.T) {
	r := newRoom(t)
	r.configure(t, `{"usernameParameter": "/team/user", "passwordParameter": "/team/password"}`)
	r.store.Fail(ssmtest.Fault{Action: "PutParameter", Delay: 20 * time.Millisecond}) // the writers meet
	const writers = 4
	mixed, n := 0, rounds(3, 50)
	for range n {
		var wg sync.WaitGroup
		stored := make([]bool, writers)
		for i := range writers {
			wg.Go(func() {
				p := someone(i)
				stored[i] = r.run(answer(dockerHub, p.Username, p.Secret), []string{"store"}, "DOCKER_CREDENTIAL_SSM_WRITABLE=true", patience).ok
			})
		}
		wg.Wait()
		username, _ := r.store.Parameter("/team/user")
		password, _ := r.store.Parameter("/team/password")
		var user, pass int
		for i := range writers {
			if someone(i).Username == username.Value {
				user = i
			}
			if someone(i).Secret == password.Value {
				pass = i
			}
		}
		if user != pass {
			mixed++
			if stored[user] && stored[pass] {
				t.Errorf("both report success, and left %s with %s", username.Value, password.Value)
			}
		}
	}
	t.Logf("%d times %d stores of a pair at once: %d left a mixture, and one of its two was told each time", n, writers, mixed)
}

// TestLoginsAtOnce: the same for login, which two administrators run.
func TestLoginsAtOnce(t *testing.T) {
	r := newRoom(t)
	for range rounds(2, 25) {
		var wg sync.WaitGroup
		const writers = 2
		stored := make([]bool, writers)
		for i := range writers {
			wg.Go(func() {
				p := someone(i)
				got := r.run(p.Secret, []string{"login", "--offline", "--force", "--username", p.Username, "--password-stdin"}, patience)
				if stored[i] = got.ok; !got.ok && !strings.Contains(got.err, faster) {
					t.Errorf("login %d: %+v", i, got)
				}
			})
		}
		wg.Wait()
		last, _ := r.store.Parameter(parameter)
		for i := range writers {
			if p := someone(i); last.Value == value(p.Username, p.Secret) && !stored[i] {
				t.Errorf("%s's is the last one, and its login has failed", p.Username)
			}
		}
		if p := someone(0); last.Value != value(p.Username, p.Secret) && last.Value != value(someone(1).Username, someone(1).Secret) {
			t.Errorf("the last version is %q", last.Value)
		}
	}
}

// TestAdoptionsAtOnce: adopt --write of one file, many at once, beside an editor that
// adds lines to it. The file has the change once, and every line.
func TestAdoptionsAtOnce(t *testing.T) {
	r := newRoom(t)
	before, err := os.ReadFile("../examples/codebuild/before/buildspec.yml")
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile("../examples/codebuild/buildspec.yml")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(r.home, "buildspec.yml")
	for range rounds(1, 10) {
		if err := os.WriteFile(path, before, 0o644); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				if got := r.run("", []string{"adopt", "--write", path}); !got.ok {
					t.Errorf("%+v", got)
				}
			})
		}
		wg.Wait()
		if text, err := os.ReadFile(path); err != nil || string(text) != string(after) {
			t.Errorf("%v:\n%s", err, text)
		}
		r.nothingBeside(t, path)
	}
}

// faster is what is said to somebody whose credential another one has replaced.
const faster = "now holds something other than what was written there"

// patience is longer than a busy machine needs.
const patience = "DOCKER_CREDENTIAL_SSM_TIMEOUT=5m"

// whole reports whether get has printed what belongs together.
func whole(out string, last int) bool {
	var p person
	return json.Unmarshal([]byte(out), &p) == nil && among(p, last)
}

func among(p person, last int) bool {
	for i := range last + 1 {
		if p == someone(i) {
			return true
		}
	}
	return false
}

// configure writes a config.json with a section for Docker Hub.
func (r *room) configure(t *testing.T, section string) {
	t.Helper()
	text := `{"credHelpers": {"https://index.docker.io/v1/": "ssm"}, "plugins": {"docker-credential-ssm/docker.io": ` + section + `}}`
	if err := os.WriteFile(r.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// nothingBeside checks that nothing is left beside a file.
func (r *room) nothingBeside(t *testing.T, path string) {
	t.Helper()
	if left, _ := filepath.Glob(path + "?*"); left != nil {
		t.Errorf("left behind: %q", left)
	}
}
