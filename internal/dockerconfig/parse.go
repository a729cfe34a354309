package dockerconfig

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/docker/cli/cli/config"
	"github.com/tailscale/hujson"
)

// TextError is a text that is not edited. Its own text reads on after the file's
// path, and never quotes a value, which may be a password.
type TextError struct {
	Why    string
	Advice string
}

func (e *TextError) Error() string { return e.Why }

// Hint says what to do.
func (e *TextError) Hint() string { return e.Advice }

const (
	neither = "Correct the file; the Docker CLI cannot read it either"
	byHand  = "Correct the file by hand"
)

// Blank reports whether a text has nothing in it, which Docker takes for an empty
// configuration.
func Blank(text []byte) bool { return len(bytes.Trim(text, " \t\r\n")) == 0 }

// Parse reads a text. Docker's parser is the measure: comments and trailing
// commas, which hujson takes, are refused. So is text after the JSON, which Docker
// ignores when it reads the file, and loses when it writes it. Nil is a file that
// is not there.
func Parse(text []byte) (*Document, error) {
	if !Blank(text) {
		if err := check(text); err != nil {
			return nil, err
		}
	}
	return parse(text)
}

// parse is Parse for a text that is valid JSON.
func parse(text []byte) (*Document, error) {
	d := &Document{newline: "\n\t", colon: hujson.Extra(" ")}
	if Blank(text) {
		d.blank = text
		text = []byte("{}\n")
	}
	var err error
	if d.root, err = hujson.Parse(text); err != nil {
		return nil, &TextError{"is not valid JSON", neither}
	}
	for _, name := range []string{"auths", "credHelpers", "plugins"} {
		if err := d.checkTwice(name); err != nil {
			return nil, err
		}
	}
	if members := d.object().Members; len(members) > 0 {
		d.newline = string(members[0].Name.BeforeExtra)
		if len(members[0].Value.BeforeExtra) == 0 {
			d.colon = nil
		}
	} else if bytes.Contains(text, []byte("\r\n")) {
		d.newline = "\r\n\t"
	}
	return d, nil
}

// checkTwice refuses a name that stands there several times with a null among
// them: for Docker null drops what the others hold, and a place that is edited
// would bring it back.
func (d *Document) checkTwice(name string) error {
	found := d.values(name)
	for _, v := range found {
		if len(found) > 1 && v.Value.Kind() == 'n' {
			return &TextError{fmt.Sprintf("has %s %d times, once with null", name, len(found)), "Leave one of them in the file"}
		}
	}
	return nil
}

// check says what is wrong with a text that is not blank.
func check(text []byte) error {
	switch {
	case bytes.HasPrefix(text, []byte("\ufeff")):
		return &TextError{"begins with a byte order mark", "Save it as UTF-8 without one; the Docker CLI cannot read it either"}
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return &TextError{"is in UTF-16", "Save it as UTF-8; the Docker CLI cannot read it either"}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	var first json.RawMessage
	var syntax *json.SyntaxError
	switch err := decoder.Decode(&first); {
	case errors.As(err, &syntax):
		return &TextError{"is not valid JSON at " + place(text, syntax.Offset-1), neither}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &TextError{"is not valid JSON: it ends too soon", neither}
	case err != nil:
		return &TextError{"is not valid JSON", neither}
	case first[0] != '{':
		return &TextError{"is not a JSON object", neither}
	}
	end := decoder.InputOffset()
	if rest := text[end:]; !Blank(rest) {
		blanks := len(rest) - len(bytes.TrimLeft(rest, " \t\r\n"))
		return &TextError{"has text after the JSON, at " + place(text, end+int64(blanks)), "Remove that text, which Docker ignores, and loses when it writes the file"}
	}
	return checkTypes(text)
}

// checkTypes says what Docker would refuse in a valid JSON object.
func checkTypes(text []byte) error {
	_, err := config.LoadFromReader(bytes.NewReader(text))
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &kind):
		return &TextError{fmt.Sprintf("has %s under %q, before %s, where Docker expects %s", ofJSON(kind.Value), kind.Field, place(text, kind.Offset), expected(kind.Type)), neither}
	}
	if url, ok := undecodable(text); ok {
		return &TextError{fmt.Sprintf("has an entry %q under auths whose auth is not the base64 of USER:PASSWORD", withoutPassword(url)), "Remove that entry; until then the Docker CLI cannot read the file either"}
	}
	return &TextError{"is not a Docker configuration", neither}
}

// undecodable is the first entry of auths that Docker cannot decode.
func undecodable(text []byte) (url string, found bool) {
	root, err := hujson.Parse(text)
	if err != nil {
		return "", false
	}
	d := &Document{root: root}
	for _, auths := range d.Objects("auths") {
		for _, m := range auths.Members {
			var entry struct{ Auth string }
			if json.Unmarshal(m.Value.Pack(), &entry) == nil && entry.Auth != "" && !decodes(entry.Auth) {
				return NameOf(m), true
			}
		}
	}
	return "", false
}

// decodes reports whether Docker takes the auth of an entry.
func decodes(auth string) bool {
	plain, err := base64.StdEncoding.DecodeString(auth)
	username, _, ok := strings.Cut(string(plain), ":")
	return err == nil && ok && username != ""
}

// place is an offset as editors count: a line and a column.
func place(text []byte, offset int64) string {
	before := text[:min(max(offset, 0), int64(len(text)))]
	return fmt.Sprintf("line %d, column %d", 1+bytes.Count(before, []byte("\n")), len(before)-bytes.LastIndexByte(before, '\n'))
}

// ofJSON is a kind of value, as json.UnmarshalTypeError calls it.
func ofJSON(kind string) string {
	switch kind, _, _ := strings.Cut(kind, " "); kind {
	case "array", "object":
		return "an " + kind
	case "bool":
		return "true or false"
	default:
		return "a " + kind
	}
}

// expected is the kind of value that a Go type stands for.
func expected(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Map, reflect.Struct, reflect.Pointer:
		return "an object"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	}
	return "a number"
}
