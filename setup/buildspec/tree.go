package buildspec

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// tree gathers the changes of a document, as edits of its text and as the
// values that the text is to have afterwards.
type tree struct {
	doc     *document
	edits   []edit                // of the text
	values  map[*yaml.Node]string // the new value of a scalar
	deleted map[*yaml.Node]bool   // items of lists, and keys with their values
	aliased map[*yaml.Node]bool   // nodes that an alias refers to
	flows   map[*yaml.Node]bool   // [a, b] and {a: 1, b: 2} that lose something
}

func newTree(d *document) *tree {
	t := &tree{doc: d, values: map[*yaml.Node]string{}, deleted: map[*yaml.Node]bool{}, aliased: map[*yaml.Node]bool{}, flows: map[*yaml.Node]bool{}}
	var search func(n *yaml.Node)
	search = func(n *yaml.Node) {
		if n.Kind == yaml.AliasNode {
			t.aliased[n.Alias] = true
		}
		for _, c := range n.Content {
			search(c)
		}
	}
	search(d.root)
	return t
}

// change makes edits of a scalar's value.
func (t *tree) change(s *script, edits []edit, requote bool) bool {
	value := s.node.Value
	for i := len(edits) - 1; i >= 0; i-- {
		value = value[:edits[i].from] + edits[i].text + value[edits[i].to:]
	}
	t.values[s.node] = value
	place, after := s.place, &script{text: value}
	if after.parse(); after.broken || place == nil {
		return false
	}
	flow := len(s.lists) > 0 && s.lists[0].list.Style&yaml.FlowStyle != 0
	if requote || place.style == 0 && !plainly(value, flow) {
		if strings.ContainsAny(value, "\n\r") {
			return false
		}
		quoted := "'" + strings.ReplaceAll(value, "'", "''") + "'"
		if !strings.ContainsAny(value, "\"\\") && strings.Contains(value, "'") {
			quoted = `"` + value + `"`
		}
		t.edits = append(t.edits, edit{place.start, place.end, quoted})
		return true
	}
	for _, e := range edits {
		if e.from == e.to {
			return false
		}
		to := place.to[e.to-1]
		if e.to < len(place.from) {
			to = place.from[e.to]
		}
		from, text := place.from[e.from], e.text
		if place.style == yaml.LiteralStyle && text == "" && wholeLines(s.node.Value, e) {
			from, to = t.doc.lineStart(from), t.doc.lineStart(to)
		}
		switch place.style {
		case yaml.SingleQuotedStyle:
			text = strings.ReplaceAll(text, "'", "''")
		case yaml.DoubleQuotedStyle:
			text = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
		}
		t.edits = append(t.edits, edit{from, to, text})
	}
	return true
}

// wholeLines says whether an edit takes lines of a block out, with their
// indentation and line ends, and other lines follow.
func wholeLines(value string, e edit) bool {
	return (e.from == 0 || value[e.from-1] == '\n') && e.to < len(value) && value[e.to-1] == '\n'
}

// plainly says whether a value can surely stand without quotes.
func plainly(value string, flow bool) bool {
	switch {
	case value == "" || strings.TrimSpace(value) != value,
		strings.Contains(value, ": "), strings.Contains(value, " #"), strings.HasSuffix(value, ":"),
		strings.ContainsAny(value[:1], "-?:,[]{}#&*!|>'\"%@`"),
		flow && strings.ContainsAny(value, ",[]{}"):
		return false
	}
	return true
}

// text is the changed text, parsed and found to have the values that are meant.
func (t *tree) text() ([]byte, bool) {
	for n := range t.flows {
		if !t.deleteFlow(n) {
			return nil, false
		}
	}
	edits, ok := normalise(t.edits)
	if !ok {
		return nil, false
	}
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		out.Write(t.doc.text[at:e.from])
		out.WriteString(e.text)
		at = e.to
	}
	out.Write(t.doc.text[at:])
	after, err := parseDocument("", out.Bytes())
	if err != nil || !t.same(t.doc.root, after.root) {
		return nil, false
	}
	return out.Bytes(), true
}

// same compares a node of the old text, with the changes, and one of the new.
func (t *tree) same(old, now *yaml.Node) bool {
	if old.Kind != now.Kind || old.Anchor != now.Anchor {
		return false
	}
	switch old.Kind {
	case yaml.AliasNode:
		return old.Value == now.Value
	case yaml.ScalarNode:
		if value, ok := t.values[old]; ok {
			return now.Value == value && now.ShortTag() == "!!str"
		}
		return old.Value == now.Value && old.ShortTag() == now.ShortTag()
	}
	var kept []*yaml.Node
	for i, c := range old.Content {
		switch {
		case t.deleted[c]:
		case old.Kind == yaml.MappingNode && i%2 == 1 && t.deleted[old.Content[i-1]]:
		default:
			kept = append(kept, c)
		}
	}
	if len(kept) != len(now.Content) {
		return false
	}
	for i, c := range kept {
		if !t.same(c, now.Content[i]) {
			return false
		}
	}
	return true
}
