package ssm

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/internal/bounded"
	"docker-credential-ssm/internal/keyring"
	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/resource"
)

// undeciding are the options that do not decide which credential is found: the
// exceptions in deciding.
var undeciding = []string{"KMSKeyID", "Writable", "Required", "CacheTTL", "Timeout", "Debug"}

// TestCacheName: a change to any option is another name in the cache, but for the
// exceptions. A new field of the options, or of the location in them, fails here
// until it is one or the other.
func TestCacheName(t *testing.T) {
	testenv.Isolate(t)
	name := func(key string, o settings.Options, who asker) string {
		decides, ok := who.decides()
		if !ok {
			t.Fatalf("%+v is unknown", who)
		}
		return (&lookup{key: key, options: o, asker: who, decides: decides}).name()
	}
	var o settings.Options
	before := name("docker.io", o, asker{})
	each(t, "", reflect.ValueOf(&o).Elem(), func(path string) {
		exception := slices.Contains(undeciding, path)
		if same := name("docker.io", o, asker{}) == before; same != exception {
			t.Errorf("with another %s, the same name: %v; an exception: %v", path, same, exception)
		}
	})
	if name("ghcr.io", settings.Options{}, asker{}) == before {
		t.Error("two registries share a name")
	}
	if name("docker.io", settings.Options{}, asker{asked: "111122223333/AKIA"}) == before {
		t.Error("two that ask share a name")
	}
	for _, variable := range []string{"AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "HOME", "HTTPS_PROXY", "https_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"} {
		t.Setenv(variable, "other")
		now := name("docker.io", settings.Options{}, asker{})
		if now == before {
			t.Errorf("two values of %s share a name", variable)
		}
		before = now
	}
	file := filepath.Join(t.TempDir(), "credentials")
	seen := map[string]string{}
	for _, content := range []string{"-", "alice", "bob!!", "alice\n"} {
		if content != "-" {
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(file, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
				t.Fatal(err)
			}
		}
		now := name("docker.io", settings.Options{}, asker{files: []string{file}})
		if other, ok := seen[now]; ok {
			t.Errorf("a file with %q and one with %q share a name", content, other)
		}
		seen[now] = content
	}
	// What cannot be read twice, or has no end, decides nothing.
	if err := os.WriteFile(file, make([]byte, bounded.Max+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Dir(file)} {
		if _, ok := (asker{files: []string{path}}).decides(); ok {
			t.Errorf("%s decides", path)
		}
	}
}

// TestTags: the keys of a change meet those of every registry that has the same
// parameter, by whatever name, and no others.
func TestTags(t *testing.T) {
	parameter := func(name string) settings.Location {
		r, err := resource.Parameter(name)
		if err != nil {
			t.Fatal(err)
		}
		return settings.Location{Kind: settings.Whole, Value: r}
	}
	below, err := settings.BelowPrefixOf("/team", "hub", "")
	if err != nil {
		t.Fatal(err)
	}
	changed := tags("docker.io", parameter("/team/hub"))
	for _, tt := range []struct {
		key  string
		l    settings.Location
		want bool
	}{
		{"docker.io", parameter("/other"), true},
		{"ghcr.io", parameter("/team/hub"), true},
		{"ghcr.io", parameter("/team/hub:3"), true},
		{"ghcr.io", parameter("arn:aws:ssm:eu-central-1:111122223333:parameter/team/hub"), true},
		{"hub", below, true},
		{"ghcr.io", parameter("/team/hub2"), false},
	} {
		meet := slices.ContainsFunc(tags(tt.key, tt.l), func(tag string) bool { return slices.Contains(changed, tag) })
		if meet != tt.want {
			t.Errorf("%s at %s: %v, want %v", tt.key, tt.l, meet, tt.want)
		}
	}
}

// TestKeysInEnvironment: the SDK takes the keys of the environment exactly where the
// program thinks so.
func TestKeysInEnvironment(t *testing.T) {
	ids, secrets := []string{"", "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"}, []string{"", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"}
	for _, id := range ids {
		for _, secret := range secrets {
			for _, profile := range []string{"", "build"} {
				home := testenv.Isolate(t)
				if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(home, ".aws", "config"), []byte("[profile build]\naws_access_key_id=AKIAFILE\naws_secret_access_key=x\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				for _, name := range []string{id, secret} {
					if name != "" {
						t.Setenv(name, "AKIATEST")
					}
				}
				o := settings.Options{Profile: profile, Region: "eu-central-1"}
				c, err := New(&settings.Settings{}, "", slog.New(slog.DiscardHandler)).configure(t.Context(), o, transport.New())
				if err != nil {
					t.Fatal(err)
				}
				if got, want := keysInEnvironment(o), c.from(aws.CredentialSourceEnvVars); got != want {
					t.Errorf("with %q, %q and the profile %q: %v, want %v", id, secret, profile, got, want)
				}
			}
		}
	}
}

// TestEntries: an entry is used up to its end, to the millisecond, if the TTL that is set
// now allows that long, and only with the generation that it was kept under.
func TestEntries(t *testing.T) {
	testenv.Isolate(t)
	if err := keyring.Put(cachePrefix+"try", []byte("x"), time.Minute); err != nil {
		testenv.Lacking(t, "keyring", fmt.Sprintf("the kernel keeps no keys here: %v", err))
	}
	key := fmt.Sprintf("entries-%d.test", os.Getpid())
	l := &lookup{key: key, options: settings.Options{CacheTTL: time.Minute}, generation: "g", decides: "x"}
	s := New(&settings.Settings{}, "", slog.New(slog.DiscardHandler))
	t.Cleanup(func() { s.forget(key, l.options) })
	now := time.Now()
	for name, tt := range map[string]struct {
		entry any
		used  bool
	}{
		"as it should be":          {entry{"alice", "x", now.Add(50 * time.Second), "g"}, true},
		"just over":                {entry{"alice", "x", now.Add(-time.Millisecond), "g"}, false},
		"kept with a longer TTL":   {entry{"alice", "x", now.Add(time.Hour), "g"}, false},
		"of a generation before":   {entry{"alice", "x", now.Add(50 * time.Second), "f"}, false},
		"without a secret":         {entry{"alice", "", now.Add(50 * time.Second), "g"}, false},
		"something else":           {"s3cret", false},
		"something without an end": {map[string]string{"Secret": "x", "Generation": "g"}, false},
	} {
		data, err := json.Marshal(tt.entry)
		if err != nil {
			t.Fatal(err)
		}
		if err := keyring.Put(l.name(), data, time.Minute); err != nil {
			t.Fatal(err)
		}
		if c, ok := s.cached(l); ok != tt.used || ok && (c != credential.Credential{Username: "alice", Secret: "x"}) {
			t.Errorf("%s: %+v, %v", name, c, ok)
		}
	}
}

// TestRequired: the option required is about the registries that credHelpers gives to the
// program, and about no others.
func TestRequired(t *testing.T) {
	config, err := settings.Parse(nil, "config.json", []byte(`{"credsStore": "ssm", "credHelpers": {"docker.io": "ssm"}, "plugins": {"docker-credential-ssm": {"required": "true"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	s := New(config, "", slog.New(slog.DiscardHandler))
	for key, want := range map[string]bool{"docker.io": true, "ghcr.io": false} {
		o, err := config.For(key)
		if err != nil {
			t.Fatal(err)
		}
		var required *RequiredError
		if err := s.required(key, o, &NotFoundError{}); errors.As(err, &required) != want {
			t.Errorf("%s: %T", key, err)
		}
	}
}

// TestAnotherAsksMeanwhile: what AWS has answered is not kept where who asks has changed
// since the lookup, such as by another sign-in: it is not known for whom the answer is.
func TestAnotherAsksMeanwhile(t *testing.T) {
	testenv.Isolate(t)
	if err := keyring.Put(cachePrefix+"try", []byte("x"), time.Minute); err != nil {
		testenv.Lacking(t, "keyring", fmt.Sprintf("the kernel keeps no keys here: %v", err))
	}
	key, file := fmt.Sprintf("another-%d.test", os.Getpid()), filepath.Join(t.TempDir(), "session")
	o := settings.Options{CacheTTL: time.Minute, Timeout: time.Second}
	s := New(&settings.Settings{}, "", slog.New(slog.DiscardHandler))
	t.Cleanup(func() { s.forget(key, o) })
	for _, now := range []string{"alice", "bob"} {
		if err := os.WriteFile(file, []byte("alice"), 0o600); err != nil {
			t.Fatal(err)
		}
		g, err := generation(key, o)
		if err != nil {
			t.Fatal(err)
		}
		who := asker{files: []string{file}}
		l := &lookup{key: key, options: o, generation: g, asker: who, decides: must(who.decides())}
		if err := errors.Join(keyring.Drop(l.name()), os.WriteFile(file, []byte(now), 0o600)); err != nil {
			t.Fatal(err)
		}
		s.keep(l, credential.Credential{Username: "alice", Secret: "x"})
		if _, err := keyring.Get(l.name()); errors.Is(err, keyring.ErrNone) != (now == "bob") {
			t.Errorf("signed in as alice, then as %s: %v", now, err)
		}
	}
}

// TestChangedMeanwhile: a get that has read the old credential before a change, and
// keeps it afterwards, or in the middle of it, does not bring it back.
func TestChangedMeanwhile(t *testing.T) {
	testenv.Isolate(t)
	key := fmt.Sprintf("changed-%d.test", os.Getpid())
	o := settings.Options{CacheTTL: time.Minute, Timeout: time.Second}
	s := New(&settings.Settings{}, "", slog.New(slog.DiscardHandler))
	begin := func() *lookup {
		g, err := generation(key, o)
		if err != nil {
			t.Fatal(err)
		}
		return &lookup{key: key, options: o, generation: g, decides: must(asker{}.decides())}
	}
	if err := keyring.Put(cachePrefix+"try", []byte("x"), time.Minute); err != nil {
		testenv.Lacking(t, "keyring", fmt.Sprintf("the kernel keeps no keys here: %v", err))
	}
	t.Cleanup(func() { s.forget(key, o) })
	old := credential.Credential{Username: "alice", Secret: "old"}
	reads := func() bool {
		g, err := generation(key, o)
		if err != nil {
			return false
		}
		_, ok := s.cached(&lookup{key: key, options: o, generation: g, decides: must(asker{}.decides())})
		return ok
	}
	before := begin()
	s.keep(before, old)
	if !reads() {
		t.Fatal("nothing is kept")
	}
	changed := s.changing(key)
	if reads() {
		t.Error("the old credential is read while it is changed")
	}
	s.keep(before, old)
	if reads() {
		t.Error("a get that began before the change brings the old credential back in the middle of it")
	}
	changed()
	if reads() {
		t.Error("what was kept in the middle of the change is read after it")
	}
	s.keep(before, old)
	if reads() {
		t.Error("a get that began before the change brings the old credential back after it")
	}
	if _, err := keyring.Get(before.name()); err == nil {
		t.Error("the old credential is still in the keyring")
	}
	s.keep(begin(), credential.Credential{Username: "alice", Secret: "new"})
	if !reads() {
		t.Error("after the change nothing is kept")
	}
	// A change that is killed leaves nothing that is read.
	s.changing(key)
	s.keep(before, old)
	if reads() {
		t.Error("the old credential is read after a change that was killed")
	}
}

func must(decides string, ok bool) string {
	if !ok {
		panic("unknown")
	}
	return decides
}

// each sets one field after another to something else than its zero value.
func each(t *testing.T, path string, v reflect.Value, check func(path string)) {
	t.Helper()
	for i := range v.NumField() {
		field, name := v.Field(i), path+v.Type().Field(i).Name
		switch field.Kind() {
		case reflect.Struct:
			each(t, name+".", field, check)
			continue
		case reflect.String:
			field.SetString("x")
		case reflect.Bool:
			field.SetBool(true)
		case reflect.Int, reflect.Int64:
			field.SetInt(7)
		default:
			t.Fatalf("%s is of a kind that this test does not know: %v", name, field.Kind())
		}
		check(name)
		field.SetZero()
	}
}
