package setup

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/docker/cli/cli/config"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/settings"
)

// edited adds the helper to a text, as configure --replace does.
func edited(t testing.TB, text []byte) (*dockerconfig.Document, bool) {
	t.Helper()
	d, err := dockerconfig.Parse(text)
	if err != nil {
		return nil, false
	}
	c := &configuration{keys: []string{"docker.io"}, program: &cli.Program{}, replace: true}
	return d, c.putIn(d) == nil
}

// TestStyles: what is added looks like what is there.
func TestStyles(t *testing.T) {
	for _, test := range []struct{ name, before, after string }{
		{"no file", "", "{\n\t\"credHelpers\": {\n\t\t\"https://index.docker.io/v1/\": \"ssm\",\n\t\t\"docker.io\": \"ssm\",\n\t\t\"index.docker.io\": \"ssm\"\n\t}\n}\n"},
		{"one line", `{"a":1}`, `{"a":1,"credHelpers":{"https://index.docker.io/v1/":"ssm","docker.io":"ssm","index.docker.io":"ssm"}}`},
		{"two blanks", "{\n  \"a\": 1\n}", "{\n  \"a\": 1,\n  \"credHelpers\": {\n    \"https://index.docker.io/v1/\": \"ssm\",\n    \"docker.io\": \"ssm\",\n    \"index.docker.io\": \"ssm\"\n  }\n}"},
		{"Windows", "{\r\n\t\"a\": 1\r\n}\r\n", "{\r\n\t\"a\": 1,\r\n\t\"credHelpers\": {\r\n\t\t\"https://index.docker.io/v1/\": \"ssm\",\r\n\t\t\"docker.io\": \"ssm\",\r\n\t\t\"index.docker.io\": \"ssm\"\r\n\t}\r\n}\r\n"},
		{"another helper", "{\n\t\"credHelpers\": {\"docker.io\": \"desktop\"}\n}", "{\n\t\"credHelpers\": {\"docker.io\": \"ssm\", \"https://index.docker.io/v1/\": \"ssm\", \"index.docker.io\": \"ssm\"},\n\t\"plugins\": {\n\t\t\"docker-credential-ssm/docker.io\": {\n\t\t\t\"replaced\": \"docker.io=desktop\"\n\t\t}\n\t}\n}"},
		{"in any case", `{"CredHelpers": {"docker.io":"ssm", "https://index.docker.io/v1/":"ssm", "index.docker.io":"ssm"}}`, `{"CredHelpers": {"docker.io":"ssm", "https://index.docker.io/v1/":"ssm", "index.docker.io":"ssm"}}`},
		{"null", `{"credHelpers":null}`, `{"credHelpers":{"https://index.docker.io/v1/":"ssm","docker.io":"ssm","index.docker.io":"ssm"},"plugins":{"docker-credential-ssm":{"replaced":"credHelpers=null"}}}`},
		{"twice", `{"credHelpers":{"docker.io":"ssm"},"CREDHELPERS":{"a.example":"x"}}`, `{"credHelpers":{"docker.io":"ssm"},"CREDHELPERS":{"a.example":"x","https://index.docker.io/v1/":"ssm","index.docker.io":"ssm"}}`},
	} {
		text := []byte(test.before)
		if test.name == "no file" {
			text = nil
		}
		d, ok := edited(t, text)
		if !ok {
			t.Errorf("%s is refused", test.name)
			continue
		}
		if got := string(d.Text()); got != test.after {
			t.Errorf("%s: %q, want %q", test.name, got, test.after)
		}
	}
	for _, text := range []string{`[]`, `1`, `{"a": 1,}`, `{/**/}`, `{"credHelpers": []}`, "\ufeff{}", `{`, `{} {}`, `{"credHelpers": {}, "CredHelpers": null}`} {
		if _, ok := edited(t, []byte(text)); ok {
			t.Errorf("%s is taken", text)
		}
	}
}

// taken takes everything out of a text again.
func taken(t testing.TB, text []byte) string {
	t.Helper()
	d, err := dockerconfig.Parse(text)
	if err != nil {
		t.Fatalf("%q is no longer read: %v", text, err)
	}
	takeOut(d, nil, true)
	return string(d.Text())
}

