package dockerconfig

import (
	"slices"
	"strings"
	"testing"
)

// entry is an entry of auths, of alice and s3cret.
const alice = `{"auth": "YWxpY2U6czNjcmV0"}`

// TestForget: a registry's secrets go from every place where the file has them, and
// nothing else does.
func TestForget(t *testing.T) {
	for text, want := range map[string]string{
		`{"auths": {"docker.io": ` + alice + `, "x": ` + alice + `}}`:                                       `{"auths": {"x": ` + alice + `}}`,
		`{"auths": {"docker.io": ` + alice + `}, "auths": {"index.docker.io": ` + alice + `, "y": {}}}`:     `{"auths": {}, "auths": {"y": {}}}`,
		`{"auths": {"y": {}}, "Auths": {"docker.io": ` + alice + `, "docker.io": ` + alice + `}}`:           `{"auths": {"y": {}}, "Auths": {}}`,
		`{"https://index.docker.io/v1/": ` + alice + `, "a": 1}`:                                            `{"a": 1}`,
		`{"auths": {"docker.io": {"email": "e"}}}`:                                                          `{"auths": {"docker.io": {"email": "e"}}}`,
		`{"auths": {"docker.io": {"registrytoken": "t"}}}`:                                                  `{"auths": {}}`,
		`{"auths": {"docker.io": {"PASSWORD": "t"}}}`:                                                       `{"auths": {}}`,
		`{"auths": {"https://index.docker.io/v1/access-token": ` + alice + `, "docker.io": ` + alice + `}}`: `{"auths": {"https://index.docker.io/v1/access-token": ` + alice + `}}`,
	} {
		d, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		Forget(d, "docker.io", false)
		if got := string(d.Text()); got != want {
			t.Errorf("%s\nbecomes\n%s", text, got)
		}
	}
	d, err := Parse([]byte(`{"auths": {"https://index.docker.io/v1/access-token": ` + alice + `, "https://index.docker.io/v1/refresh-token": ` + alice + `, "ghcr.io/v1/access-token": ` + alice + `}}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := d.WebTokens("docker.io"); !slices.Equal(got, []string{"https://index.docker.io/v1/access-token", "https://index.docker.io/v1/refresh-token"}) || d.WebTokens("ghcr.io") != nil {
		t.Errorf("%q", got)
	}
	Forget(d, "ghcr.io", true)
	Forget(d, "docker.io", true)
	if got := string(d.Text()); got != `{"auths": {"ghcr.io/v1/access-token": `+alice+`}}` {
		t.Errorf("%s", got)
	}
}

// TestPlaintext: one credential in however many places is found; two, or a token,
// are an error, in a place that Docker does not look at too.
func TestPlaintext(t *testing.T) {
	const bob = `{"auth": "Ym9iOm90aGVy"}`
	for text, want := range map[string]string{
		`{"auths": {"docker.io": ` + alice + `}}`:                                                  "alice",
		`{"auths": {"docker.io": ` + alice + `}, "auths": {"index.docker.io": ` + alice + `}}`:     "alice",
		`{"auths": {"docker.io": {"username": "alice", "password": "s3cret"}}}`:                    "alice",
		`{"https://index.docker.io/v1/": ` + alice + `}`:                                           "alice",
		`{"auths": {"docker.io": {}}}`:                                                             "",
		`{"auths": {"docker.io": {"email": "e", "username": "u"}}}`:                                "",
		`{"auths": {"ghcr.io": ` + alice + `}}`:                                                    "",
		`{"auths": {"docker.io": ` + alice + `}, "auths": {"docker.io": ` + bob + `}}`:             "two credentials",
		`{"auths": {"docker.io": ` + alice + `, "index.docker.io": {"auth": "YWxpY2U6b3RoZXI="}}}`: "two credentials", // of alice, both
		`{"auths": {"docker.io": ` + bob + `, "docker.io": ` + alice + `}}`:                        "two credentials",
		`{"docker.io": ` + alice + `, "AUTHS": {"docker.io": ` + bob + `}}`:                        "two credentials",
		`{"auths": {"docker.io": {"auth": "YWxpY2U6", "identitytoken": "t"}}}`:                     "token of a web login",
		`{"auths": {"docker.io": {"registrytoken": "t"}}}`:                                         "token of a web login",
		`{"auths": {"docker.io": {"RegistryToken": "t"}}, "Auths": {"docker.io": ` + alice + `}}`:  "token of a web login",
		`{"auths": {"docker.io": {"auth": "YWxpY2U6czNjcmV0", "registrytoken": "t"}}}`:             "token of a web login",
	} {
		d, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if found, err := d.Plaintext("docker.io"); err != nil {
			got = err.Error()
		} else if found != nil {
			if got = found.Username; found.Secret != "s3cret" {
				t.Errorf("%s: the secret is %q", text, found.Secret)
			}
		}
		if got != want && (want == "" || !strings.Contains(got, want)) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
