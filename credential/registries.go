package credential

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"docker-credential-ssm/registry"
)

// entry is what a value with many registries has for one of them.
type entry struct {
	credential Credential
	err        error
}

// registries reads the object as a Docker config or as an object by registry, by
// key. It reports false for an object that is neither. What is wrong with one
// registry is that one's error.
func (o object) registries(how Reading) (map[string]entry, bool, error) {
	auths, err := o.find("auths", strings.EqualFold)
	if err != nil {
		return nil, true, err
	}
	read := func(o object) (Credential, error) { return o.credential(how) }
	byName := o
	if auths != nil {
		if byName, err = parseObject(auths); err != nil {
			return nil, true, errors.New("its field auths is not an object by registry")
		}
		read = object.auth
	} else if !o.byRegistry(how) {
		return nil, false, nil
	}
	byKey := map[string]entry{}
	for _, m := range byName {
		key, err := registry.Key(m.name)
		if err != nil {
			continue // nobody can ask for it
		}
		inner, err := parseObject(m.value)
		if err != nil {
			if auths == nil {
				continue // a comment, or a version
			}
			err = fmt.Errorf("what it has for %s is not an object", registry.Name(key))
		}
		var c Credential
		if err == nil {
			if c, err = read(inner); err != nil {
				err = &RegistryError{Key: key, Err: err}
			}
		}
		if other, ok := byKey[key]; ok && (other.err != nil || other.credential != c) {
			err = fmt.Errorf("it has two different credentials for %s", registry.Name(key))
		}
		byKey[key] = entry{c, err}
	}
	return byKey, true, nil
}

// byRegistry reports whether the object's names are registries. One with a field
// of a credential is a credential.
func (o object) byRegistry(how Reading) bool {
	usual := slices.Concat(usernameFields, passwordFields, []string{how.UsernameField, how.PasswordField})
	found := false
	for _, m := range o {
		if slices.ContainsFunc(usual, func(field string) bool { return strings.EqualFold(m.name, field) }) {
			return false
		}
		found = found || m.value[0] == '{' && looksLikeRegistry(m.name)
	}
	return found
}

// looksLikeRegistry tells a registry from the name of a field as Docker tells it
// from a repository's: by a dot, a port, or localhost.
// Source: https://pkg.go.dev/github.com/distribution/reference#ParseDockerRef
func looksLikeRegistry(name string) bool {
	key, err := registry.Key(name)
	if err != nil {
		return false
	}
	host, _, _ := strings.Cut(registry.Name(key), "/")
	return host == "localhost" || strings.ContainsAny(host, ".:")
}

// auth reads an entry of a Docker config's auths.
// Source: https://pkg.go.dev/github.com/docker/cli/cli/config/types#AuthConfig
func (o object) auth() (c Credential, err error) {
	get := func(name string) string {
		value, errFind := o.find(name, strings.EqualFold)
		if errFind != nil {
			err = errFind
		}
		if value == nil {
			return ""
		}
		var s string
		if json.Unmarshal(value, &s) != nil {
			err = fmt.Errorf("its field %s is not a string", name)
		}
		return s
	}
	c = Credential{get("username"), get("password")}
	auth, token := get("auth"), get("identitytoken")
	switch {
	case err != nil:
		return Credential{}, err
	case token != "":
		// How the protocol says that the secret is an identity token.
		// Source: https://docs.docker.com/reference/cli/docker/login/#credential-helper-protocol
		return Credential{"<token>", token}, nil
	case auth != "":
		decoded, err := base64.StdEncoding.DecodeString(auth)
		username, secret, ok := strings.Cut(strings.TrimRight(string(decoded), "\x00"), ":")
		if err != nil || !ok {
			return Credential{}, errors.New("its field auth is not USER:PASSWORD in base64")
		}
		c = Credential{username, secret}
	}
	if c.Secret = TrimLineEnds(c.Secret); c.Username == "" || c.Secret == "" {
		return Credential{}, errors.New("it has an empty user name or password")
	}
	return c, nil
}

// RegistryError is what is wrong with one registry's entry.
type RegistryError struct {
	Key string
	Err error // what is wrong with "it"
}

func (e *RegistryError) Error() string {
	return fmt.Sprintf("what it has for %s is not a credential: %v", registry.Name(e.Key), e.Err)
}

func (e *RegistryError) Unwrap() error { return e.Err }

// For is the credential of the registry with a key in a value with one for each;
// false where the value does not have that registry.
func (v Value) For(key string) (Credential, bool, error) {
	e, ok := v.byKey[key]
	return e.credential, ok, e.err
}

// Keys are those of a value with one credential for each registry, sorted.
func (v Value) Keys() []string { return slices.Sorted(maps.Keys(v.byKey)) }
