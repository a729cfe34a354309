package dockerconfig

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/types"

	"docker-credential-ssm/registry"
)

// secretsOf are the secrets of an entry, as Docker reads it.
func secretsOf(a types.AuthConfig) []string {
	return []string{a.Password, a.IdentityToken, a.RegistryToken}
}

// FuzzSecrets: whatever a config.json holds, what a screen shows of it has no secret that
// Docker finds in it; dropping a registry's secrets leaves Docker none of them, and every
// other registry's as they were; and both leave JSON.
func FuzzSecrets(f *testing.F) {
	const entry = `{"auth":"YWxpY2U6czNjcmV0TTRyaw=="}` // alice:s3cretM4rk
	for _, seed := range []string{
		`{"auths":{"https://index.docker.io/v1/":` + entry + `,"ghcr.io":` + entry + `}}`, `{"auths":{"docker.io":` + entry + `},"AUTHS":{"DOCKER.IO":` + entry + `},"auth\u017f":{"x":` + entry + `}}`,
		`{"auths":{"docker.io":{"username":"alice","password":"s3cretM4rk"},"d\u043ecker.io":{"PASSWORD":"s3cretM4rk"}}}`, `{"auths":{"docker.io":{"pa\u017fsword":"s3cretM4rk","identitytoken":"s3cretM4rk"}}}`,
		`{"auths":{"https://alice:s3cretM4rk@ghcr.io":` + entry + `},"credHelpers":{"https://alice:s3cretM4rk@quay.io":"x"}}`, `{"auths":{"docker.io":{"auth":"YWxpY2U6czNjcmV0TTRyaw==","auth":"Ym9iOm90aGVy"}}}`,
		`{"docker.io":` + entry + `,"auths":{}}`, `{"plugins":{"x":{"password":"s3cretM4rk"},"docker-credential-ssm/https://alice:s3cretM4rk@x":{"region":"r"}}}`, `{"AUTHS":{"docker.io":` + entry + `}}`, `{"Auths":{"ghcr.io":` + entry + `}}`, `{"auths":{"docker.io":{"Username":"alice","PassWord":"s3cretM4rk"}}}`, `{"Docker.IO":{"AUTH":"YWxpY2U6czNjcmV0TTRyaw=="}}`,
		"", "{}", `{"auths":null}`, "{\r\n\t\"auths\" : { } }\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := Parse([]byte(text))
		if err != nil {
			return
		}
		before, err := config.LoadFromReader(strings.NewReader(text))
		if err != nil && !Blank([]byte(text)) {
			t.Fatalf("%q is taken, and Docker refuses it: %v", text, err)
		}
		shown := Redact([]byte(text))
		if !Blank([]byte(text)) && !json.Valid(shown) {
			t.Fatalf("%q becomes %q", text, shown)
		}
		if d, err := parse(shown); err == nil {
			if redact(&d.root, ""); !bytes.Equal(d.Text(), shown) {
				t.Fatalf("%q becomes %q, and that becomes %q", text, shown, d.Text())
			}
		}
		for _, auth := range before.AuthConfigs {
			for _, secret := range secretsOf(auth) {
				encoded, _ := json.Marshal(secret)
				inBase64 := base64.StdEncoding.EncodeToString([]byte(auth.Username + ":" + secret))
				if strings.Contains(text, inBase64) {
					encoded = []byte(`""`) // what stands there plainly is something else
				}
				for _, form := range []string{string(encoded[1 : len(encoded)-1]), inBase64} {
					const shortest = 8 // others stand in anything
					if len(form) >= shortest && strings.Count(text, form) == 1 && bytes.Contains(shown, []byte(form)) {
						t.Fatalf("%q is shown as %q", text, shown)
					}
				}
			}
		}
		Forget(d, registry.DockerHub, true)
		after, err := config.LoadFromReader(bytes.NewReader(d.Text()))
		if err != nil && !Blank(d.Text()) {
			t.Fatalf("%q becomes %q: %v", text, d.Text(), err)
		}
		for name, auth := range after.AuthConfigs {
			key, errKey := registry.Key(name)
			hubs := errKey == nil && (key == registry.DockerHub || registry.WebLogin(key))
			switch was, ok := before.AuthConfigs[name]; {
			case hubs && strings.Join(secretsOf(auth), "") != "":
				t.Fatalf("%q becomes %q, with a secret for %s", text, d.Text(), name)
			case !ok, !hubs && was != auth:
				t.Fatalf("%q becomes %q, which is another for %s", text, d.Text(), name)
			}
		}
		for name := range before.AuthConfigs {
			key, errKey := registry.Key(name)
			if _, ok := after.AuthConfigs[name]; !ok && (errKey != nil || key != registry.DockerHub && !registry.WebLogin(key)) {
				t.Fatalf("%q becomes %q, without %s", text, d.Text(), name)
			}
		}
	})
}
