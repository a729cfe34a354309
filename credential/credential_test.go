package credential

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestSingle(t *testing.T) {
	for _, tt := range []struct {
		value, username, secret, who string
		how                          Reading
	}{
		{value: `{"username":"alice","password":"s3cret"}`, username: "alice", secret: "s3cret", who: "this program, CodeBuild, ECS"},
		{value: `{"username":"alice","secret":"s3cret"}`, username: "alice", secret: "s3cret", who: "CDK Pipelines"},
		{value: `{"username":"alice","accessToken":"s3cret"}`, username: "alice", secret: "s3cret", who: "ECR pull-through caches"},
		{value: `{"ServerURL":"x","Username":"alice","Secret":"s3cret"}`, username: "alice", secret: "s3cret", who: "the protocol"},
		{value: `{"USERNAME":"alice","PassWord":"s3cret"}`, username: "alice", secret: "s3cret", who: "people"},
		{value: `{"username":"alice","accessToken":"a","secret":"b","password":"s3cret"}`, username: "alice", secret: "s3cret", who: "the password is first"},
		{value: `{"username":"alice","password":null,"secret":"s3cret"}`, username: "alice", secret: "s3cret", who: "null is nothing"},
		{value: `{"username":"alice","password":"s3cret","ghcr.io":{"username":"bob","password":"other"}}`, username: "alice", secret: "s3cret", who: "other fields do not matter"},
		{value: " \n{\"username\":\"alice\",\"password\":\"s3cret\"}\r\n", username: "alice", secret: "s3cret", who: "--value file://"},
		{value: "\ufeff{\"username\":\"alice\",\"password\":\"s3cret\"}", username: "alice", secret: "s3cret", who: "PowerShell's byte order mark"},
		{value: `{"username":"ålice","password":"s3\u0063ret\n"}`, username: "ålice", secret: "s3cret", who: "a line's end does not count"},
		{value: `{"username":"alice","password":"s3cret\r\n\n"}`, username: "alice", secret: "s3cret", who: "nor do several"},
		{value: `{"Username":"alice","Password":"s3cret","ghcr.io":{"Username":"bob","Password":"other"}}`, username: "alice", secret: "s3cret", who: "a field of a credential, in any letter case"},
		{value: `{"username":"alice","password":"s3cret","password":"s3cret"}`, username: "alice", secret: "s3cret", who: "twice the same"},

		{value: `{"DOCKERHUB_USERNAME":"alice","DOCKERHUB_PASSWORD":"s3cret"}`, how: Reading{UsernameField: "DOCKERHUB_USERNAME", PasswordField: "DOCKERHUB_PASSWORD"}, username: "alice", secret: "s3cret", who: "fields of one's own"},
		{value: `{"username":"alice","token":"s3cret"}`, how: Reading{PasswordField: "token"}, username: "alice", secret: "s3cret", who: "one usual field"},
		{value: `{"dockerhub":{"user":"alice","token":"s3cret"}}`, how: Reading{UsernameField: "dockerhub.user", PasswordField: "dockerhub.token"}, username: "alice", secret: "s3cret", who: "one object deeper"},
		{value: `{"a.b":"alice","a":{"b":"bob"},"p":"s3cret"}`, how: Reading{UsernameField: "a.b", PasswordField: "p"}, username: "alice", secret: "s3cret", who: "the whole name goes first"},
		{value: `{"u":"alice","password":"old","token":"s3cret"}`, how: Reading{UsernameField: "u", PasswordField: "token"}, username: "alice", secret: "s3cret", who: "the named field goes first"},

		{value: "s3cret\n", how: Reading{Username: "alice"}, username: "alice", secret: "s3cret", who: "a token alone"},
		{value: `{"password":"s3cret"}`, how: Reading{Username: "alice"}, username: "alice", secret: "s3cret", who: "an object with the password alone"},
		{value: `{"username":"bob","password":"s3cret"}`, how: Reading{Username: "alice"}, username: "alice", secret: "s3cret", who: "the user name as it is"},
		{value: `{"hub":"s3cret"}`, how: Reading{Username: "alice", PasswordField: "hub"}, username: "alice", secret: "s3cret", who: "and a field"},
	} {
		v, err := Parse(tt.value, tt.how)
		c, one := v.Single()
		if err != nil || !one || c != (Credential{tt.username, tt.secret}) {
			t.Errorf("Parse(%q, %+v) = %+v, %v (%s)", tt.value, tt.how, c, err, tt.who)
		}
	}
	for _, tt := range []struct {
		value string
		how   Reading
	}{
		{value: ""}, {value: "  \n"}, {value: "s3cret"}, {value: `"s3cret"`}, {value: `["s3cret"]`}, {value: `null`}, {value: `{}`},
		{value: `{"username":"alice","password":"s3cret"`}, {value: `{"username":"alice","password":"s3cret"} s3cret`}, {value: `{"username":"alice","password":"s3cret"}{}`},
		{value: `{"username":"alice"}`}, {value: `{"password":"s3cret"}`}, {value: `{"username":"","password":"s3cret"}`}, {value: `{"username":"alice","password":""}`},
		{value: `{"username":1,"password":"s3cret"}`}, {value: `{"username":"alice","password":["s3cret"]}`}, {value: `{"username":"alice","password":"","secret":"s3cret"}`},
		{value: `{"username":"alice","password":"\r\n"}`}, {value: `{"username":"alice","password":"s3cret","Password":"other"}`},
		{value: `{"user":"alice","token":"s3cret"}`, how: Reading{UsernameField: "User", PasswordField: "token"}},
		{value: `{"username":"alice","password":"s3cret"}`, how: Reading{PasswordField: "token"}},
		{value: `{"hub":{"deep":{"user":"alice"}},"password":"s3cret"}`, how: Reading{UsernameField: "hub.deep.user"}},
		{value: `{"hub":"alice","password":"s3cret"}`, how: Reading{UsernameField: "hub.user"}},
		{value: `{"username":"alice"}`, how: Reading{Username: "bob"}},
		{value: `{"token":"s3cret"`, how: Reading{Username: "alice"}},
		{value: "s3cret", how: Reading{Username: "alice", PasswordField: "token"}},
		{value: "\r\n", how: Reading{Username: "alice"}},
	} {
		v, err := Parse(tt.value, tt.how)
		if err == nil || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "alice") {
			t.Errorf("Parse(%q, %+v) = %+v, %v; want an error that hides the value", tt.value, tt.how, v, err)
		}
	}
}

