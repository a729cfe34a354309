package dockerconfig

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const idx = "https://index.docker.io/v1/"

// read is a file with a text.
func read(t *testing.T, text string) *Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := ReadClient(path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestSigner: alice's password is in plain text, base64 of alice:x.
func TestSigner(t *testing.T) {
	for _, tt := range []struct {
		text           string
		docker, podman How
		entry          string // of docker's
	}{
		{`{}`, ByNobody, ByNobody, ""},
		{`{"credHelpers":{"` + idx + `":"ssm"}}`, ByHelper, ByNobody, idx},
		{`{"credHelpers":{"docker.io":"ssm"}}`, ByNobody, ByHelper, ""},
		{`{"credHelpers":{"` + idx + `":""},"credsStore":"desktop"}`, ByStore, ByNobody, ""},
		{`{"credHelpers":{"ghcr.io":"ssm"},"credsStore":"desktop"}`, ByStore, ByNobody, ""},
		{`{"credHelpers":{"` + idx + `":"ssm"},"credsStore":"desktop","auths":{"` + idx + `":{"auth":"YWxpY2U6eA=="}}}`, ByHelper, ByPlaintext, idx},
		{`{"credsStore":"desktop","auths":{"` + idx + `":{"auth":"YWxpY2U6eA=="}}}`, ByStore, ByPlaintext, ""},
		{`{"auths":{"` + idx + `":{"auth":"YWxpY2U6eA=="}}}`, ByPlaintext, ByPlaintext, idx},
		{`{"auths":{"` + idx + `":{}}}`, ByNobody, ByNobody, ""},
		{`{"auths":{"` + idx + `":{"auth":"YWxpY2U6"}}}`, ByNobody, ByNobody, ""}, // no password
		{`{"auths":{"docker.io":{"auth":"YWxpY2U6eA=="}}}`, ByNobody, ByPlaintext, ""},
		{`{"auths":{"index.docker.io":{"auth":"YWxpY2U6eA=="}}}`, ByNobody, ByPlaintext, ""},
		{`{"auths":{"` + idx + `access-token":{"auth":"YWxpY2U6eA=="}}}`, ByNobody, ByPlaintext, ""}, // podman takes the host alone
		{`{"` + idx + `":{"auth":"YWxpY2U6eA==","email":"a@b"}}`, ByPlaintext, ByPlaintext, idx},
	} {
		c := read(t, tt.text)
		if got := DockerSigner(c.ConfigFile, c.Path, idx); got.How != tt.docker || got.Entry != tt.entry || got.Path != c.Path {
			t.Errorf("Docker with %s: %+v, want %v by %q", tt.text, got, tt.docker, tt.entry)
		} else if got.How == ByPlaintext && (got.Username != "alice" || got.Secret != "x") {
			t.Errorf("Docker with %s: %+v", tt.text, got)
		}
		if got := PodmanSigner(c.ConfigFile, c.Path, "docker.io"); got.How != tt.podman {
			t.Errorf("podman with %s: %+v, want %v", tt.text, got, tt.podman)
		}
	}
	// act looks a host up, and finds it in an old entry too.
	c := read(t, `{"auths":{"`+idx+`":{"auth":"YWxpY2U6eA=="}}}`)
	if got := DockerSigner(c.ConfigFile, c.Path, "index.docker.io"); got.How != ByPlaintext || got.Entry != idx {
		t.Errorf("act: %+v", got)
	}
	c = read(t, `{"auths":{"`+idx+`":{"identitytoken":"t"}}}`)
	if got := DockerSigner(c.ConfigFile, c.Path, idx); got.How != ByPlaintext || !got.Token {
		t.Errorf("a token: %+v", got)
	}
}

// TestTestcontainersSigner: it asks the store only for what has an entry of auths,
// which docker login leaves there.
func TestTestcontainersSigner(t *testing.T) {
	for text, want := range map[string]How{
		`{"credsStore":"ssm"}`:                                         ByNobody,
		`{"credsStore":"ssm","auths":{"ghcr.io":{}}}`:                  ByNobody,
		`{"credsStore":"ssm","auths":{"` + idx + `":{}}}`:              ByStore,
		`{"credsStore":"desktop","credHelpers":{"` + idx + `":"ssm"}}`: ByHelper,
		`{"credsStore":"desktop","credHelpers":{"docker.io":"ssm"}}`:   ByNobody,
		`{"auths":{"` + idx + `":{"auth":"YWxpY2U6eA=="}}}`:            ByPlaintext,
		`{}`: ByNobody,
	} {
		c := read(t, text)
		if got := TestcontainersSigner(c.ConfigFile, c.Path, idx); got.How != want || got.Path != c.Path {
			t.Errorf("%s: %+v, want %v", text, got, want)
		}
	}
}

func TestSecrets(t *testing.T) {
	c := read(t, `{"auths":{"`+idx+`":{"auth":"YWxpY2U6eA=="},"`+idx+`access-token":{"auth":"YWxpY2U6eA=="},"`+idx+`refresh-token":{"auth":"YWxpY2U6eA=="},"docker.io":{},"ghcr.io":{"auth":"YWxpY2U6eA=="}}}`)
	if got, want := c.Secrets("docker.io"), []string{idx, idx + "access-token", idx + "refresh-token"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	kinds := read(t, `{"auths":{"a.test":{"identitytoken":"t"},"b.test":{"registrytoken":"t"},"c.test":{"username":"alice","password":"x"},"d.test":{"username":"alice"}}}`)
	for key, want := range map[string]int{"a.test": 1, "b.test": 1, "c.test": 1, "d.test": 0} {
		if got := kinds.Secrets(key); len(got) != want {
			t.Errorf("%s: %q", key, got)
		}
	}
	if got := c.Secrets("ghcr.io"); !slices.Equal(got, []string{"ghcr.io"}) {
		t.Errorf("ghcr.io: %q", got)
	}
}

func TestReadClient(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte(`{"auths":{"a":{"auth":"secret"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadClient(file); err != ErrBroken {
		t.Errorf("an entry that does not decode: %v", err)
	}
	if read(t, `{"HttpHeaders":{"a":"b"}}`).Legacy {
		t.Error("any object is taken for a .dockercfg")
	}
	for _, path := range []string{filepath.Join(dir, "none"), filepath.Join(file, "below")} {
		if c, err := ReadClient(path); err != nil || c.There {
			t.Errorf("%s: %v, %v", path, c, err)
		}
	}
}
