// Package credential knows what the value of a parameter or a secret may hold: one
// credential, as a JSON object; one for each registry, as Docker's own config.json
// or as an object by registry; or a plain string. No error repeats any of the
// value but the names of an object's fields. The package knows neither AWS nor
// Docker's protocol.
package credential

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// Credential is what a registry wants to know.
type Credential struct{ Username, Secret string }

// Reading says how a value is to be read. The zero Reading takes the usual fields.
type Reading struct {
	Username string // the user name, where it is not in the value

	// The object's fields, where they are none of the usual ones. A dot goes one
	// object deeper, unless there is a field with the whole name.
	UsernameField, PasswordField string
}

// Value is what was read: one credential, or one for each registry.
type Value struct {
	one   Credential
	byKey map[string]entry // nil where there is one credential
}

// Parse reads a value. The error is a [FieldError] where an object lacks a field.
func Parse(text string, how Reading) (Value, error) {
	// Windows PowerShell begins the files it writes, and so what --value file://
	// reads, with a byte order mark.
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

// Plain reads a value that is a user name or a secret by itself, without the line
// ends that an editor or --value file:// leaves, as docker login
// --password-stdin does too.
func Plain(text string) (string, error) {
	if text = TrimLineEnds(strings.TrimPrefix(text, "\ufeff")); text == "" {
		return "", ErrEmpty
	}
	return text, nil
}

// TrimLineEnds takes away the line ends at the end of a password: no registry has
// a password with one, and every way to type or pipe one in may leave them.
func TrimLineEnds(s string) string { return strings.TrimRight(s, "\r\n") }

// Format writes a credential as the program stores it: both in one value, so that
// user name and secret change together.
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

// ErrEmpty is a value without a text.
var ErrEmpty = errors.New("it is empty")