// TestFieldError: the names of the fields are shown, and the likely one is found.
func TestFieldError(t *testing.T) {
	for value, want := range map[string][2]string{
		`{"DOCKERHUB_USERNAME":"s3cret","DOCKERHUB_PASSWORD":"s3cret"}`: {"its fields are DOCKERHUB_USERNAME, DOCKERHUB_PASSWORD", "DOCKERHUB_USERNAME"},
		`{"user":"s3cret","user_name":"s3cret"}`:                        {"its fields are user, user_name", ""},
		`{"a":"s3cret"}`:                                                {"its fields are a", ""},
		`{}`:                                                            {"and no other", ""},
	} {
		_, err := Parse(value, Reading{})
		var e *FieldError
		if !errors.As(err, &e) || !strings.Contains(e.Error(), want[0]) || e.Guess() != want[1] {
			t.Errorf("%s: %v, guess %q", value, err, e.Guess())
		}
	}
	// What is in the place of a name may be a password, or act on a terminal.
	long := strings.Repeat("s3cret", 20)
	for value, want := range map[string]string{
		`{"` + long + `":1}`:                  "its fields are " + long[:60] + "…",
		"{\"a\u202eb\":1}":                    "its fields are a?b",
		"{\"a\u009b31m\":1,\"\\u001b[2J\":1}": "its fields are a?31m, ?[2J",
	} {
		if _, err := Parse(value, Reading{}); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", value, err, want)
		}
	}
	_, err := Parse(`{"hub":{"name":"s3cret"},"password":"x"}`, Reading{UsernameField: "hub.user"})
	if err == nil || !strings.Contains(err.Error(), "its fields are hub.name") {
		t.Errorf("one object deeper: %v", err)
	}
}

