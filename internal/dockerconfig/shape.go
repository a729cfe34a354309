package dockerconfig

import (
	"strings"

	"github.com/tailscale/hujson"
)

// Root is how [Document.Shape] calls the whole of the text.
const Root = "root"

// Shape is the text of what has nothing in it, so that it can be put back once
// something was there: an object without members, with the blanks in it, null, or
// a whole text of blanks. It reports false where there is something, or nothing at
// all, and for the plain {} that is left of a root whose members are dropped.
func (d *Document) Shape(name string) (string, bool) {
	if name == Root {
		text := string((hujson.Value{Value: d.root.Value}).Pack())
		switch {
		case d.blank != nil:
			return string(d.blank), true
		case len(d.object().Members) == 0 && text != "{}":
			return text, true
		}
		return "", false
	}
	values := d.values(name)
	if len(values) == 0 {
		return "", false
	}
	last := values[len(values)-1] // the one that Set adds to
	if o, ok := last.Value.(*hujson.Object); ok && len(o.Members) > 0 {
		return "", false
	}
	return string((hujson.Value{Value: last.Value}).Pack()), true
}

// DropEmpty removes an object of the root's that has become empty or, where there
// is a shape that it had before, gives it that.
func (d *Document) DropEmpty(o *hujson.Object, shape string) {
	if len(o.Members) > 0 {
		return
	}
	root := d.object()
	if shape == "" {
		Drop(root, func(_ string, v hujson.Value) bool { return v.Value == hujson.ValueTrimmed(o) })
		return
	}
	for i := range root.Members {
		if v := &root.Members[i].Value; v.Value == hujson.ValueTrimmed(o) {
			v.Value = empty(shape)
		}
	}
}

// RestoreRoot gives a text without members the shape that it had before.
func (d *Document) RestoreRoot(shape string) {
	switch {
	case len(d.object().Members) > 0:
	case Blank([]byte(shape)):
		d.root = hujson.Value{BeforeExtra: hujson.Extra(shape), Value: hujson.Literal("")}
	default:
		d.root.Value = empty(shape)
	}
}

// empty is a value of a shape: null, or an object with nothing but blanks in it.
func empty(shape string) hujson.ValueTrimmed {
	inside, isObject := strings.CutPrefix(shape, "{")
	inside, closed := strings.CutSuffix(inside, "}")
	if !isObject || !closed || !Blank([]byte(inside)) {
		return hujson.Literal("null")
	}
	return &hujson.Object{AfterExtra: hujson.Extra(inside)}
}
