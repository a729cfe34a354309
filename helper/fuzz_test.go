package helper

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/docker/docker-credential-helpers/credentials"

	"docker-credential-ssm/internal/output"
	"docker-credential-ssm/registry"
)

// marked is a secret that no message may hold.
const marked = "s3cretM4rk"

// notes is a store that has one credential, and notes what it is asked.
type notes struct {
	key, username, secret string
	asked                 []string // the verb and the key, of each call
}

func (n *notes) Get(_ context.Context, key string) (string, string, error) {
	n.asked = append(n.asked, "get "+key)
	if key != n.key {
		return "", "", absent{errors.New("there is none")}
	}
	return n.username, n.secret, nil
}

func (n *notes) Put(_ context.Context, key, username, secret string) error {
	n.asked = append(n.asked, "store "+key)
	n.key, n.username, n.secret = key, username, secret
	return nil
}

func (n *notes) Delete(_ context.Context, key string) error {
	n.asked = append(n.asked, "erase "+key)
	return nil
}

func (n *notes) List(context.Context) (map[string]string, error) { return nil, nil }

// check holds a failure to the form that clients read: one line on each stream, the
// protocol's own texts or the program's, and no secret that was read.
func check(t *testing.T, in, stdout, stderr string) {
	t.Helper()
	switch stdout {
	case "credentials not found in native keychain":
		if stderr != "" {
			t.Fatalf("%q: a note %q, of a registry that nobody expects", in, stderr)
		}
		return
	case "no credentials server URL", "no credentials username":
	default:
		if stdout != stderr {
			t.Fatalf("%q: %q and %q", in, stdout, stderr)
		}
	}
	line, ended := strings.CutSuffix(stderr, "\n")
	if !ended || strings.Contains(line, "\n") || !strings.HasPrefix(line, "docker-credential-ssm: ") || !strings.Contains(line, " failed: ") {
		t.Fatalf("%q: standard error is %q", in, stderr)
	}
}

// FuzzServerURL: whatever stands on standard input, get and erase ask the store for the
// key of exactly that server URL, or for nothing; an answer is the protocol's, and a
// failure shows nothing of the input but the registry.
func FuzzServerURL(f *testing.F) {
	for _, seed := range []string{
		"https://index.docker.io/v1/", "docker.io", "docker.io\n", "\ufeffdocker.io", "", " \n", "docker.io\nghcr.io", "docker.io\x00", "d\x00o\x00c\x00", "\xff",
		"https://alice:" + marked + "@ghcr.io/", "https://alice:" + marked + "@/", "https://" + marked + "@evil.example\\@index.docker.io", marked + "://x", "x?" + marked, "x//" + marked,
		"../" + marked, `{"ServerURL":"docker.io"}`, strings.Repeat("a", 70<<10), "https://index.docker.io/v1/refresh-token", "docker.io\u2028ghcr.io", "a\tb",
	} {
		f.Add(false, seed)
		f.Add(true, seed)
	}
	f.Fuzz(func(t *testing.T, erase bool, in string) {
		verb := credentials.ActionGet
		if erase {
			verb = credentials.ActionErase
		}
		store := &notes{key: registry.DockerHub, username: "alice", secret: marked}
		var out, errs strings.Builder
		ok := Serve(over(context.Background(), store), verb, strings.NewReader(in), &output.Output{Out: &out, Err: &errs})

		serverURL := strings.TrimSpace(strings.TrimPrefix(in, "\ufeff"))
		key, err := registry.Key(serverURL)
		if len(store.asked) > 1 || len(store.asked) == 1 && (err != nil || store.asked[0] != verb+" "+key) {
			t.Fatalf("%q: the store is asked for %q, and the key is %q (%v)", in, store.asked, key, err)
		}
		if ok && len(store.asked) == 0 {
			t.Fatalf("%q: a success, and nobody was asked", in)
		}
		if !ok {
			check(t, in, out.String(), errs.String())
			if said := out.String() + errs.String(); strings.Contains(said, marked) && !strings.Contains(registry.Name(key), marked) {
				t.Fatalf("%q: %q", in, said)
			}
			return
		}
		if errs.Len() > 0 || erase && out.Len() > 0 {
			t.Fatalf("%q: a success writes %q and %q", in, out.String(), errs.String())
		}
		var answer credentials.Credentials
		if !erase && (key != registry.DockerHub || json.Unmarshal([]byte(out.String()), &answer) != nil || answer != credentials.Credentials{ServerURL: serverURL, Username: "alice", Secret: marked}) {
			t.Fatalf("%q: %q", in, out.String())
		}
	})
}

