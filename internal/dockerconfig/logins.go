package dockerconfig

import (
	"fmt"
	"slices"
	"strings"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/tailscale/hujson"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
)

// Login is a credential that the file holds in plain text.
type Login struct{ Username, Secret string }

// Plaintext is a registry's credential in the file's auths.
func Plaintext(file *configfile.ConfigFile, key string) (found *Login, err error) {
	for url, auth := range file.AuthConfigs {
		if !registry.Same(url, key) {
			continue
		}
		switch {
		case auth.IdentityToken != "" || auth.RegistryToken != "":
			return nil, message.Advise(fmt.Errorf("the file has a token of a web login for %s, which no other machine can use", key), "Sign in with an access token: docker login --username NAME")
		case auth.Username == "" && auth.Password == "":
			continue // what docker login leaves for a helper's registry
		case found != nil && (found.Username != auth.Username || found.Secret != auth.Password):
			return nil, message.Advise(fmt.Errorf("the file has two credentials for %s", key), "Remove the wrong one from auths")
		}
		found = &Login{auth.Username, auth.Password}
	}
	return found, nil
}

// OtherHelper is the helper that serves a registry instead of this one.
func OtherHelper(file *configfile.ConfigFile, key string) (name, serverURL string) {
	for _, url := range registry.Lookups(key) {
		if h := file.CredentialHelpers[url]; h != "" && h != settings.HelperName {
			return h, url
		}
	}
	for url, h := range file.CredentialHelpers {
		if registry.Same(url, key) {
			if h == settings.HelperName {
				return "", "" // this one serves it, whatever the credsStore is
			}
			return h, url
		}
	}
	if file.CredentialsStore == settings.HelperName {
		return "", ""
	}
	return file.CredentialsStore, registry.Lookups(key)[0]
}

// Forget drops a registry's secrets from auths. The empty entries that docker
// login leaves for a helper's registry stay.
func Forget(d *Document, key string) {
	auths, ok := d.Object("auths")
	if !ok {
		return
	}
	Drop(auths, func(url string, entry hujson.Value) bool {
		fields, ok := entry.Value.(*hujson.Object)
		return ok && registry.Same(url, key) && slices.ContainsFunc(fields.Members, isSecret)
	})
}

// isSecret reports whether a field of an entry of auths has a secret in it.
func isSecret(m hujson.ObjectMember) bool {
	return slices.Contains([]string{"auth", "password", "identitytoken", "registrytoken"}, strings.ToLower(NameOf(m)))
}

// Redact hides what a config.json may hold in plain text, for a screen.
func Redact(text []byte) []byte {
	d, err := Parse(text)
	if err != nil || text == nil {
		return nil
	}
	auths, ok := d.Object("auths")
	if !ok {
		return text
	}
	for _, entry := range auths.Members {
		fields, ok := entry.Value.Value.(*hujson.Object)
		if !ok {
			continue
		}
		for i := range fields.Members {
			if isSecret(fields.Members[i]) {
				fields.Members[i].Value.Value = hujson.Literal(`"…"`)
			}
		}
	}
	return d.Text()
}
