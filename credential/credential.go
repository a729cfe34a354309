// Package credential reads and writes the value of a parameter or a secret. A value
// holds one credential, as a JSON object with a user name and a password; or one
// credential for each registry, as Docker's own config.json or as an object whose names
// are registries; or a plain string, which is a user name or a password alone. No error
// repeats any part of the value but the names of an object's fields. The package
// depends neither on AWS nor on Docker's protocol.
package credential

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// Credential is a user name with its password or token.
type Credential struct{ Username, Secret string }

// Reading says how to read a value. The zero Reading reads the usual fields.
type Reading struct {
	Username string // the user name, where it is not in the value

	// The object's fields, where they are none of the usual ones. OUTER.INNER is the
	// field INNER of the object OUTER, unless there is a field with the whole name.
	UsernameField, PasswordField string
}

// Value is a value that was read: one credential, or one for each registry.
type Value struct {
	one   Credential
	byKey map[string]entry // nil where there is one credential
}

// Parse reads a value. The error is a [FieldError] where an object lacks a field.
func Parse(text string, how Reading) (Value, error) {
	// Windows PowerShell writes a byte order mark at the beginning of a file, and aws
	// ssm put-parameter --value file:// stores it.
	data := bytes.TrimSpace(bytes.TrimPrefix([]byte(text), []byte("\ufeff")))
	if len(data) == 0 {
		return Value{}, ErrEmpty
	}
	o, err := parseObject(data)
	switch {
	case err != nil && how.Username != "" && how.PasswordField == "" && data[0] != '{':
		secret, err := Plain(text)
		return Value{one: Credential{how.Username, secret}}, err
	case err != nil:
		return Value{}, err
	}
	if byKey, ok, err := o.registries(how); ok {
		return Value{byKey: byKey}, err
	}
	c, err := o.credential(how)
	return Value{one: c}, err
}

// Single is the credential of a value that holds one; false where it holds one for
// each registry.
func (v Value) Single() (Credential, bool) { return v.one, v.byKey == nil }

// Plain reads a value that is a user name or a secret alone, and drops the line ends at
// its end, as docker login --password-stdin does: editors and --value file:// leave
// them.
func Plain(text string) (string, error) {
	if text = TrimLineEnds(strings.TrimPrefix(text, "\ufeff")); text == "" {
		return "", ErrEmpty
	}
	return text, nil
}

// TrimLineEnds removes the line ends at the end of a password. No registry's password
// ends with one; typing or piping a password can add one.
func TrimLineEnds(s string) string { return strings.TrimRight(s, "\r\n") }

// Format is the value that the program stores for a credential. User name and secret
// are in one value, so that they change together.
func Format(c Credential) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // every byte counts towards Parameter Store's limit
	err := enc.Encode(struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}{c.Username, c.Secret})
	return strings.TrimSuffix(b.String(), "\n"), err
}

// ErrEmpty is the error for an empty value.
var ErrEmpty = errors.New("it is empty")
