// Package dockerconfig reads and changes Docker's config.json: its text in places,
// so that the rest stays byte for byte, and the file in one step.
//
// A name may stand in the file several times, and in any letter case: Docker's
// parser merges what auths, credHelpers and plugins hold, and takes the last of
// several members with one name. What is changed here is changed in all places.
package dockerconfig

import (
	"strings"

	"github.com/tailscale/hujson"
)

// Document is the text of a config.json that is changed in places: whatever is
// not touched stays as it is, byte for byte.
type Document struct {
	root    hujson.Value
	newline string // how lines end and how deep they go in: "\n\t"
	colon   hujson.Extra
	blank   []byte // the text, where there is nothing in it; nil for no file
}

// Text is the Document as it is now.
func (d *Document) Text() []byte { return d.root.Pack() }

func (d *Document) object() *hujson.Object { return d.root.Value.(*hujson.Object) }

// values are those of the root's members with a name, in any letter case.
func (d *Document) values(name string) []*hujson.Value {
	var all []*hujson.Value
	root := d.object()
	for i := range root.Members {
		if strings.EqualFold(NameOf(root.Members[i]), name) {
			all = append(all, &root.Members[i].Value)
		}
	}
	return all
}

// Objects are the root's members with a name, in any letter case, that are objects.
func (d *Document) Objects(name string) []*hujson.Object {
	var all []*hujson.Object
	for _, v := range d.values(name) {
		if o, ok := v.Value.(*hujson.Object); ok {
			all = append(all, o)
		}
	}
	return all
}

// Make returns the objects, and adds one where there is none.
func (d *Document) Make(name string) []*hujson.Object {
	if all := d.Objects(name); len(all) > 0 {
		return all
	}
	o := &hujson.Object{}
	if null := d.values(name); len(null) > 0 {
		null[0].Value = o
	} else {
		d.Set([]*hujson.Object{d.object()}, name, o, 1)
	}
	return []*hujson.Object{o}
}

// Members are the members with a name, of several objects.
func Members(objects []*hujson.Object, name string) []*hujson.ObjectMember {
	var all []*hujson.ObjectMember
	for _, o := range objects {
		for i := range o.Members {
			if NameOf(o.Members[i]) == name {
				all = append(all, &o.Members[i])
			}
		}
	}
	return all
}

// Set gives the members with a name a value. Where there is none it adds one to the
// last of the objects, in the style of its neighbours.
func (d *Document) Set(objects []*hujson.Object, name string, value hujson.ValueTrimmed, depth int) {
	if there := Members(objects, name); len(there) > 0 {
		for _, m := range there {
			if string((hujson.Value{Value: m.Value.Value}).Pack()) != string((hujson.Value{Value: value}).Pack()) {
				m.Value.Value = value
			}
		}
		return
	}
	o := objects[len(objects)-1]
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

// TextOf is a value's text if it is a string.
func TextOf(v hujson.Value) (string, bool) {
	l, ok := v.Value.(hujson.Literal)
	if !ok || l.Kind() != '"' {
		return "", false
	}
	return l.String(), true
}
