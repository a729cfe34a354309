package buildspec

import (
	"mvdan.cc/sh/v3/syntax"
)

// place is a position in the run of a build: an earlier command has a smaller sequence,
// and a command with the same regions runs whenever this one does.
type place struct {
	script   *script
	sequence int
	regions  []int // branches, loop bodies, functions and subshells around it
	function int   // the region of the function around it, 0 for none
}

// call is a simple command.
type call struct {
	place
	stmt     *syntax.Stmt
	expr     *syntax.CallExpr
	upstream []*syntax.Stmt // what is piped into it
}

// walk notes the assignments and commands of a script in their order.
func (a *analysis) walk(s *script) {
	if s.broken {
		return
	}
	a.stmts(s.file.Stmts, place{script: s})
}

func (a *analysis) stmts(list []*syntax.Stmt, in place) {
	for _, s := range list {
		a.stmt(s, nil, in)
	}
}

// branch is a place that need not be reached where in is.
func (a *analysis) branch(in place) place {
	a.regions++
	in.regions = append(append([]int(nil), in.regions...), a.regions)
	return in
}

// subshell is one whose assignments end with it.
func (a *analysis) subshell(in place) place {
	in = a.branch(in)
	a.subshells[a.regions] = true
	return in
}

func (a *analysis) now(in place) place {
	a.sequence++
	in.sequence = a.sequence
	return in
}

func (a *analysis) stmt(s *syntax.Stmt, upstream []*syntax.Stmt, in place) {
	if s.Background {
		in = a.subshell(in)
	}
	for _, r := range s.Redirs {
		a.substitutions(in, r.Word, r.Hdoc)
	}
	switch c := s.Cmd.(type) {
	case *syntax.CallExpr:
		a.simple(s, c, upstream, in)
	case *syntax.DeclClause:
		a.declare(s, c, in)
	case *syntax.BinaryCmd:
		switch c.Op {
		case syntax.AndStmt:
			a.stmt(c.X, nil, in)
			a.stmt(c.Y, nil, in) // if X fails, so would what follows
		case syntax.OrStmt:
			a.stmt(c.X, nil, in)
			a.stmt(c.Y, nil, a.branch(in))
		default:
			stages := stagesOf(s)
			for i, stage := range stages {
				a.stmt(stage, stages[:i], a.subshell(in))
			}
		}
	case *syntax.IfClause:
		a.ifClause(c, in)
	case *syntax.WhileClause:
		in = a.branch(in)
		a.stmts(c.Cond, in)
		a.stmts(c.Do, in)
	case *syntax.ForClause:
		in = a.branch(in)
		if loop, ok := c.Loop.(*syntax.WordIter); ok {
			for _, w := range loop.Items {
				a.substitutions(in, w)
			}
			a.opaque(loop.Name, "is the variable of a loop", in, loop.Items...)
		}
		a.stmts(c.Do, in)
	case *syntax.CaseClause:
		a.substitutions(in, c.Word)
		for _, item := range c.Items {
			a.stmts(item.Stmts, a.branch(in))
		}
	case *syntax.Block:
		a.stmts(c.Stmts, in)
	case *syntax.Subshell:
		a.stmts(c.Stmts, a.subshell(in))
	case *syntax.FuncDecl:
		in = a.branch(in)
		in.function = a.regions
		if c.Name != nil {
			a.functions[c.Name.Value] = true
		}
		a.stmt(c.Body, nil, in)
	case *syntax.TimeClause:
		if c.Stmt != nil {
			a.stmt(c.Stmt, upstream, in)
		}
	case *syntax.CoprocClause:
		a.stmt(c.Stmt, nil, a.subshell(in))
	case nil:
	default:
		a.substitutions(in, c)
	}
}

func (a *analysis) ifClause(c *syntax.IfClause, in place) {
	a.stmts(c.Cond, in)
	a.stmts(c.Then, a.branch(in))
	if c.Else != nil {
		a.ifClause(c.Else, a.branch(in))
	}
}

// stagesOf are the commands of a pipeline.
func stagesOf(s *syntax.Stmt) []*syntax.Stmt {
	c, ok := s.Cmd.(*syntax.BinaryCmd)
	if !ok || c.Op != syntax.Pipe && c.Op != syntax.PipeAll || len(s.Redirs) > 0 {
		return []*syntax.Stmt{s}
	}
	return append(stagesOf(c.X), stagesOf(c.Y)...)
}

// substitutions walks the commands inside $(…), `…` and <(…).
func (a *analysis) substitutions(in place, nodes ...syntax.Node) {
	for _, n := range nodes {
		if w, ok := n.(*syntax.Word); n == nil || ok && w == nil {
			continue
		}
		syntax.Walk(n, func(n syntax.Node) bool {
			switch c := n.(type) {
			case *syntax.CmdSubst:
				a.stmts(c.Stmts, a.subshell(in))
				return false
			case *syntax.ProcSubst:
				a.stmts(c.Stmts, a.subshell(in))
				return false
			case *syntax.ParamExp:
				if c.Exp != nil && (c.Exp.Op == syntax.AssignUnset || c.Exp.Op == syntax.AssignUnsetOrNull) && c.Param != nil {
					a.opaque(c.Param, "is set inside an expansion", in)
				}
			}
			return true
		})
	}
}

func (a *analysis) simple(s *syntax.Stmt, c *syntax.CallExpr, upstream []*syntax.Stmt, in place) {
	for _, assign := range c.Assigns {
		a.substitutions(in, assign)
		if len(c.Args) == 0 {
			a.assign(s, assign, false, in)
		}
	}
	if len(c.Args) == 0 {
		return
	}
	for _, w := range c.Args {
		a.substitutions(in, w)
	}
	a.calls = append(a.calls, &call{a.now(in), s, c, upstream})
	a.inner(c, in)
	switch first, _ := fixedText(c.Args[0]); first {
	case "read", "mapfile", "readarray":
		var from []*syntax.Word
		for _, r := range s.Redirs {
			if r.Op == syntax.WordHdoc {
				from = append(from, r.Word)
			}
		}
		for _, w := range c.Args[1:] {
			if name, ok := fixedText(w); ok && syntax.ValidName(name) {
				a.opaque(&syntax.Lit{Value: name, ValuePos: w.Pos()}, "is read by "+first, in, from...)
			}
		}
	case "unset":
		for _, w := range c.Args[1:] {
			if name, ok := fixedText(w); ok && syntax.ValidName(name) {
				a.mentions = append(a.mentions, mention{name, in.script, s, w})
			}
		}
	}
}
