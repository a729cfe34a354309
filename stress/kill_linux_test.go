package stress

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docker-credential-ssm/internal/leak"
	"docker-credential-ssm/ssm/ssmtest"
)

// The texts that a killed run may leave. Another registry's login is in the file
// throughout, and its secret must not be anywhere else.
const (
	otherSecret = "an0ther-s3cret"
	loginsOld   = "{\n\t\"auths\": {\n\t\t\"https://index.docker.io/v1/\": {\"auth\": \"YWxpY2U6czNjcmV0LW9mLXRoZS10ZWFt\"},\n\t\t\"ghcr.io\": {\"auth\": \"Ym9iOmFuMHRoZXItczNjcmV0\"}\n\t}\n}\n"
	loginsNew   = "{\n\t\"auths\": {\n\t\t\"ghcr.io\": {\"auth\": \"Ym9iOmFuMHRoZXItczNjcmV0\"}\n\t},\n" + ours + "}\n"
	plainOld    = "{\n\t\"auths\": {\n\t\t\"ghcr.io\": {\"auth\": \"Ym9iOmFuMHRoZXItczNjcmV0\"}\n\t}\n}\n"
	ours        = "\t\"credHelpers\": {\n\t\t\"https://index.docker.io/v1/\": \"ssm\",\n\t\t\"docker.io\": \"ssm\",\n\t\t\"index.docker.io\": \"ssm\"\n\t}\n"
)

var (
	alice = person{"alice", "s3cret-of-the-team"}
	carol = person{"carol", "c4rols-own-s3cret"}
)

func (p person) value() string { return value(p.Username, p.Secret) }

// killed is a command that changes something, and what may be there before and after.
type killed struct {
	args  []string
	stdin string
	file  string // the name of the file that it changes
	old   string // its text before; "" for none
	new   string // and after
	had   string // the value stored before; "" for none
	has   string // and after
	order bool   // the credential is stored before the file is changed
}

func cases(t *testing.T) map[string]killed {
	before, err := os.ReadFile("../examples/codebuild/before/buildspec.yml")
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile("../examples/codebuild/buildspec.yml")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]killed{
		"store":                {args: []string{"store"}, stdin: answer(dockerHub, alice.Username, alice.Secret), has: alice.value()},
		"store, another":       {args: []string{"store"}, stdin: answer(dockerHub, alice.Username, alice.Secret), had: carol.value(), has: alice.value()},
		"login":                {args: []string{"login", "--offline", "--username", "alice", "--password-stdin"}, stdin: alice.Secret, has: alice.value()},
		"login --force":        {args: []string{"login", "--offline", "--force", "--username", "alice", "--password-stdin"}, stdin: alice.Secret, had: carol.value(), has: alice.value()},
		"configure --migrate":  {args: []string{"configure", "--migrate"}, file: "config.json", old: loginsOld, new: loginsNew, has: alice.value(), order: true},
		"configure --discard":  {args: []string{"configure", "--discard"}, file: "config.json", old: loginsOld, new: loginsNew, had: carol.value(), has: carol.value()},
		"configure":            {args: []string{"configure"}, file: "config.json", old: plainOld, new: loginsNew},
		"configure, a new one": {args: []string{"configure"}, file: "config.json", new: "{\n" + ours + "}\n"},
		"adopt --write":        {args: []string{"adopt", "--write", "buildspec.yml"}, file: "buildspec.yml", old: string(before), new: string(after)},
	}
}

