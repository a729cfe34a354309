package ssm

import (
	"encoding/json"
	"strings"
	"testing"

	"docker-credential-ssm/settings"
)

func TestParseValue(t *testing.T) {
	for _, tt := range []struct{ value, username, secret, who string }{
		{`{"username":"alice","password":"s3cret"}`, "alice", "s3cret", "this program, CodeBuild, ECS"},
		{`{"username":"alice","secret":"s3cret"}`, "alice", "s3cret", "CDK Pipelines"},
		{`{"username":"alice","accessToken":"s3cret"}`, "alice", "s3cret", "ECR pull-through caches"},
		{`{"ServerURL":"x","Username":"alice","Secret":"s3cret"}`, "alice", "s3cret", "the protocol"},
		{`{"USERNAME":"alice","PassWord":"s3cret"}`, "alice", "s3cret", "people"},
		{`{"username":"alice","accessToken":"a","secret":"b","password":"s3cret"}`, "alice", "s3cret", "the password is first"},
		{`{"username":"alice","password":null,"secret":"s3cret"}`, "alice", "s3cret", "null is nothing"},
		{" \n{\"username\":\"alice\",\"password\":\"s3cret\"}\r\n", "alice", "s3cret", "--value file://"},
		{"\ufeff{\"username\":\"alice\",\"password\":\"s3cret\"}", "alice", "s3cret", "PowerShell's byte order mark"},
		{`{"username":"ålice","password":"s3\u0063ret\n"}`, "ålice", "s3cret\n", "escapes mean what they say"},
	} {
		c, err := parseValue(tt.value)
		if err != nil || c != (credential{tt.username, tt.secret}) {
			t.Errorf("parseValue(%q) = %+v, %v (%s)", tt.value, c, err, tt.who)
		}
	}
	for _, value := range []string{
		"", "s3cret", `"s3cret"`, `["s3cret"]`, `{"username":"alice","password":"s3cret"`, `{"username":"alice","password":"s3cret"} s3cret`,
		`null`, `{}`, `{"username":"alice"}`, `{"password":"s3cret"}`, `{"username":"","password":"s3cret"}`, `{"username":"alice","password":""}`,
		`{"username":1,"password":"s3cret"}`, `{"username":"alice","password":["s3cret"]}`, `{"username":"alice","password":"","secret":"s3cret"}`,
	} {
		if c, err := parseValue(value); err == nil || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "alice") {
			t.Errorf("parseValue(%q) = %+v, %v; want an error that hides the value", value, c, err)
		}
	}
}

// FuzzValue: what is stored is read back, and no error repeats a value.
func FuzzValue(f *testing.F) {
	f.Add("alice", "s3cret")
	f.Add(`a"b`, "<&>\u2028")
	f.Add("a", `{"username":"x","password":"y"}`)
	f.Fuzz(func(t *testing.T, username, secret string) {
		want := credential{username, secret}
		value, err := formatValue(want)
		if err != nil || !json.Valid([]byte(value)) {
			t.Fatalf("formatValue: %q, %v", value, err)
		}
		got, err := parseValue(value)
		switch {
		case username == "" || secret == "":
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

func TestLocate(t *testing.T) {
	parse := func(s string) settings.Name {
		t.Helper()
		n, err := settings.ParseName(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, tt := range []struct {
		key   string
		o     settings.Options
		names string
		fails bool
	}{
		{key: "docker.io", o: settings.Options{Prefix: "/p"}, names: "/p/docker.io /p/docker.io/username /p/docker.io/password"},
		{key: "docker.io", o: settings.Options{}, names: "/docker.io /docker.io/username /docker.io/password"},
		{key: "docker.io", o: settings.Options{Prefix: "/p", Parameter: parse("/x:3")}, names: "/x:3"},
		{key: "docker.io", o: settings.Options{Prefix: "/p", UsernameParameter: parse("u"), PasswordParameter: parse("/x/p")}, names: "u /x/p"},
		{key: "docker.io/username", o: settings.Options{Prefix: "/p"}, fails: true},
		{key: "docker.io/username", o: settings.Options{Prefix: "/p", Parameter: parse("/x")}, names: "/x"},
		{key: "username", o: settings.Options{Prefix: "/p"}, names: "/p/username /p/username/username /p/username/password"},
		{key: strings.Repeat("a/", 13) + "a", o: settings.Options{Prefix: "/p"}, names: "/p/" + strings.Repeat("a/", 13) + "a"},
		{key: strings.Repeat("a/", 14) + "a", o: settings.Options{Prefix: "/p"}, fails: true},
		{key: strings.Repeat("a", 1000), o: settings.Options{Prefix: "/p"}, fails: true},
	} {
		l, err := locate(tt.key, tt.o)
		if got := strings.Join(l.names(), " "); (err != nil) != tt.fails || got != tt.names {
			t.Errorf("locate(%q, %+v) = %q, %v; want %q", tt.key, tt.o, got, err, tt.names)
		}
	}
}
