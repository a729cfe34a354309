package buildspec

import (
	"mvdan.cc/sh/v3/syntax"
)

// mention is a name in an unset, or an export without a value, which is no use
// of the variable.
type mention struct {
	name   string
	script *script
	stmt   *syntax.Stmt
	node   syntax.Node
}

func (a *analysis) declare(s *syntax.Stmt, c *syntax.DeclClause, in place) {
	for _, assign := range c.Args {
		a.substitutions(in, assign)
		switch {
		case assign.Name == nil:
		case assign.Naked:
			a.exported[assign.Name.Value] = true
			a.mentions = append(a.mentions, mention{assign.Name.Value, in.script, s, assign})
		default:
			a.assign(s, assign, c.Variant.Value == "export", in)
		}
	}
}

func (a *analysis) assign(s *syntax.Stmt, assign *syntax.Assign, exported bool, in place) {
	if assign.Name == nil {
		return
	}
	d := &definition{
		name: assign.Name.Value, line: a.lineOf(in.script, assign.Pos()), at: a.now(in),
		stmt: s, assign: assign, word: assign.Value, shell: true,
	}
	if assign.Append || assign.Index != nil || assign.Array != nil {
		d.why = "is put together from parts"
	}
	if exported {
		a.exported[d.name] = true
	}
	a.define(d)
}

func (a *analysis) opaque(name *syntax.Lit, why string, in place, from ...*syntax.Word) {
	a.define(&definition{name: name.Value, line: a.lineOf(in.script, name.Pos()), at: a.now(in), why: why, shell: true, from: from})
}

func (a *analysis) define(d *definition) { a.defs[d.name] = append(a.defs[d.name], d) }
