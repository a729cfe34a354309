package buildspec

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// pruner takes statements out of a script.
type pruner struct {
	a      *analysis
	gone   removal
	script *script
	keep   func(*syntax.Stmt) bool // a replaced login is in it
	edits  []edit
}

func (p *pruner) edit(from, to int, text string) {
	p.edits = append(p.edits, edit{p.script.base + from, p.script.base + to, text})
}

func offset(p syntax.Pos) int { return int(p.Offset()) }

// list takes what goes out of a list of statements. It reports true, and has
// changed nothing, where nothing of the list stays.
func (p *pruner) list(stmts []*syntax.Stmt) bool {
	gone := make([]bool, len(stmts))
	all := len(stmts) > 0
	for i, s := range stmts {
		gone[i] = p.stmt(s)
		all = all && gone[i]
	}
	if all {
		return true
	}
	p.runs(stmts, gone)
	return false
}

// runs takes out each run of statements that go.
func (p *pruner) runs(stmts []*syntax.Stmt, gone []bool) {
	for i := 0; i < len(stmts); i++ {
		if !gone[i] {
			continue
		}
		j := i
		for j+1 < len(stmts) && gone[j+1] {
			j++
		}
		p.run(stmts, i, j)
		i = j
	}
}

func (p *pruner) run(stmts []*syntax.Stmt, i, j int) {
	text := p.script.text
	start, end := offset(stmts[i].Pos()), offset(stmts[j].End())
	lineStart := strings.LastIndexByte(text[:start], '\n') + 1
	rest, _, more := strings.Cut(text[end:], "\n")
	lineEnd := end + len(rest)
	alone := strings.TrimLeft(text[lineStart:start], " \t") == ""
	last := strings.TrimLeft(rest, " \t\r") == "" || strings.HasPrefix(strings.TrimLeft(rest, " \t"), "#")
	switch {
	case alone && last && more && lineEnd+1 < len(text):
		end := lineEnd + 1
		for afterBlank := lineStart == 0 || strings.HasSuffix(text[:lineStart], "\n\n"); afterBlank && end+1 < len(text) && text[end] == '\n'; end++ {
		}
		p.edit(lineStart, end, "")
	case alone && last && lineStart > 0 && more: // the last line: its end stays
		p.edit(lineStart-1, lineEnd, "")
	case alone && last && lineStart > 0:
		p.edit(lineStart-1, len(text), "")
	case j+1 < len(stmts):
		p.edit(start, offset(stmts[j+1].Pos()), "")
	case i > 0 && stmts[j].Semicolon.IsValid():
		p.edit(offset(stmts[i-1].End()), end, "")
	case i > 0 && stmts[i-1].Semicolon.IsValid() && !stmts[i-1].Background:
		p.edit(offset(stmts[i-1].Semicolon), end, "")
	case i > 0:
		p.edit(offset(stmts[i-1].End()), end, "")
	default:
		p.edit(start, end, "true")
	}
}

// compound is a list that may not be empty.
func (p *pruner) compound(stmts []*syntax.Stmt) {
	if p.list(stmts) {
		last := stmts[len(stmts)-1]
		end := offset(last.End())
		if last.Semicolon.IsValid() {
			end = offset(last.Semicolon)
		}
		p.edit(offset(stmts[0].Pos()), end, "true")
	}
}

// instead puts true where a statement goes that something waits for.
func (p *pruner) instead(s *syntax.Stmt) {
	p.edit(offset(s.Pos()), bare(s), "true")
}

// bare is where a statement ends, without the semicolon or & behind it.
func bare(s *syntax.Stmt) int {
	if s.Semicolon.IsValid() {
		return offset(s.Semicolon)
	}
	return offset(s.End())
}

