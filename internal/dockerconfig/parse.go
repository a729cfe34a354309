package dockerconfig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

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

// Blank reports whether a text has nothing in it, which Docker takes for an empty
// configuration.
func Blank(text []byte) bool { return len(bytes.Trim(text, " \t\r\n")) == 0 }

// Parse reads a text. Docker's parser is the measure: comments and trailing
// commas, which hujson takes, are refused; settings.Parse says what is wrong with
// them. So is text after the JSON, which Docker ignores when it reads the file, and
// loses when it writes it. Nil is a file that is not there.
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
		return nil, errInvalid
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

var errInvalid = &TextError{"is not a valid Docker configuration", "Run docker-credential-ssm doctor, which says where"}

// check refuses a text that is not blank and not what Docker reads, all of it.
func check(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	var first json.RawMessage
	if err := decoder.Decode(&first); err != nil {
		return errInvalid
	}
	end := int(decoder.InputOffset())
	if rest := text[end:]; !Blank(rest) {
		blanks := len(rest) - len(bytes.TrimLeft(rest, " \t\r\n"))
		return &TextError{"has text after the JSON, at " + place(text, end+blanks), "Remove that text, which Docker ignores, and loses when it writes the file"}
	}
	if _, err := config.LoadFromReader(bytes.NewReader(text)); err != nil || first[0] != '{' {
		return errInvalid
	}
	return nil
}

// place is an offset as editors count: a line and a column.
func place(text []byte, offset int) string {
	before := text[:offset]
	return fmt.Sprintf("line %d, column %d", 1+bytes.Count(before, []byte("\n")), 1+utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]))
}
