package dockerconfig

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/types"
	"github.com/tailscale/hujson"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
)

// Login is a credential that the file holds in plain text.
type Login struct{ Username, Secret string }

// Plaintext is a registry's credential in the file's auths.
func Plaintext(file *configfile.ConfigFile, key string) (*Login, error) {
	var entries []types.AuthConfig
	for url, auth := range file.AuthConfigs {
		if registry.Same(url, key) {
			entries = append(entries, auth)
		}
	}
	return choose(key, entries)
}

// Plaintext is a registry's credential in any place of the text that [Forget]
// drops, those among them that Docker does not look at.
func (d *Document) Plaintext(key string) (*Login, error) {
	var entries []types.AuthConfig
	for _, auths := range d.logins() {
		for _, m := range auths.Members {
			var entry types.AuthConfig
			if !holdsSecret(m) || !registry.Same(NameOf(m), key) || json.Unmarshal(m.Value.Pack(), &entry) != nil {
				continue
			}
			if plain, err := base64.StdEncoding.DecodeString(entry.Auth); err == nil && len(plain) > 0 {
				entry.Username, entry.Password, _ = strings.Cut(string(plain), ":")
				entry.Password = strings.Trim(entry.Password, "\x00")
			}
			entries = append(entries, entry)
		}
	}
	return choose(key, entries)
}

// choose takes the one credential that the entries of a registry have. A token is
// an error: it cannot be moved, and must not be dropped unnoticed.
func choose(key string, entries []types.AuthConfig) (found *Login, err error) {
	for _, auth := range entries {
		switch {
		case auth.IdentityToken != "" || auth.RegistryToken != "":
			return nil, message.Advise(fmt.Errorf("the file has a token of a web login for %s, which no other machine can use", key), strings.TrimSpace("Sign in with an access token: docker login --username NAME "+argument(key)))
		case auth.Username == "" && auth.Password == "":
			continue // what docker login leaves for a helper's registry
		case found != nil && (found.Username != auth.Username || found.Secret != auth.Password):
			return nil, message.Advise(fmt.Errorf("the file has two credentials for %s", key), "Remove the wrong one from auths")
		}
		found = &Login{auth.Username, auth.Password}
	}
	return found, nil
}

// argument is a registry as docker login takes it: nothing for Docker Hub, which is
// the default.
func argument(key string) string {
	if key == registry.DockerHub {
		return ""
	}
	return registry.Name(key)
}

// WebTokens are the entries of auths with the tokens that a sign-in to a registry
// in the browser has left, sorted.
func (d *Document) WebTokens(key string) []string {
	var urls []string
	for _, auths := range d.logins() {
		for _, m := range auths.Members {
			if isWebToken(NameOf(m), key) && holdsSecret(m) {
				urls = append(urls, NameOf(m))
			}
		}
	}
	slices.Sort(urls)
	return slices.Compact(urls)
}

// isWebToken reports whether a server URL is one under which the Docker CLI keeps
// a registry's tokens of a web login.
func isWebToken(url, key string) bool {
	k, err := registry.Key(url)
	return err == nil && key == registry.DockerHub && registry.WebLogin(k)
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

// Forget drops a registry's secrets, from auths and from the top of the file,
// where an old .dockercfg has them; those of a web login too if that is asked for.
// The empty entries that docker login leaves for a helper's registry stay.
func Forget(d *Document, key string, webTokens bool) {
	for _, auths := range d.logins() {
		Drop(auths, func(url string, entry hujson.Value) bool {
			return (registry.Same(url, key) || webTokens && isWebToken(url, key)) && hasSecret(entry)
		})
	}
}

// logins are the objects whose members may be logins.
func (d *Document) logins() []*hujson.Object { return append(d.Objects("auths"), d.object()) }

func holdsSecret(m hujson.ObjectMember) bool { return hasSecret(m.Value) }

// hasSecret reports whether an entry of auths has a secret in it.
func hasSecret(entry hujson.Value) bool {
	fields, ok := entry.Value.(*hujson.Object)
	return ok && slices.ContainsFunc(fields.Members, func(m hujson.ObjectMember) bool {
		text, _ := TextOf(m.Value)
		return text != "" && is(NameOf(m), "auth", "password", "identitytoken", "registrytoken")
	})
}
