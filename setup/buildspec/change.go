package buildspec

import (
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"
)

// plan makes the change and the report.
func (a *analysis) plan() *Plan {
	p := &Plan{Name: a.name, Result: a.doc.text, before: a.doc.text}
	var replaced []*login
	for _, l := range a.logins {
		if l.Command != "" {
			replaced = append(replaced, l)
			l.from, l.to = l.span()
		}
	}
	if len(replaced) > 0 {
		a.otherCredentials()
		gone := a.unused(replaced)
		if result, ok := a.rewrite(replaced, gone, false); ok {
			p.Result = result
		} else if result, ok := a.rewrite(replaced, gone, true); ok {
			p.Result = result
		}
	}
	slices.SortStableFunc(a.notes, func(x, y Note) int { return x.Line - y.Line })
	p.Notes, p.secrets, p.doubtful = a.notes, a.secrets, a.doubtful
	for _, l := range a.logins {
		p.Logins = append(p.Logins, l.Login)
	}
	if len(replaced) > 0 && !p.Changed() {
		p.refuse()
	}
	return p
}

// span is what the configure command replaces: the login with all that is piped
// into it, and its redirections.
func (l *login) span() (from, to int) {
	first := l.call.stmt
	if len(l.call.upstream) > 0 {
		first = l.call.upstream[0]
	}
	start := first.Pos()
	if first.Negated && first.Cmd != nil {
		start = first.Cmd.Pos()
	}
	end := l.call.expr.End()
	for _, r := range l.call.stmt.Redirs {
		if r.End().After(end) {
			end = r.End()
		}
	}
	return l.call.script.at(start), l.call.script.at(end)
}

// rewrite is the text after the change; false if that would not be the YAML
// that is meant. With requote, changed scalars get quotes of their own.
func (a *analysis) rewrite(replaced []*login, gone removal, requote bool) ([]byte, bool) {
	tree := newTree(a.doc)
	deleted := map[*yaml.Node]bool{}
	for _, s := range a.all {
		if s.broken || s.file == nil {
			continue
		}
		holds := func(st *syntax.Stmt) bool {
			from, to := s.at(st.Pos()), s.at(st.End())
			return slices.ContainsFunc(replaced, func(l *login) bool {
				return l.call.script.node == s.node && l.from >= from && l.to <= to
			})
		}
		p := &pruner{a: a, gone: gone, script: s, keep: holds}
		all := p.list(s.file.Stmts)
		if all && !hasComments(s.file) {
			deleted[s.node] = true
			continue
		} else if all {
			every := make([]bool, len(s.file.Stmts))
			for i := range every {
				every[i] = true
			}
			p.runs(s.file.Stmts, every)
		}
		edits := p.edits
		for _, l := range replaced {
			if l.call.script.node == s.node {
				edits = append(edits, edit{l.from, l.to, l.Command})
			}
		}
		edits, ok := normalise(edits)
		if !ok || len(edits) > 0 && !tree.change(s, edits, requote) {
			return nil, false
		}
	}
	if !a.deleteItems(tree, deleted) {
		return nil, false
	}
	var stays []*definition
	for _, name := range slices.Sorted(maps.Keys(a.defs)) {
		for _, d := range a.defs[name] {
			if d.node != nil && gone.entries[d.node] && !tree.deleteEntry(d.path) {
				stays = append(stays, d)
			}
		}
	}
	text, ok := tree.text()
	for _, d := range stays {
		if ok {
			a.note(d.line, "%s stays, although nothing uses it any more: its section has an anchor, or a form that cannot be taken out", d.name)
		}
	}
	return text, ok
}

func hasComments(f *syntax.File) (found bool) {
	syntax.Walk(f, func(n syntax.Node) bool {
		if _, ok := n.(*syntax.Comment); ok {
			found = true
		}
		return true
	})
	return found
}
