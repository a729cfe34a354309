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

// entry is the credential of one registry, in a value with one for each registry.
type entry struct {
	credential Credential
	err        error
}

// registries reads the object as a Docker config or as an object whose names are
// registries, and returns the entries by key. It reports false for an object that is
// neither. An error in one entry is kept in that entry, and does not affect the others.
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
			continue // no server URL has this key
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

// byRegistry reports whether the object's names are registries. An object with a field
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

// looksLikeRegistry distinguishes a registry from the name of a field, as Docker
// distinguishes it from a repository: it has a dot or a port, or is localhost.
// Source: https://pkg.go.dev/github.com/distribution/reference#ParseDockerRef
func looksLikeRegistry(name string) bool {
	key, err := registry.Key(name)
	if err != nil {
		return false
	}
	host, _, _ := strings.Cut(registry.Name(key), "/")
	return host == "localhost" || strings.ContainsAny(host, ".:")
}

// auth reads an entry of auths in a Docker config.
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
		// In the protocol this user name means that the secret is an identity token.
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

// RegistryError is the error for one registry's entry that is not a credential.
type RegistryError struct {
	Key string
	Err error // its text is about the entry, as "it"
}

func (e *RegistryError) Error() string {
	return fmt.Sprintf("what it has for %s is not a credential: %v", registry.Name(e.Key), e.Err)
}

func (e *RegistryError) Unwrap() error { return e.Err }

// For is the credential of the registry with a key, in a value with one for each
// registry; false where that registry is not in the value.
func (v Value) For(key string) (Credential, bool, error) {
	e, ok := v.byKey[key]
	return e.credential, ok, e.err
}

// Keys are the keys of the registries in a value with one credential for each, sorted.
func (v Value) Keys() []string { return slices.Sorted(maps.Keys(v.byKey)) }
