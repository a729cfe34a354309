package buildspec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// document is a YAML text with its tree, and the offset in the text of each node of the
// tree.
type document struct {
	text  []byte
	root  *yaml.Node // the mapping at the top
	lines []int      // the offset at which each line begins
	whole *yaml.Node
}

// A SyntaxError says where a text is not the YAML that a buildspec may be. It
// quotes nothing of the text, which may have a password in it.
type SyntaxError struct {
	Name string
	Line int // 0 where it concerns the whole file
	Why  string
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return e.Name + " " + e.Why
	}
	return fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.Why)
}

// errorLine is where the YAML library puts the line into its error. The rest of
// its text is left out: some of its errors quote what they read.
func errorLine(err error) (line int) {
	if m := regexp.MustCompile(`line (\d+):`).FindStringSubmatch(err.Error()); m != nil {
		_, _ = fmt.Sscan(m[1], &line)
	}
	return line
}

func parseDocument(name string, text []byte) (*document, error) {
	refuse := func(line int, why string) (*document, error) {
		return nil, &SyntaxError{Name: name, Line: line, Why: why}
	}
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return refuse(0, "is not UTF-8 text")
	}
	d := &document{text: text, whole: &yaml.Node{}}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(d.whole); errors.Is(err, io.EOF) {
		return refuse(0, "is empty")
	} else if err != nil {
		return refuse(errorLine(err), "is not valid YAML")
	}
	var second yaml.Node
	if err := decoder.Decode(&second); err == nil {
		return refuse(second.Line, "has more than one YAML document; CodeBuild reads one")
	} else if !errors.Is(err, io.EOF) {
		return refuse(errorLine(err), "is not valid YAML")
	}
	if len(d.whole.Content) != 1 || d.whole.Content[0].Kind != yaml.MappingNode {
		return refuse(0, "is not a buildspec: it has no phases")
	}
	d.root = d.whole.Content[0]
	d.lines = lineStarts(text)
	if depth(d.whole, 0) > maxDepth {
		return refuse(0, "is nested too deeply")
	}
	return d, nil
}

const maxDepth = 100

// depth is how deep a tree is, up to somewhat above maxDepth. It follows no
// alias.
func depth(n *yaml.Node, at int) int {
	if at > maxDepth || n == nil {
		return at
	}
	deepest := at
	for _, c := range n.Content {
		deepest = max(deepest, depth(c, at+1))
		if deepest > maxDepth {
			break
		}
	}
	return deepest
}

func lineStarts(text []byte) []int {
	starts := []int{0}
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
		starts[0] = 3
	}
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\r' && i+1 < len(text) && text[i+1] == '\n':
			i++
			fallthrough
		case text[i] == '\n', text[i] == '\r':
			starts = append(starts, i+1)
		}
	}
	return starts
}

// offset is where a node begins, its anchor and tag included; -1 if the library
// counts lines in another way than this package.
func (d *document) offset(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(d.lines) {
		return -1
	}
	at := d.lines[n.Line-1]
	for range n.Column - 1 {
		if at >= len(d.text) {
			return -1
		}
		_, size := utf8.DecodeRune(d.text[at:])
		at += size
	}
	return at
}

// line is the line, from 1, that an offset is in.
func (d *document) line(offset int) int {
	low, high := 0, len(d.lines)
	for high-low > 1 {
		if middle := (low + high) / 2; d.lines[middle] <= offset {
			low = middle
		} else {
			high = middle
		}
	}
	return low + 1
}

// lineStart is the offset of the beginning of the line that an offset is in.
func (d *document) lineStart(offset int) int { return d.lines[d.line(offset)-1] }

// lineEnd is the offset behind the line's end, of the line that an offset is in.
func (d *document) lineEnd(offset int) int {
	if n := d.line(offset); n < len(d.lines) {
		return d.lines[n]
	}
	return len(d.text)
}

// follow is the node that an alias refers to.
func follow(n *yaml.Node) *yaml.Node {
	for range maxDepth {
		if n == nil || n.Kind != yaml.AliasNode {
			return n
		}
		n = n.Alias
	}
	return nil
}

// entry is a key and its value, with the mapping that they stand in.
type entry struct{ in, key, value *yaml.Node }

// entries are those of a mapping, and those that it merges in (<<) under other
// keys, as the node behind an alias.
func entries(n *yaml.Node) []entry {
	budget := 1000 // merge keys can multiply without end
	return entriesBelow(n, &budget)
}

func entriesBelow(n *yaml.Node, budget *int) []entry {
	n = follow(n)
	if *budget--; n == nil || n.Kind != yaml.MappingNode || *budget < 0 {
		return nil
	}
	var own, merged []entry
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Tag != "!!merge" {
			own = append(own, entry{n, key, value})
			seen[key.Value] = true
			continue
		}
		from := []*yaml.Node{value}
		if v := follow(value); v != nil && v.Kind == yaml.SequenceNode {
			from = v.Content
		}
		for _, f := range from {
			merged = append(merged, entriesBelow(f, budget)...)
		}
	}
	for _, e := range merged {
		if !seen[e.key.Value] {
			seen[e.key.Value] = true
			own = append(own, e)
		}
	}
	return own
}

// find is the entry of a mapping with this key; its value is nil if there is none.
func find(n *yaml.Node, key string) entry {
	for _, e := range entries(n) {
		if e.key.Value == key {
			return e
		}
	}
	return entry{}
}