// stmt reports whether a statement goes as a whole, and changes it where a part
// of it does.
func (p *pruner) stmt(s *syntax.Stmt) bool {
	if p.gone.nodes[s] {
		return true
	}
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		return p.call(s, c)
	case *syntax.DeclClause:
		var args []syntax.Node
		options := 0
		for _, a := range c.Args {
			if a.Name == nil {
				options++
			}
			args = append(args, a)
		}
		return p.part(args, options)
	case *syntax.BinaryCmd:
		return p.binary(c)
	case *syntax.Block:
		return p.list(c.Stmts)
	case *syntax.Subshell:
		p.compound(c.Stmts)
	case *syntax.IfClause:
		for c := c; c != nil; c = c.Else {
			if len(c.Cond) > 0 {
				p.compound(c.Cond)
			}
			p.compound(c.Then)
		}
	case *syntax.WhileClause:
		p.compound(c.Cond)
		p.compound(c.Do)
	case *syntax.ForClause:
		p.compound(c.Do)
	case *syntax.CaseClause:
		for _, item := range c.Items {
			if len(item.Stmts) > 0 {
				p.compound(item.Stmts)
			}
		}
	case *syntax.FuncDecl:
		if p.stmt(c.Body) {
			p.edit(offset(c.Body.Pos()), offset(c.Body.End()), "{ true; }")
		}
	case *syntax.TimeClause:
		return c.Stmt != nil && p.stmt(c.Stmt)
	}
	return false
}

func (p *pruner) binary(c *syntax.BinaryCmd) bool {
	if c.Op == syntax.Pipe || c.Op == syntax.PipeAll {
		for _, s := range []*syntax.Stmt{c.X, c.Y} {
			if p.stmt(s) {
				p.instead(s)
			}
		}
		return false
	}
	x, y := p.stmt(c.X), p.stmt(c.Y)
	switch {
	case x && y:
		return true
	case x && c.Op == syntax.OrStmt && !p.keep(c.Y):
		return true // what goes cannot fail
	case x && c.Op == syntax.OrStmt:
		p.instead(c.X)
	case y && c.Op == syntax.OrStmt:
		p.instead(c.Y)
	case x:
		p.edit(offset(c.X.Pos()), offset(c.Y.Pos()), "")
	case y:
		p.edit(offset(c.X.End()), bare(c.Y), "")
	}
	return false
}

func (p *pruner) call(s *syntax.Stmt, c *syntax.CallExpr) bool {
	if child := p.a.inners[c]; child != nil {
		inner := &pruner{a: p.a, gone: p.gone, script: child, keep: p.keep}
		if inner.list(child.file.Stmts) {
			return true
		}
		p.edits = append(p.edits, inner.edits...)
		return false
	}
	var parts []syntax.Node
	if len(c.Args) == 0 {
		for _, a := range c.Assigns {
			parts = append(parts, a)
		}
		return p.part(parts, 0)
	}
	if first, _ := fixedText(c.Args[0]); first != "unset" {
		return false
	}
	options := 0
	for _, w := range c.Args[1:] {
		if strings.HasPrefix(fixedPrefix(pieces(w)), "-") {
			options++
		}
		parts = append(parts, w)
	}
	return p.part(parts, options)
}

// part takes some of the assignments or names of one statement out. It reports
// true, and has changed nothing, where all go.
func (p *pruner) part(nodes []syntax.Node, options int) bool {
	gone := 0
	for _, n := range nodes {
		if p.gone.nodes[n] {
			gone++
		}
	}
	if gone == 0 {
		return false
	}
	if gone+options >= len(nodes) {
		return true
	}
	for i := 0; i < len(nodes); i++ {
		switch {
		case !p.gone.nodes[nodes[i]]:
		case i+1 < len(nodes):
			p.edit(offset(nodes[i].Pos()), offset(nodes[i+1].Pos()), "")
		default: // behind the last one that stays
			k := i
			for k > 0 && p.gone.nodes[nodes[k]] {
				k--
			}
			p.edit(offset(nodes[k].End()), offset(nodes[i].End()), "")
		}
	}
	return false
}
