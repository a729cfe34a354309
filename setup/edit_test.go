package setup

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/dockerconfig"

	"github.com/tailscale/hujson"
)

// edited adds the helper to a text, as configure does.
func edited(t testing.TB, text string) (*dockerconfig.Document, bool) {
	t.Helper()
	d, err := dockerconfig.Parse([]byte(text))
	if err != nil {
		return nil, false
	}
	c := &configuration{keys: []string{"docker.io"}, program: &cli.Program{}}
	return d, c.putIn(d) == nil
}

// TestStyles: what is added looks like what is there.
func TestStyles(t *testing.T) {
	for _, test := range []struct{ name, before, after string }{
		{"no file", "", "{\n\t\"credHelpers\": {\n\t\t\"https://index.docker.io/v1/\": \"ssm\",\n\t\t\"docker.io\": \"ssm\",\n\t\t\"index.docker.io\": \"ssm\"\n\t}\n}\n"},
		{"one line", `{"a":1}`, `{"a":1,"credHelpers":{"https://index.docker.io/v1/":"ssm","docker.io":"ssm","index.docker.io":"ssm"}}`},
		{"two blanks", "{\n  \"a\": 1\n}", "{\n  \"a\": 1,\n  \"credHelpers\": {\n    \"https://index.docker.io/v1/\": \"ssm\",\n    \"docker.io\": \"ssm\",\n    \"index.docker.io\": \"ssm\"\n  }\n}"},
		{"Windows", "{\r\n\t\"a\": 1\r\n}\r\n", "{\r\n\t\"a\": 1,\r\n\t\"credHelpers\": {\r\n\t\t\"https://index.docker.io/v1/\": \"ssm\",\r\n\t\t\"docker.io\": \"ssm\",\r\n\t\t\"index.docker.io\": \"ssm\"\r\n\t}\r\n}\r\n"},
		{"another helper", "{\n\t\"credHelpers\": {\"docker.io\": \"desktop\"}\n}", "{\n\t\"credHelpers\": {\"docker.io\": \"ssm\", \"https://index.docker.io/v1/\": \"ssm\", \"index.docker.io\": \"ssm\"}\n}"},
		{"in any case", `{"CredHelpers": {"docker.io":"ssm", "https://index.docker.io/v1/":"ssm", "index.docker.io":"ssm"}}`, `{"CredHelpers": {"docker.io":"ssm", "https://index.docker.io/v1/":"ssm", "index.docker.io":"ssm"}}`},
		{"null", `{"credHelpers":null}`, `{"credHelpers":{"https://index.docker.io/v1/":"ssm","docker.io":"ssm","index.docker.io":"ssm"}}`},
	} {
		d, ok := edited(t, test.before)
		if !ok {
			t.Errorf("%s is refused", test.name)
			continue
		}
		if got := string(d.Text()); got != test.after {
			t.Errorf("%s: %q, want %q", test.name, got, test.after)
		}
	}
	for _, text := range []string{`[]`, `1`, `{"a": 1,}`, `{/**/}`, `{"credHelpers": []}`, "\ufeff{}", `{`} {
		if _, ok := edited(t, text); ok {
			t.Errorf("%s is taken", text)
		}
	}
}

// FuzzEdit: what is put in and taken out again leaves every byte as it was,
// unless something was there already; and what is put in is valid JSON, with
// every other member as it was.
func FuzzEdit(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a":1}`, "{\n\t\"auths\": {}\n}\n", "{\r\n \"b\" : [1, 2],\"plugins\":{}}", `{"credHelpers":{"x":"y"}}`, `{"credHelpers":{"docker.io":"ssm"}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, ok := edited(t, text)
		if !ok {
			return
		}
		var was, is map[string]json.RawMessage
		if len(strings.TrimSpace(text)) > 0 {
			if err := json.Unmarshal([]byte(text), &was); err != nil {
				t.Fatalf("%q is no JSON, and taken", text)
			}
		}
		if err := json.Unmarshal(d.Text(), &is); err != nil {
			t.Fatalf("%q becomes %q: %v", text, d.Text(), err)
		}
		touched := false
		for name, value := range was {
			if strings.EqualFold(name, "credHelpers") {
				touched = true
			} else if !bytes.Equal(value, is[name]) {
				t.Fatalf("%q becomes %q", text, d.Text())
			}
		}
		if touched || len(strings.TrimSpace(text)) == 0 {
			return
		}
		c := &configuration{keys: []string{"docker.io"}}
		c.takeOut(d)
		want, got := text, string(d.Text())
		if len(was) == 0 { // blanks inside an empty object go
			want, got = strings.Join(strings.Fields(want), ""), strings.Join(strings.Fields(got), "")
		}
		if got != want {
			t.Fatalf("%q becomes %q", want, got)
		}
	})
}

// TestRedact: what a screen shows has no secret in it.
func TestRedact(t *testing.T) {
	text := `{"auths": {"a": {"auth": "QQ==", "Password": "p", "identitytoken": "i", "email": "e"}}, "b": [1,  2]}`
	want := `{"auths": {"a": {"auth": "…", "Password": "…", "identitytoken": "…", "email": "e"}}, "b": [1,  2]}`
	if got := string(dockerconfig.Redact([]byte(text))); got != want {
		t.Errorf("%s", got)
	}
	if _, err := hujson.Parse([]byte(want)); err != nil {
		t.Error(err)
	}
}
