package buildspec

import (
	"strings"

	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"
)

// script is one item of a list of commands, or a quoted script inside one.
type script struct {
	node  *yaml.Node // the scalar it is in
	place *scalar    // nil if it cannot be changed byte by byte
	text  string
	base  int // where the text begins in the scalar's value
	// outer is the character that quotes this script in another one: what is
	// put into it may not contain that.
	outer  string
	parent *script
	lists  []listPlace // where the scalar stands, more than once through aliases
	file   *syntax.File
	broken bool // it is not a script that can be parsed
}

// listPlace is an item of a list, in a phase.
type listPlace struct {
	phase, list, item *yaml.Node
	key               string // "commands" or "finally"
}

func (s *script) parse() {
	parser := syntax.NewParser(syntax.KeepComments(true), syntax.Variant(syntax.LangBash))
	file, err := parser.Parse(strings.NewReader(s.text), "")
	if err != nil {
		s.broken = true
		return
	}
	s.file = file
}

// at is the offset of a place in the scalar's value.
func (s *script) at(p syntax.Pos) int { return s.base + int(p.Offset()) }

// source is the text of a piece of a script.
func (s *script) source(n syntax.Node) string {
	from, to := int(n.Pos().Offset()), int(n.End().Offset())
	if from > to || to > len(s.text) {
		return ""
	}
	return s.text[from:to]
}

// line is the line of the buildspec that a place of a script is in.
func (a *analysis) lineOf(s *script, p syntax.Pos) int {
	i := s.at(p)
	if s.place == nil || len(s.place.from) == 0 {
		return s.node.Line
	}
	return a.doc.line(s.place.from[min(i, len(s.place.from)-1)])
}

// scripts gathers the commands of all phases, in the order in which they run.
func (a *analysis) scripts() {
	seen := map[*yaml.Node]*script{}
	phases := find(a.doc.root, "phases").value
	for _, name := range []string{"install", "pre_build", "build", "post_build"} {
		phase := follow(find(phases, name).value)
		for _, key := range []string{"commands", "finally"} {
			list := find(phase, key).value
			a.items(listPlace{phase, follow(list), list, key}, seen, 0)
		}
	}
}

func (a *analysis) items(at listPlace, seen map[*yaml.Node]*script, level int) {
	n := follow(at.item)
	switch {
	case n == nil || level > 5 || len(a.all) > 2000:
	case n.Kind == yaml.SequenceNode:
		for _, c := range n.Content {
			a.items(listPlace{at.phase, n, c, at.key}, seen, level+1)
		}
	case n.Kind == yaml.ScalarNode && seen[n] != nil:
		seen[n].lists = append(seen[n].lists, at)
	case n.Kind == yaml.ScalarNode:
		s := &script{node: n, text: n.Value, place: a.doc.locate(n), lists: []listPlace{at}}
		s.parse()
		seen[n] = s
		a.all = append(a.all, s)
	default:
		a.notStrings = append(a.notStrings, n)
	}
}