// TestTakeOut: what is put in and taken out again leaves every byte as it was, in
// any style, with other helpers, and with what has nothing in it.
func TestTakeOut(t *testing.T) {
	for _, text := range seeds {
		for range 2 { // the second time there is nothing to do
			d, ok := edited(t, []byte(text))
			if !ok {
				t.Fatalf("%q is refused", text)
			}
			if again, _ := edited(t, d.Text()); !bytes.Equal(again.Text(), d.Text()) {
				t.Errorf("%q: another run makes\n%s of\n%s", text, again.Text(), d.Text())
			}
			if got := taken(t, d.Text()); got != text {
				t.Errorf("%q becomes %q, by way of\n%s", text, got, d.Text())
			}
		}
	}
}

// TestTakeOutAll: without a registry all is taken out that configure writes, the options
// for all registries too; with one, what the others have stays.
func TestTakeOutAll(t *testing.T) {
	const text = `{"credHelpers":{"docker.io":"ssm","ghcr.io":"ssm","x":"y"},"plugins":{"docker-credential-ssm":{"region":"eu-west-1"},"docker-credential-ssm/ghcr.io":{"prefix":"/p"},"z":{"a":"b"}}}`
	for _, tt := range []struct {
		keys []string
		want string
	}{
		{nil, `{"credHelpers":{"x":"y"},"plugins":{"z":{"a":"b"}}}`},
		{[]string{"ghcr.io"}, `{"credHelpers":{"docker.io":"ssm","x":"y"},"plugins":{"docker-credential-ssm":{"region":"eu-west-1"},"z":{"a":"b"}}}`},
		{[]string{"docker.io", "ghcr.io"}, `{"credHelpers":{"x":"y"},"plugins":{"docker-credential-ssm":{"region":"eu-west-1"},"z":{"a":"b"}}}`},
	} {
		d, err := dockerconfig.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		takeOut(d, tt.keys, tt.keys == nil)
		if got := string(d.Text()); got != tt.want {
			t.Errorf("%q: %s", tt.keys, got)
		}
	}
}

var seeds = []string{"", "\n", "{}", "{ }", "{\n}\n", " {}", `{"a":1}`, "{\n\t\"auths\": {}\n}\n", "{\r\n \"b\" : [1, 2],\"plugins\":{}}", `{"credHelpers":{"x":"y"}}`,
	`{"credHelpers":{}}`, `{"credHelpers": { }, "plugins": null}`, `{"credHelpers":null}`, `{"plugins":{ }}`, "{\"CredHelpers\":{\n}\n}",
	`{"credHelpers":{"docker.io":"desktop"}}`, `{"credHelpers":{"docker.io":"a","index.docker.io":"b", "https://index.docker.io/v1/" : "c"},"plugins":{"x":{"y":"z"}}}`,
	`{"credHelpers":{"docker.io":"","index.docker.io":null}}`, `{"credHelpers":{"docker.io":"null"}}`, `{"credHelpers":{"docker.io":"a\u0062 =%"}}`, "{\"credHelpers\":{\"docker.io\":\"\x88\ufffd\"}}",
	`{"credHelpers":{"docker.io":"a","docker.io":"b"},"CredHelpers":{"docker.io":"c","x":"y"}}`, `{"credHelpers":{"x":"y"},"CREDHELPERS":{}}`, `{"plugins":{"a":{}},"Plugins":{}}`}

// FuzzEdit: what is put in and taken out again leaves every byte as it was,
// unless something of ours was there already; and what is put in is valid JSON,
// with every other member as it was.
func FuzzEdit(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, ok := edited(t, []byte(text))
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
		for name, value := range was {
			if !strings.EqualFold(name, "credHelpers") && !strings.EqualFold(name, "plugins") && !bytes.Equal(value, is[name]) {
				t.Fatalf("%q becomes %q", text, d.Text())
			}
		}
		if ours(text) {
			return
		}
		if got := taken(t, d.Text()); got != text {
			t.Fatalf("%q becomes %q, by way of %q", text, got, d.Text())
		}
	})
}

// ours reports whether a text has something that configure may have written.
func ours(text string) bool {
	file, err := config.LoadFromReader(strings.NewReader(text))
	if err != nil {
		return false
	}
	for _, helper := range file.CredentialHelpers {
		if helper == settings.HelperName {
			return true
		}
	}
	for name := range file.Plugins {
		if strings.HasPrefix(name, settings.Section) {
			return true
		}
	}
	return strings.Contains(text, settings.Section) || strings.Contains(text, settings.HelperName) // a place that Docker does not see
}
