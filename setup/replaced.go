package setup

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/tailscale/hujson"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/settings"
)

// entry is one thing that configure has put something else in place of: a helper in
// credHelpers, or the shape of what had nothing in it. The option replaced holds
// them, for configure --remove: PLACE=WHAT, with blanks between them. A registry's
// section has its helpers, the common one the shapes.
type entry struct {
	key   string // the registry's; "" for a shape
	place string // the server URL in credHelpers; "credHelpers", "plugins" or "root" for a shape
	what  string // the helper; else the JSON text that was there
}

// isHelperName reports whether a helper's name needs no quotes.
func isHelperName(name string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`).MatchString(name)
}

// entryOf is a member of credHelpers before it is changed.
func entryOf(key string, m hujson.ObjectMember) entry {
	raw := string((hujson.Value{Value: m.Value.Value}).Pack())
	helper, ok := dockerconfig.TextOf(m.Value)
	if ok && helper != "null" && isHelperName(helper) && raw == `"`+helper+`"` {
		raw = helper
	}
	return entry{key, dockerconfig.NameOf(m), raw}
}

// value is what a member of credHelpers is given back; false for what is none.
func (e entry) value() (hujson.ValueTrimmed, bool) {
	if e.what != "null" && isHelperName(e.what) {
		return hujson.String(e.what), true
	}
	v, err := hujson.Parse([]byte(e.what))
	if err != nil || v.Value.Kind() != '"' && v.Value.Kind() != 'n' {
		return nil, false
	}
	return v.Value, true
}

// helper is the name of the helper; "" where there was none.
func (e entry) helper() string {
	v, _ := e.value()
	name, _ := dockerconfig.TextOf(hujson.Value{Value: v})
	return name
}

// remembered is the value of the option for entries.
func remembered(entries []entry) string {
	// JSON's texts hold no byte that is not UTF-8, and what Docker reads may have one.
	escape := func(s string) string {
		var b strings.Builder
		for len(s) > 0 {
			c := s[0]
			r, size := utf8.DecodeRuneInString(s)
			if c <= ' ' || c == '%' || c == '=' || c == 0x7f || r == utf8.RuneError && size == 1 {
				b.WriteString("%" + string("0123456789ABCDEF"[c>>4]) + string("0123456789ABCDEF"[c&15]))
			} else {
				b.WriteString(s[:size])
			}
			s = s[size:]
		}
		return b.String()
	}
	var words []string
	for _, e := range entries {
		words = append(words, escape(e.place)+"="+escape(e.what))
	}
	return strings.Join(words, " ")
}

// recall is the inverse of remembered. It reports false where a word is none of its
// making.
func recall(value, key string) (entries []entry, ok bool) {
	ok = true
	for _, word := range strings.Fields(value) {
		place, what, found := strings.Cut(word, "=")
		place, errPlace := url.PathUnescape(place)
		what, errWhat := url.PathUnescape(what)
		if !found || place == "" || errPlace != nil || errWhat != nil {
			ok = false
			continue
		}
		entries = append(entries, entry{key, place, what})
	}
	return entries, ok
}

// recallIn reads the option in a section, in all places where that stands.
func recallIn(d *dockerconfig.Document, section, key string) (entries []entry, ok bool) {
	ok = true
	for _, m := range dockerconfig.Members(d.Objects("plugins"), section) {
		options, isObject := m.Value.Value.(*hujson.Object)
		if !isObject {
			continue
		}
		for _, option := range dockerconfig.Members([]*hujson.Object{options}, settings.Replaced) {
			value, _ := dockerconfig.TextOf(option.Value)
			entries, ok = recall(value, key) // the last one counts
		}
	}
	return entries, ok
}

// remember adds entries to the option in a section. They go before what was
// remembered of their places.
func remember(d *dockerconfig.Document, section, key string, entries []entry) error {
	old, _ := recallIn(d, section, key)
	return setIn(d, section, func(sections []*hujson.Object) {
		var all []entry
		for _, o := range old {
			if _, again := find(entries, o.place); !again {
				all = append(all, o)
			}
		}
		d.Set(sections, settings.Replaced, hujson.String(remembered(append(all, entries...))), 3)
	})
}

// find is what is remembered of a place.
func find(entries []entry, place string) (what string, ok bool) {
	for _, e := range entries {
		if e.place == place {
			return e.what, true
		}
	}
	return "", false
}

// rememberHelpers remembers the helpers that were taken over.
func (c *configuration) rememberHelpers(d *dockerconfig.Document) error {
	for _, key := range c.keys {
		var entries []entry
		for _, e := range c.takenOver {
			if e.key == key {
				entries = append(entries, e)
			}
		}
		if entries == nil {
			continue
		}
		if err := remember(d, sectionOf(d, key), key, entries); err != nil {
			return err
		}
	}
	return nil
}

// shapesOf are the shapes of what has nothing in it, and may get something.
func shapesOf(d *dockerconfig.Document) (shapes []entry) {
	for _, place := range []string{dockerconfig.Root, "credHelpers", "plugins"} {
		if text, ok := d.Shape(place); ok {
			shapes = append(shapes, entry{place: place, what: text})
		}
	}
	return shapes
}

// rememberShapes remembers those that have something in them now, so that --remove
// leaves the text as it was. Few files have any.
func rememberShapes(d *dockerconfig.Document, shapes []entry) error {
	var filled []entry
	for _, s := range shapes {
		if _, still := d.Shape(s.place); s.place == dockerconfig.Root || !still {
			filled = append(filled, s)
		}
	}
	if what, ok := find(shapes, "plugins"); ok && filled != nil {
		if _, had := find(filled, "plugins"); !had {
			filled = append(filled, entry{place: "plugins", what: what}) // for what follows
		}
	}
	if filled == nil {
		return nil
	}
	return remember(d, settings.Section, "", filled)
}
