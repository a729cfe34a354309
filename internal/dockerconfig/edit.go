// Package dockerconfig reads and changes Docker's config.json: its text in places,
// so that the rest stays byte for byte, and the file in one step.
package dockerconfig

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/tailscale/hujson"
)

// Document is the text of a config.json that is changed in places: whatever is
// not touched stays as it is, byte for byte.
type Document struct {
	root    hujson.Value
	newline string // how lines end and how deep they go in: "\n\t"
	colon   hujson.Extra
}

// Parse reads a text. Docker's parser is the measure: comments and trailing
// commas, which hujson takes, are refused.
func Parse(text []byte) (*Document, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte("{}\n")
	}
	if !json.Valid(bytes.TrimPrefix(text, []byte("\ufeff"))) {
		var v any
		return nil, json.Unmarshal(text, &v)
	}
	root, err := hujson.Parse(text)
	if err != nil {
		return nil, err
	}
	object, ok := root.Value.(*hujson.Object)
	if !ok {
		return nil, errors.New("is no JSON object")
	}
	d := &Document{root: root, newline: "\n\t", colon: hujson.Extra(" ")}
	if len(object.Members) > 0 {
		first := object.Members[0]
		d.newline = string(first.Name.BeforeExtra)
		if len(first.Value.BeforeExtra) == 0 {
			d.colon = nil
		}
	} else if bytes.Contains(text, []byte("\r\n")) {
		d.newline = "\r\n\t"
	}
	return d, nil
}

// Text is the Document as it is now.
func (d *Document) Text() []byte { return d.root.Pack() }

// Object returns the root's member with a name, if it is an object, and
// whether there is one. As Docker's parser does, it takes the last of several,
// and any letter case.
func (d *Document) Object(name string) (*hujson.Object, bool) {
	root := d.root.Value.(*hujson.Object)
	for i := len(root.Members) - 1; i >= 0; i-- {
		if strings.EqualFold(NameOf(root.Members[i]), name) {
			o, ok := root.Members[i].Value.Value.(*hujson.Object)
			return o, ok
		}
	}
	return nil, false
}

// Make returns the object, and adds it where there is none.
func (d *Document) Make(name string) (*hujson.Object, error) {
	if o, ok := d.Object(name); ok {
		return o, nil
	}
	root := d.root.Value.(*hujson.Object)
	for _, m := range root.Members {
		if strings.EqualFold(NameOf(m), name) && m.Value.Value.Kind() != 'n' {
			return nil, errors.New("has something other than an object under " + name)
		}
	}
	o := &hujson.Object{}
	d.Set(root, name, o, 1)
	return o, nil
}

// Set gives an object's member a value, and adds it where there is none, in
// the style of its neighbours. It reports whether that changes anything.
func (d *Document) Set(o *hujson.Object, name string, value hujson.ValueTrimmed, depth int) bool {
	for i := len(o.Members) - 1; i >= 0; i-- {
		m := &o.Members[i]
		if NameOf(*m) != name {
			continue
		}
		before := bytes.TrimSpace(m.Value.Pack())
		if bytes.Equal(before, hujson.Value{Value: value}.Pack()) {
			return false
		}
		m.Value.Value = value
		return true
	}
	m := hujson.ObjectMember{
		Name:  hujson.Value{BeforeExtra: d.indent(depth), Value: hujson.String(name)},
		Value: hujson.Value{BeforeExtra: d.colon, Value: value},
	}
	if n := len(o.Members); n > 0 {
		last := o.Members[n-1]
		m.Name.BeforeExtra, m.Value.BeforeExtra = last.Name.BeforeExtra, last.Value.BeforeExtra
		if n == 1 && len(last.Name.BeforeExtra) == 0 {
			m.Name.BeforeExtra = d.colon // {"a": 1} goes on in its line
		}
	} else {
		o.AfterExtra = d.indent(depth - 1)
	}
	o.Members = append(o.Members, m)
	return true
}

// Drop removes the members whose names match, and reports whether there were
// any.
func Drop(o *hujson.Object, match func(name string, value hujson.Value) bool) bool {
	var kept []hujson.ObjectMember
	for _, m := range o.Members {
		if !match(NameOf(m), m.Value) {
			kept = append(kept, m)
		}
	}
	if len(kept) == len(o.Members) {
		return false
	}
	if len(kept) > 0 {
		kept[0].Name.BeforeExtra = o.Members[0].Name.BeforeExtra
	} else {
		o.AfterExtra = nil
	}
	o.Members = kept
	return true
}

// DropEmpty removes the root's member with a name if nothing is in it.
func (d *Document) DropEmpty(name string) {
	if o, ok := d.Object(name); ok && len(o.Members) == 0 {
		Drop(d.root.Value.(*hujson.Object), func(n string, v hujson.Value) bool { return v.Value == hujson.ValueTrimmed(o) })
	}
}

// indent begins a line, in the file's own way.
func (d *Document) indent(depth int) hujson.Extra {
	i := strings.LastIndexByte(d.newline, '\n')
	if i < 0 { // all of it is in one line
		return nil
	}
	return hujson.Extra(d.newline[:i+1] + strings.Repeat(d.newline[i+1:], depth))
}

// NameOf is a member's name.
func NameOf(m hujson.ObjectMember) string {
	return m.Name.Value.(hujson.Literal).String()
}
