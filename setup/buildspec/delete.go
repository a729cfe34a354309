package buildspec

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// nothing makes a command of a scalar that does nothing.
func (t *tree) nothing(n *yaml.Node) bool {
	place := t.doc.locate(n)
	if place == nil {
		return false
	}
	t.values[n] = "true"
	t.edits = append(t.edits, edit{place.start, place.end, `"true"`})
	return true
}

// deleteItem takes an item out of a list that keeps others.
func (t *tree) deleteItem(list, item *yaml.Node) bool {
	t.deleted[item] = true
	if list.Style&yaml.FlowStyle != 0 {
		t.flows[list] = true
		return true
	}
	start, end := t.doc.offset(item), t.end(item)
	if start < 0 || end < 0 {
		return false
	}
	dash := start - 1
	for dash >= 0 && isBlank(t.doc.text[dash]) {
		dash--
	}
	if dash < 0 || t.doc.text[dash] != '-' {
		return false
	}
	return t.deleteLines(dash, end)
}

// deleteEntry takes the last of nested entries out of its mapping, and the
// mappings around it that would be empty.
func (t *tree) deleteEntry(path []entry) bool {
	e := path[len(path)-1]
	if t.deleted[e.key] {
		return true
	}
	rest := 0
	for i := 0; i+1 < len(e.in.Content); i += 2 {
		if e.in.Content[i] != e.key && !t.deleted[e.in.Content[i]] {
			rest++
		}
	}
	if e.in.Anchor != "" || hasAnchor(e.value) {
		return false // an alias may stand for it
	}
	if rest == 0 {
		return len(path) > 1 && path[len(path)-2].value == e.in && t.deleteEntry(path[:len(path)-1])
	}
	if e.in.Style&yaml.FlowStyle != 0 {
		t.flows[e.in], t.deleted[e.key] = true, true
		return true
	}
	start, end := t.doc.offset(e.key), t.end(e.value)
	if start < 0 || end < 0 || !t.deleteLines(start, end) {
		return false
	}
	t.deleted[e.key] = true
	return true
}

func hasAnchor(n *yaml.Node) bool {
	for _, c := range n.Content {
		if hasAnchor(c) {
			return true
		}
	}
	return n.Anchor != ""
}

// deleteLines takes the lines from one that begins with an offset to one that
// ends behind another. Only a comment may stand there too.
func (t *tree) deleteLines(start, end int) bool {
	text := t.doc.text
	from, to := t.doc.lineStart(start), t.doc.lineEnd(end)
	if end > 0 && end == t.doc.lineStart(end) {
		to = end
	}
	behind := strings.TrimLeft(string(text[end:max(to, end)]), " \t\r\n")
	if len(bytes.TrimLeft(text[from:start], " \t")) > 0 || behind != "" && behind[0] != '#' {
		return false
	}
	// Of two blank lines that come together one goes.
	if blankBefore := from == 0 || t.blankLine(t.doc.lineStart(from-1)); blankBefore && to < len(text) && t.blankLine(to) {
		to = t.doc.lineEnd(to)
	}
	t.edits = append(t.edits, edit{from, to, ""})
	return true
}

func (t *tree) blankLine(at int) bool {
	return len(bytes.TrimSpace(t.doc.text[at:t.doc.lineEnd(at)])) == 0
}

// deleteFlow takes what is deleted out of [a, b] or {a: 1, b: 2}, each with the
// comma before it, or, at the beginning, with the one behind it.
func (t *tree) deleteFlow(n *yaml.Node) bool {
	step := 1
	if n.Kind == yaml.MappingNode {
		step = 2
	}
	kept := -1 // the end of the last one that stays
	for i := 0; i+step-1 < len(n.Content); i += step {
		if !t.deleted[n.Content[i]] {
			kept = t.end(n.Content[i+step-1])
			continue
		}
		from, to := t.doc.offset(n.Content[i]), t.end(n.Content[i+step-1])
		if kept >= 0 {
			from = kept
		} else if i+step < len(n.Content) {
			to = t.doc.offset(n.Content[i+step])
		}
		if from < 0 || to < from {
			return false
		}
		t.edits = append(t.edits, edit{from, to, ""})
	}
	return true
}

// end is the offset behind a node; -1 if that cannot be found.
func (t *tree) end(n *yaml.Node) int {
	text := t.doc.text
	switch {
	case n.Kind == yaml.AliasNode:
		at := t.doc.offset(n)
		if at < 0 {
			return -1
		}
		for at++; at < len(text) && !isBlank(text[at]) && !isBreak(text[at]) && !bytes.ContainsRune([]byte(",]}"), rune(text[at])); {
			at++
		}
		return at
	case n.Kind == yaml.ScalarNode:
		if place := t.doc.locate(n); place != nil {
			return place.end
		}
		return -1
	case len(n.Content) == 0 || n.Style&yaml.FlowStyle != 0:
		at := t.doc.offset(n)
		if at < 0 {
			return -1
		}
		at = t.doc.skipProperties(at) + 1
		if len(n.Content) > 0 {
			at = t.end(n.Content[len(n.Content)-1])
		}
		for at >= 0 && at < len(text) && text[at] != ']' && text[at] != '}' {
			if c := text[at]; c != ',' && !isBlank(c) && !isBreak(c) {
				return -1
			}
			at++
		}
		if at < 0 || at >= len(text) {
			return -1
		}
		return at + 1
	}
	return t.end(n.Content[len(n.Content)-1])
}
