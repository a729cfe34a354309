package buildspec

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"
)

// uses says whether anything mentions a variable that is neither a replaced
// login nor gone.
func (a *analysis) uses(name string, own []*definition, replaced []*login, gone removal) bool {
	isScript := map[*yaml.Node]bool{}
	for _, s := range a.all {
		isScript[s.node] = true
		if wordIn(a.remaining(s, name, own, replaced, gone), name) {
			return true
		}
	}
	for _, l := range replaced {
		if expansionIn(l.Command, name) {
			return true
		}
	}
	skip := map[*yaml.Node]bool{}
	dollar := map[*yaml.Node]bool{}
	for _, defs := range a.defs {
		for _, d := range defs {
			if d.node == nil {
				continue
			}
			dollar[d.node] = true
			if gone.entries[d.node] || d.name == name {
				skip[d.node] = true
			}
		}
	}
	env := map[*yaml.Node]bool{}
	a.envMappings(a.doc.root, env, 0)
	var search func(n *yaml.Node) bool
	search = func(n *yaml.Node) bool {
		switch {
		case skip[n] || isScript[n]:
			return false
		case n.Kind == yaml.ScalarNode && dollar[n]:
			return expansionIn(n.Value, name)
		case n.Kind == yaml.ScalarNode:
			return wordIn(n.Value, name)
		}
		for i, c := range n.Content {
			if env[n] && i%2 == 0 {
				continue // the name of a variable that is set
			}
			if search(c) {
				return true
			}
		}
		return false
	}
	return search(a.doc.root)
}

// envMappings are those whose keys are names of variables.
func (a *analysis) envMappings(n *yaml.Node, found map[*yaml.Node]bool, level int) {
	if level > maxDepth {
		return
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		switch n.Content[i].Value {
		case "variables", "parameter-store", "secrets-manager":
			if v := follow(n.Content[i+1]); v != nil {
				found[v] = true
			}
		}
	}
	for _, c := range n.Content {
		a.envMappings(c, found, level+1)
	}
}

// remaining is the text of a script without comments, without what goes, and
// without the places where a variable is only set.
func (a *analysis) remaining(s *script, name string, own []*definition, replaced []*login, gone removal) string {
	text := []byte(s.text)
	blank := func(from, to int) {
		for i := max(from, 0); i < min(to, len(text)); i++ {
			text[i] = ' '
		}
	}
	node := func(in *script, n syntax.Node) {
		if in.node == s.node {
			blank(in.at(n.Pos()), in.at(n.End()))
		}
	}
	if s.file != nil {
		syntax.Walk(s.file, func(n syntax.Node) bool {
			if c, ok := n.(*syntax.Comment); ok {
				node(s, c)
			}
			return true
		})
	}
	for _, l := range replaced {
		if l.call.script.node == s.node {
			blank(l.from, l.to)
		}
	}
	for _, defs := range a.defs {
		for _, d := range defs {
			switch {
			case d.assign == nil:
			case gone.nodes[d.assign], slices.Contains(own, d):
				node(d.at.script, d.assign)
			case d.name == name:
				node(d.at.script, d.assign.Name)
			}
		}
	}
	for _, m := range a.mentions {
		if m.name == name {
			node(m.script, m.node)
		}
	}
	return string(text)
}

// wordIn says whether a text mentions a name as a whole word. A part of a path
// is none: /CodeBuild/DOCKERHUB_USER.
func wordIn(text, name string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(name)
		before := i == 0 || !isNameByte(text[i-1]) && text[i-1] != '/' && text[i-1] != '-' || strings.HasSuffix(text[:i], "-e")
		if before && (end == len(text) || !isNameByte(text[end])) {
			return true
		}
		from = i + 1
	}
}

// expansionIn says whether a text has $NAME or ${NAME… in it.
func expansionIn(text, name string) bool {
	for from := 0; ; {
		i := strings.IndexByte(text[from:], '$')
		if i < 0 {
			return false
		}
		from += i + 1
		rest := strings.TrimLeft(text[from:], "{#!")
		if strings.HasPrefix(rest, name) && (len(rest) == len(name) || !isNameByte(rest[len(name)])) {
			return true
		}
	}
}