// TestMany: one credential for each registry, by key.
func TestMany(t *testing.T) {
	const alice, bob = "YWxpY2U6czNjcmV0", "Ym9iOm90aGVyOg==" // alice:s3cret, bob:other:
	for _, tt := range []struct {
		value string
		how   Reading
		want  map[string]Credential // by key; "" for an error
	}{
		{`{"auths":{"https://index.docker.io/v1/":{"auth":"` + alice + `"},"ghcr.io":{"username":"bob","password":"other"}},"credsStore":"x"}`, Reading{},
			map[string]Credential{"docker.io": {"alice", "s3cret"}, "ghcr.io": {"bob", "other"}}},
		{`{"auths":{"docker.io":{"auth":"` + bob + `","email":"x"}}}`, Reading{}, map[string]Credential{"docker.io": {"bob", "other:"}}},
		{`{"auths":{"index.docker.io":{"auth":"` + alice + `"},"docker.io":{"auth":"` + alice + `"}}}`, Reading{}, map[string]Credential{"docker.io": {"alice", "s3cret"}}},
		{`{"auths":{"index.docker.io":{"auth":"` + alice + `"},"docker.io":{"auth":"` + bob + `"}}}`, Reading{}, map[string]Credential{"docker.io": {}}},
		{`{"auths":{"az.test":{"identitytoken":"t0ken","auth":"` + alice + `"}}}`, Reading{}, map[string]Credential{"az.test": {"<token>", "t0ken"}}},
		{`{"auths":{"a.test":{},"b.test":{"auth":"%%%"},"c.test":{"auth":"YWxpY2U="},"d.test":1,"e.test":{"username":"x"},"f.test":{"auth":7}}}`, Reading{},
			map[string]Credential{"a.test": {}, "b.test": {}, "c.test": {}, "d.test": {}, "e.test": {}, "f.test": {}}},
		{`{"auths":{"a.test":{"auth":"YWxpY2U6czNjcmV0AAA="},"b.test":{"auth":"YWxpY2U6czNjcmV0DQo="},"c.test":{"username":"bob","password":"other\r\n"}}}`, Reading{}, // NUL bytes, and line ends
			map[string]Credential{"a.test": {"alice", "s3cret"}, "b.test": {"alice", "s3cret"}, "c.test": {"bob", "other"}}},
		{`{"auths":{}}`, Reading{}, map[string]Credential{}},
		{`{"registry-1.docker.io":{"username":"alice","password":"s3cret"},"localhost:5000":{"username":"bob","secret":"other"},"comment":"x"}`, Reading{},
			map[string]Credential{"docker.io": {"alice", "s3cret"}, "localhost_3A5000": {"bob", "other"}}},
		{`{"ghcr.io":{"user":"alice","token":"s3cret\n"},"quay.io":{"user":"bob"}}`, Reading{UsernameField: "user", PasswordField: "token"},
			map[string]Credential{"ghcr.io": {"alice", "s3cret"}, "quay.io": {}}},
	} {
		v, err := Parse(tt.value, tt.how)
		if _, one := v.Single(); err != nil || one {
			t.Errorf("Parse(%s): %v", tt.value, err)
			continue
		}
		if len(v.Keys()) != len(tt.want) {
			t.Errorf("%s has %q", tt.value, v.Keys())
		}
		for key, want := range tt.want {
			c, ok, err := v.For(key)
			if !ok || c != want && err == nil || (err != nil) != (want == Credential{}) {
				t.Errorf("%s has %+v, %v, %v for %s", tt.value, c, ok, err, key)
			}
			if err != nil && (strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), alice)) {
				t.Errorf("the error repeats the value: %v", err)
			}
		}
		if _, ok, _ := v.For("other.test"); ok {
			t.Errorf("%s has something for a registry that is not in it", tt.value)
		}
	}
	for _, value := range []string{`{"auths":[]}`, `{"auths":"s3cret"}`, `{"auths":{},"Auths":{"a.test":{}}}`} {
		if v, err := Parse(value, Reading{}); err == nil {
			t.Errorf("Parse(%s) = %+v", value, v)
		}
	}
	// A name without a dot or a port is a field's.
	if _, err := Parse(`{"dockerhub":{"username":"a","password":"b"}}`, Reading{}); err == nil || !strings.Contains(err.Error(), "its fields are dockerhub") {
		t.Errorf("an object in a field: %v", err)
	}
}

// FuzzFormat: what is stored is read back.
func FuzzFormat(f *testing.F) {
	f.Add("alice", "s3cret")
	f.Add(`a"b`, "<&>\u2028")
	f.Add("a", `{"username":"x","password":"y"}`)
	f.Fuzz(func(t *testing.T, username, secret string) {
		want := Credential{username, secret}
		value, err := Format(want)
		if err != nil || !json.Valid([]byte(value)) {
			t.Fatalf("Format: %q, %v", value, err)
		}
		v, err := Parse(value, Reading{})
		got, _ := v.Single()
		want.Secret = strings.TrimRight(secret, "\r\n")
		switch {
		case username == "" || want.Secret == "":
			if err == nil {
				t.Fatalf("%q is taken for a credential", value)
			}
		case strings.ToValidUTF8(username, "") != username || strings.ToValidUTF8(secret, "") != secret:
			// JSON cannot hold it as it is
		case err != nil || got != want:
			t.Fatalf("stored %+v, read %+v, %v", want, got, err)
		}
	})
}

// FuzzParse: a value gives no half of a credential, and no error repeats one.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"username":"a","password":"b"}`, `{"auths":{"a.test":{"auth":"YTpi"}}}`, `{"a.test":{"username":"a","password":"b"}}`, `{"u":{"v":"w"}}`, "\ufeff{}", "x\n"} {
		f.Add(seed, "", "", "")
		f.Add(seed, "alice", "", "")
		f.Add(seed, "", "u.v", "p")
	}
	f.Fuzz(func(t *testing.T, text, username, usernameField, passwordField string) {
		v, err := Parse(text, Reading{username, usernameField, passwordField})
		if err != nil {
			return
		}
		check := func(c Credential) {
			if c.Username == "" || c.Secret == "" || strings.HasSuffix(c.Secret, "\n") {
				t.Fatalf("Parse(%q) = %+v", text, c)
			}
		}
		if c, one := v.Single(); one {
			check(c)
		}
		for _, key := range v.Keys() {
			if c, ok, err := v.For(key); ok && err == nil {
				check(c)
			}
		}
	})
}
