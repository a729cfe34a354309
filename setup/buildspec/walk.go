package buildspec

import (
	"mvdan.cc/sh/v3/syntax"
)

// place is a moment in the run of a build: what has run before has a smaller
// sequence, what shares its regions runs whenever it does.
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
			a.opaque(loop.Name, "is the variable of a loop", in)
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
		for _, w := range c.Args[1:] {
			if name, ok := fixedText(w); ok && syntax.ValidName(name) {
				a.opaque(&syntax.Lit{Value: name, ValuePos: w.Pos()}, "is read by "+first, in)
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

func (a *analysis) opaque(name *syntax.Lit, why string, in place) {
	a.define(&definition{name: name.Value, line: a.lineOf(in.script, name.Pos()), at: a.now(in), why: why, shell: true})
}

func (a *analysis) define(d *definition) { a.defs[d.name] = append(a.defs[d.name], d) }

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
		return // what stands there is not what the inner shell reads
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
