package buildspec

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestLocate replaces the word HERE in scalars of every style, and sees the same
// change in the value that is read afterwards.
func TestLocate(t *testing.T) {
	for _, text := range []string{
		"k: a HERE b",
		"k: a HERE\n  b\n\n  c # comment",
		"k: &anchor !!str a HERE b",
		"k: 'a ''HERE'' b'",
		"k: 'a\n\n  HERE\n  b'",
		`k: "a \"HERE\" \x41\u00e9\tb"`,
		"k: \"a \\\n   HERE\n  b\"",
		"k: |\n  a\n  HERE b\n\n  c\n",
		"k: |2-\n    a\n   HERE\n\n\n",
		"k: |+\n\n  a\n  HERE b\n\n",
		"k: >\n  a\n  b HERE\n\n  c\n    more\n    HERE\n  d\n",
		"k: >-\n  é ü\n  b HERE c\n   \n  d",
		"k: |\r\n  a\r\n  HERE b\r\n",
		"k: >\r\n  a\r\n  b HERE\r\n\r\n  c\r\n",
		"\xef\xbb\xbfk: HERE b",
		"k: |\n  a\tb\n  \tHERE\n",
		"é: [é, HERE b]",
	} {
		d, err := parseDocument("", []byte(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		n := holding(d.root, "HERE")
		place := d.locate(n)
		if place == nil {
			t.Errorf("%q: the scalar %q is not found", text, n.Value)
			continue
		}
		i := strings.Index(n.Value, "HERE")
		cut := string(d.text[:place.from[i]]) + "THERE" + string(d.text[place.to[i+3]:])
		after, err := parseDocument("", []byte(cut))
		if err != nil {
			t.Errorf("%q: %v", cut, err)
			continue
		}
		want := strings.Replace(n.Value, "HERE", "THERE", 1)
		if !hasValue(after.root, want) {
			t.Errorf("%q became %q, which has no scalar %q", text, cut, want)
		}
		if c := d.text[place.end-1]; isBlank(c) || isBreak(c) {
			t.Errorf("%q: the scalar ends at %d, behind white space", text, place.end)
		}
	}
}

func holding(n *yaml.Node, part string) *yaml.Node {
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, part) {
		return n
	}
	for _, c := range n.Content {
		if found := holding(c, part); found != nil {
			return found
		}
	}
	return nil
}

func hasValue(n *yaml.Node, value string) bool {
	if n.Kind == yaml.ScalarNode && n.Value == value {
		return true
	}
	for _, c := range n.Content {
		if hasValue(c, value) {
			return true
		}
	}
	return false
}
