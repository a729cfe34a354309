package buildspec

import (
	"mvdan.cc/sh/v3/syntax"
)

// inner walks the script of bash -c '…', or of eval '…'.
func (a *analysis) inner(c *syntax.CallExpr, in place) {
	words := unwrap(c.Args)
	if len(words) < 2 {
		return
	}
	program, _ := fixedText(words[0])
	var quoted *syntax.Word
	switch {
	case program == "eval" && len(words) == 2:
		quoted = words[1]
	case isShell(program):
		for i, w := range words[1:] {
			if flag, _ := fixedText(w); len(flag) > 1 && flag[0] == '-' && flag[len(flag)-1] == 'c' && i+2 < len(words) {
				quoted = words[i+2]
				break
			}
		}
	}
	if quoted == nil || len(quoted.Parts) != 1 {
		return
	}
	if ps := pieces(quoted); len(ps) == 1 && ps[0].node != nil {
		return // eval "$(…)": what it runs is not written here
	}
	outer := in.script
	child := &script{node: outer.node, place: outer.place, parent: outer, lists: outer.lists, outer: outer.outer}
	var from, to syntax.Pos
	switch q := quoted.Parts[0].(type) {
	case *syntax.SglQuoted:
		if q.Dollar {
			return
		}
		from, to, child.outer = q.Left, q.Right, child.outer+"'"
	case *syntax.DblQuoted:
		from, to, child.outer = q.Left, q.Right, child.outer+"\"\\`"
	default:
		return
	}
	start, end := int(from.Offset())+1, int(to.Offset())
	if start > end || end > len(outer.text) {
		return
	}
	child.text, child.base = outer.text[start:end], outer.base+start
	if containsAny(child.text, "\\") || len(child.outer) > 8 {
		return // the inner shell reads another text than the one here
	}
	child.parse()
	if child.broken {
		return
	}
	a.inners[c] = child
	if program == "eval" {
		a.stmts(child.file.Stmts, a.moved(in, child))
	} else {
		a.stmts(child.file.Stmts, a.moved(a.subshell(in), child))
	}
}

func (a *analysis) moved(in place, s *script) place {
	in.script = s
	return in
}
