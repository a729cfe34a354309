package credential

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Shape is the usual value as messages show it.
const Shape = `{"username":"…","password":"…"}`

// object is a JSON object with its members in their order; a name may occur more than
// once.
type object []member

type member struct {
	name  string
	value json.RawMessage
}

// ErrNoObject is the error for a value that is not a JSON object.
var ErrNoObject = errors.New("it is not a JSON object such as " + Shape)

// parseObject parses an object, and refuses anything after it. The errors of
// encoding/json are not passed on, since they can quote the input.
func parseObject(data []byte) (object, error) {
	if !json.Valid(data) || data[0] != '{' {
		return nil, ErrNoObject
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if _, err := dec.Token(); err != nil {
		return nil, ErrNoObject
	}
	o := object{}
	for dec.More() {
		name, err := dec.Token()
		var m member
		if err == nil {
			m.name, _ = name.(string)
			err = dec.Decode(&m.value)
		}
		if err != nil {
			return nil, ErrNoObject
		}
		o = append(o, m)
	}
	return o, nil
}

// The usual fields, in the order in which they are looked for. They are those of the
// secrets that CodeBuild and ECS accept for a private registry, of CDK Pipelines, of
// ECR pull-through caches, and of the credential-helper protocol itself.
var (
	usernameFields = []string{"username"}
	passwordFields = []string{"password", "secret", "accessToken"}
)

// credential reads the object as one credential.
func (o object) credential(how Reading) (c Credential, err error) {
	if c.Username = how.Username; c.Username == "" {
		if c.Username, err = o.field(how.UsernameField, usernameFields, true); err != nil {
			return Credential{}, err
		}
	}
	if c.Secret, err = o.field(how.PasswordField, passwordFields, false); err != nil {
		return Credential{}, err
	}
	if c.Secret = TrimLineEnds(c.Secret); c.Secret == "" {
		return Credential{}, errors.New("its password is nothing but line ends")
	}
	return c, nil
}

// field returns the text of the named field or, where no name is given, of the first of
// the usual fields that exists.
func (o object) field(named string, usual []string, username bool) (string, error) {
	missing := &FieldError{Username: username, Named: named, Has: o.names()}
	if named == "" {
		for _, name := range usual {
			if value, err := o.find(name, strings.EqualFold); err != nil {
				return "", err
			} else if value != nil {
				return text(name, value)
			}
		}
		return "", missing
	}
	same := func(a, b string) bool { return a == b }
	value, err := o.find(named, same)
	if outer, inner, dotted := strings.Cut(named, "."); err == nil && value == nil && dotted {
		if value, err = o.find(outer, same); err == nil && value != nil {
			deeper, err := parseObject(value)
			if err != nil {
				return "", missing
			}
			if value, err = deeper.find(inner, same); err != nil {
				return "", err
			}
			missing.Has = deeper.names()
			for i := range missing.Has {
				missing.Has[i] = outer + "." + missing.Has[i]
			}
		}
	}
	switch {
	case err != nil:
		return "", err
	case value == nil:
		return "", missing
	}
	return text(named, value)
}

// find returns the value of a field; nil where it does not exist or is null. Two fields
// of one name with different values are an error, since either could be the one that is
// meant.
func (o object) find(name string, same func(a, b string) bool) (json.RawMessage, error) {
	var found json.RawMessage
	for _, m := range o {
		if !same(m.name, name) || string(m.value) == "null" {
			continue
		}
		if found != nil && !bytes.Equal(found, m.value) {
			return nil, fmt.Errorf("it has two different fields %s", name)
		}
		found = m.value
	}
	return found, nil
}

func (o object) names() []string {
	var all []string
	for _, m := range o {
		if !slices.Contains(all, m.name) {
			all = append(all, m.name)
		}
	}
	return all
}

// text is the value of a field that must be a string and not empty.
func text(name string, value json.RawMessage) (string, error) {
	var s string
	if json.Unmarshal(value, &s) != nil {
		return "", fmt.Errorf("its field %s is not a string", name)
	}
	if s == "" {
		return "", fmt.Errorf("its field %s is empty", name)
	}
	return s, nil
}

// FieldError is the error for an object that lacks a field.
type FieldError struct {
	Username bool     // the user name's field, or else the password's
	Named    string   // by usernameField or passwordField; "" for the usual ones
	Has      []string // the names of the fields that exist
}

func (e *FieldError) Error() string {
	want := "username"
	if !e.Username {
		want = "password, secret or accessToken"
	}
	if e.Named != "" {
		want = e.Named
	}
	if len(e.Has) == 0 {
		return fmt.Sprintf("it has no field %s, and no other", want)
	}
	return fmt.Sprintf("it has no field %s; its fields are %s", want, list(e.Has))
}

// list joins names for a message. The names come from the value, so they are shortened
// and printable characters only are shown.
func list(names []string) string {
	const most, longest = 12, 60
	var shown []string
	for i, name := range names {
		if i == most {
			shown = append(shown, fmt.Sprintf("and %d more", len(names)-most))
			break
		}
		name = strings.Map(func(r rune) rune {
			if !unicode.IsPrint(r) {
				return '?' // the message may be shown on a terminal
			}
			return r
		}, name)
		if len(name) > longest {
			name = strings.ToValidUTF8(name[:longest], "") + "…"
		}
		shown = append(shown, name)
	}
	return strings.Join(shown, ", ")
}

// GuessFields are the names among an object's fields that look like those of the
// user name and the password; "" where none does, or several.
func GuessFields(has []string) (username, password string) {
	for i, usual := range [][]string{usernameFields, passwordFields} {
		e := &FieldError{Username: i == 0, Has: has}
		guess := e.Guess()
		for _, name := range slices.Backward(usual) {
			for _, field := range has {
				if strings.EqualFold(field, name) {
					guess = field
				}
			}
		}
		if i == 0 {
			username = guess
		} else {
			password = guess
		}
	}
	return username, password
}

// Guess is the name among an object's fields that looks like the missing one; "" where
// none does, or several do.
func (e *FieldError) Guess() string {
	words := []string{"user", "login"}
	if !e.Username {
		words = []string{"pass", "token", "secret", "pwd"}
	}
	guess := ""
	for _, name := range e.Has {
		lower := strings.ToLower(name)
		if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(lower, w) }) {
			continue
		}
		if guess != "" {
			return ""
		}
		guess = name
	}
	return guess
}