// TestKilled kills each command that changes something before each of its system calls
// that do, and at random moments. The credential, and the file, is the old one or the
// new one, whole; the secrets are in no other file; and the next run succeeds and
// leaves nothing beside the file.
func TestKilled(t *testing.T) {
	kills := 0
	for name, c := range cases(t) {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t)
			whole, err := r.prepare(t, c).kill(c, 0)
			if err != nil {
				t.Skip(err) // a machine on which nobody may trace
			}
			if !whole.ok {
				t.Fatal("the command fails when nobody kills it")
			}
			if left := r.check(t, c, true); left > 0 {
				t.Errorf("%d files are left by a whole run", left)
			}
			moments, left, finished := 0, 0, 0
			step := rounds(6, 1)
			for n := 1; ; n += step {
				e, err := r.prepare(t, c).kill(c, n)
				if err != nil {
					t.Fatal(err)
				}
				if !e.killed {
					break
				}
				moments++
				left += r.check(t, c, false)
				finished += r.again(t, c)
			}
			random := rounds(1, 40)
			rnd := seeded(t)
			start := time.Now()
			if got := r.prepare(t, c).run(c.stdin, c.args, writable); !got.ok {
				t.Fatalf("%+v", got)
			}
			took := time.Since(start)
			for range random {
				cmd := r.prepare(t, c).command(c.stdin, c.args, writable)
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Duration(rnd.Int64N(int64(took))))
				_ = cmd.Process.Kill()
				_ = cmd.Wait()
				left += r.check(t, c, false)
				finished += r.again(t, c)
			}
			kills += moments + random
			t.Logf("%d system calls; killed before %d of them and at %d random moments: %d had done their work, %d left a file behind, which the next run removed", len(whole.moments), moments, random, finished, left)
		})
	}
	t.Logf("%d kills", kills)
}

const writable = "DOCKER_CREDENTIAL_SSM_WRITABLE=true"

// prepare makes everything as it is before the command.
func (r *room) prepare(t *testing.T, c killed) *room {
	t.Helper()
	r.store.Close()
	r.store = ssmtest.NewServer()
	if c.had != "" {
		r.store.Put(ssmtest.Parameter{Name: parameter, Value: c.had})
	}
	entries, err := os.ReadDir(r.home)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(r.home, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	if c.old != "" {
		if err := os.WriteFile(filepath.Join(r.home, c.file), []byte(c.old), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// kill runs the command, and kills it before its nth call.
func (r *room) kill(c killed, n int) (ended, error) {
	return killAt(r.command(c.stdin, c.args, writable), n)
}

// check looks at what a killed run has left, or with done a whole one. It returns how
// many files there are beside the one that is changed.
func (r *room) check(t *testing.T, c killed, done bool) (left int) {
	t.Helper()
	stored, _ := r.store.Parameter(parameter)
	if stored.Value != c.has && (done || stored.Value != c.had) {
		t.Errorf("%q is stored", stored.Value)
	}
	if c.file == "" {
		return r.search(t)
	}
	text, err := os.ReadFile(filepath.Join(r.home, c.file))
	if err != nil && (c.old != "" || !os.IsNotExist(err)) {
		t.Error(err)
	}
	if string(text) != c.new && (done || string(text) != c.old) {
		t.Errorf("%s has\n%s", c.file, text)
	}
	if c.order && string(text) == c.new && stored.Value != c.has {
		t.Errorf("the credential is neither in %s nor in Parameter Store", c.file)
	}
	return r.search(t, c.file)
}

// search looks for secrets in every file but those named, and counts the files. What
// is left beside config.json may have what config.json has, and no more.
func (r *room) search(t *testing.T, but ...string) (left int) {
	t.Helper()
	entries, err := os.ReadDir(r.home)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if len(but) > 0 && e.Name() == but[0] {
			continue
		}
		left++
		s := leak.New(map[string]string{"alice's secret": alice.Secret, "carol's secret": carol.Secret})
		if err := s.Tree(filepath.Join(r.home, e.Name())); err != nil {
			t.Error(err)
		}
		for _, find := range s.Finds {
			t.Error(find)
		}
		info, err := e.Info()
		if err != nil || info.Mode().Perm()&0o077 != 0 || len(but) == 0 || !strings.HasPrefix(e.Name(), but[0]+".") {
			t.Errorf("left behind: %v, %v", info, err)
		}
	}
	return left
}

// again runs the command once more, after which everything is as it should be. It
// returns 1 where the killed run had left nothing to do.
func (r *room) again(t *testing.T, c killed) (finished int) {
	t.Helper()
	stored, _ := r.store.Parameter(parameter)
	text, _ := os.ReadFile(filepath.Join(r.home, c.file))
	if stored.Value == c.has && (c.file == "" || string(text) == c.new) {
		finished = 1
	}
	if got := r.run(c.stdin, c.args, writable); !got.ok {
		t.Errorf("the next run: %+v", got)
	}
	if left := r.check(t, c, true); left > 0 {
		t.Errorf("%d files are left by the next run", left)
	}
	return finished
}

// seeded is a source of random moments that a failure can be repeated with.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