// FuzzCredential: whatever stands on standard input, store keeps exactly the user name
// and the secret of that JSON under the key of its server URL, or nothing; what is kept
// is what get answers; and a failure shows nothing of the input but the registry.
func FuzzCredential(f *testing.F) {
	for _, seed := range []string{
		`{"ServerURL":"https://index.docker.io/v1/","Username":"alice","Secret":"` + marked + `"}`,
		`{"ServerURL":"ghcr.io","Username":"alice","Secret":"a\nb\r\n"}`,
		`{"serverurl":"ghcr.io","USERNAME":"alice","secret":"` + marked + `"}`,
		`{"ServerURL":"docker.io","ServerURL":"ghcr.io","Username":"alice","Secret":"` + marked + `"}`,
		`{"ServerURL":"https://u:` + marked + `@ghcr.io","Username":"","Secret":"` + marked + `"}`,
		`{"ServerURL":"","Username":"alice","Secret":"` + marked + `"}`,
		`{"ServerURL":"ghcr.io","Username":"alice","Secret":""}`,
		`{"ServerURL":"ghcr.io","Username":["` + marked + `"],"Secret":"` + marked + `"}`,
		`{"ServerURL":"https://index.docker.io/v1/access-token","Username":"alice","Secret":"` + marked + `"}`,
		`{"ServerURL":"ghcr.io","Username":"alice","Secret":"` + marked, `"` + marked + `"`, `[]`, `null`, `{}`, marked, "\ufeff{}", "{\"Secret\":\"\xff\"}", "\xff\xfe{\x00", "{}{}",
		`{"ServerURL":"ghcr.io","Username":"alice","Secret":"` + strings.Repeat("x", 100<<10) + `"}`,
		`{"ServerURL":"ghcr.io","Username":"alice","Secret":"\ud800` + marked + `\u0000"}`,
		"{\"ServerURL\":\"ghcr.io\",\"Username\":\"\u202e\u009b31m\",\"Secret\":\"\x7f\u200b\U000e0041" + marked + "\"}",
		"{\n \"ServerURL\" : \"ghcr.io\",\r\n \"Username\" : \"alice\", \"Secret\" : \"" + marked + "\"\n}\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		var store notes
		var out, errs strings.Builder
		ok := Serve(over(context.Background(), &store), credentials.ActionStore, strings.NewReader(in), &output.Output{Out: &out, Err: &errs})

		var c credentials.Credentials
		err := json.Unmarshal([]byte(strings.TrimPrefix(in, "\ufeff")), &c)
		key, errKey := registry.Key(c.ServerURL)
		if !ok {
			if len(store.asked) > 0 {
				t.Fatalf("%q: a failure, and %q", in, store.asked)
			}
			check(t, in, out.String(), errs.String())
			if said := out.String() + errs.String(); strings.Contains(said, marked) && !strings.Contains(registry.Name(key), marked) {
				t.Fatalf("%q: %q", in, said)
			}
			if err == nil && errKey == nil && c.Username != "" && c.Secret != "" && len(in) < maxCredential && utf8.ValidString(in) && !strings.Contains(in, "\x00") && !registry.WebLogin(key) {
				t.Fatalf("%q is refused: %q", in, out.String())
			}
			return
		}
		if err != nil || errKey != nil || len(store.asked) != 1 || store.asked[0] != "store "+key || store.username != c.Username || store.secret != c.Secret || c.Username == "" || c.Secret == "" {
			t.Fatalf("%q: kept are %q, %q by %q", in, store.username, store.secret, store.asked)
		}
		if out.Len()+errs.Len() > 0 {
			t.Fatalf("%q: a success writes %q and %q", in, out.String(), errs.String())
		}
		if !Serve(over(context.Background(), &store), credentials.ActionGet, strings.NewReader(c.ServerURL), &output.Output{Out: &out, Err: &errs}) {
			t.Fatalf("%q is stored, and not found again: %q", in, out.String())
		}
		if strings.ContainsFunc(strings.TrimSuffix(out.String(), "\n"), func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }) {
			t.Fatalf("%q: the answer %q acts on a terminal", in, out.String())
		}
		var back credentials.Credentials
		if err := json.Unmarshal([]byte(out.String()), &back); err != nil || back.Username != c.Username || back.Secret != c.Secret {
			t.Fatalf("%q: get answers %q", in, out.String())
		}
	})
}
