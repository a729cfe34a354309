package buildspec

import (
	"fmt"

	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"
)

// definition is one way in which a variable gets its value.
type definition struct {
	name string
	line int
	why  string // what is in the way of following it: "is read by read"

	// In the commands.
	shell  bool
	at     place
	stmt   *syntax.Stmt
	assign *syntax.Assign
	word   *syntax.Word
	from   []*syntax.Word // what a loop goes through, or read reads

	// In a section of env.
	section string
	path    []entry // env, the section, the variable
	node    *yaml.Node
	batch   bool // for one build of a batch alone
}

// These end a search through variables that does not end by itself.
const (
	maxTrace = 30
	maxSteps = 2000
)

// eval follows a word to where its value comes from.
func (a *analysis) eval(w *syntax.Word, at place, level int) value {
	if w == nil {
		return value{kind: kindText, text: plainText("")}
	}
	return a.evalPieces(pieces(w), w, at, level)
}

func (a *analysis) evalPieces(ps []piece, w syntax.Node, at place, level int) value {
	line := a.lineOf(at.script, w.Pos())
	if s, ok := fixedPieces(ps); ok {
		return value{kind: kindText, text: plainText(s), line: line}
	}
	if a.steps++; level > maxTrace || a.steps > maxSteps {
		return unknown(line, "is set by variables that refer to each other")
	}
	if len(ps) == 1 {
		return a.evalPart(ps[0].node, at, level+1)
	}
	whole := value{kind: kindText, line: line}
	for _, p := range ps {
		if p.node == nil {
			whole.text = append(whole.text, textPart{fixed: p.fixed})
			continue
		}
		v := a.evalPart(p.node, at, level+1)
		whole.trail = append(whole.trail, v.trail...)
		if v.kind != kindText && v.kind != kindUnset {
			u := unknown(line, "is put together from parts")
			u.trail = whole.trail
			return u
		}
		whole.text = append(whole.text, v.text...)
	}
	return whole
}

func (a *analysis) evalPart(p syntax.WordPart, at place, level int) value {
	line := a.lineOf(at.script, p.Pos())
	switch p := p.(type) {
	case *syntax.CmdSubst:
		if p.TempFile || p.ReplyVar {
			break
		}
		if len(p.Stmts) != 1 {
			return unknown(line, "is the output of several commands")
		}
		return a.pipeline(stagesOf(p.Stmts[0]), at, level)
	case *syntax.ParamExp:
		return a.expansion(p, at, level)
	}
	return unknown(line, "is an expansion that cannot be followed")
}

func (a *analysis) expansion(p *syntax.ParamExp, at place, level int) value {
	line := a.lineOf(at.script, p.Pos())
	if p.Param == nil || p.Excl || p.Length || p.Width || p.Index != nil || p.Slice != nil || p.Repl != nil || p.Names != 0 || p.NestedParam != nil {
		return unknown(line, "is a part of a variable")
	}
	name := p.Param.Value
	if !syntax.ValidName(name) {
		return unknown(line, "is an argument of a function or a script")
	}
	source := "${" + name + "}"
	var fallback *syntax.Word
	if p.Exp != nil {
		switch p.Exp.Op {
		case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
			fallback = p.Exp.Word
			if fallback == nil {
				fallback = &syntax.Word{}
			}
			source = at.script.source(p)
		case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		default:
			return unknown(line, "is a part of a variable")
		}
	}
	if fallback != nil && len(fallback.Parts) > 0 {
		a.secretWords = append(a.secretWords, secretWord{at.script, fallback})
	}
	v := a.lookup(name, at, level)
	if v.kind == kindUnset {
		v.line = line
		v.text = text{{expansion: source}}
		if fallback != nil && len(fallback.Parts) > 0 {
			v.why = "has a default value"
		}
	}
	return v
}

// lookup finds what a variable is at a place.
func (a *analysis) lookup(name string, at place, level int) value {
	var found []*definition
	defs := a.defs[name]
	for i := len(defs) - 1; i >= 0; i-- {
		d := defs[i]
		if d.shell && !a.visible(d, at) {
			continue
		}
		found = append(found, d)
		if d.shell && a.always(d, at) {
			break
		}
	}
	if len(found) == 0 {
		return value{kind: kindUnset, text: text{{expansion: "${" + name + "}"}}, why: name}
	}
	first := a.definitionValue(found[0], level)
	for _, d := range found[1:] {
		v := a.definitionValue(d, level)
		if !v.same(first) {
			u := unknown(found[0].line, "is in %s, which is set in more than one way (lines %d and %d)", name, d.line, found[0].line)
			if d.line == found[0].line {
				u.why = fmt.Sprintf("is in %s, which is set in more than one way (line %d)", name, d.line)
			}
			u.trail = append(u.trail, found...)
			return u
		}
		first.trail, first.names = append(first.trail, v.trail...), append(first.names, v.names...)
	}
	last := found[len(found)-1]
	if last.shell && !a.always(last, at) {
		u := unknown(last.line, "is in %s, which is set only under a condition (line %d)", name, last.line)
		u.trail = found
		return u
	}
	return first
}

// visible says whether an assignment can have been made before a place.
func (a *analysis) visible(d *definition, at place) bool {
	if a.version == "0.1" && d.at.script.node != at.script.node {
		return false // each command has a shell of its own
	}
	for i, r := range d.at.regions {
		if a.subshells[r] && (i >= len(at.regions) || at.regions[i] != r) {
			return false
		}
	}
	if at.function != d.at.function {
		return true // who knows when the function is called
	}
	return d.at.sequence < at.sequence
}

// always says whether a place is reached only after an assignment.
func (a *analysis) always(d *definition, at place) bool {
	if at.function != 0 && d.at.function == 0 {
		return len(d.at.regions) == 0 && len(a.defs[d.name]) == 1
	}
	if len(d.at.regions) > len(at.regions) {
		return false
	}
	for i, r := range d.at.regions {
		if at.regions[i] != r {
			return false
		}
	}
	return true
}

func (a *analysis) definitionValue(d *definition, level int) value {
	var v value
	switch {
	case d.why != "":
		v = unknown(d.line, "is in %s, which %s (line %d)", d.name, d.why, d.line)
	case d.shell:
		v = a.eval(d.word, d.at, level+1)
	default:
		v = a.envValue(d)
	}
	v.trail = append([]*definition{d}, v.trail...)
	return v
}
