package buildspec

import (
	"fmt"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// quoted is the source of a word without the commands in it, which are walked by
// themselves.
func (s *script) quoted(w *syntax.Word) string {
	text := []byte(s.source(w))
	start := offset(w.Pos())
	syntax.Walk(w, func(n syntax.Node) bool {
		switch n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst:
			for i := offset(n.Pos()) - start; i < offset(n.End())-start && i < len(text); i++ {
				text[i] = '.'
			}
			return false
		}
		return true
	})
	return string(text)
}

// hidden looks for a login in what a command runs, or writes.
func (a *analysis) hidden(c *call) {
	line := a.lineOf(c.script, c.expr.Pos())
	words := unwrap(c.expr.Args)
	program, _ := fixedText(words[0])
	if program == "aws" && len(words) > 2 {
		if o := awsOptions(words[1:]); strings.Join(o.operands, " ") == "ecr get-login" {
			a.logins = append(a.logins, &login{call: c, Login: Login{Line: line, Tool: "aws ecr get-login", ECR: true, Advice: ecrAdvice}})
		}
		return
	}
	for _, r := range c.stmt.Redirs {
		if r.Hdoc == nil {
			continue
		}
		if tool := textOfLogin(c.script.source(r.Hdoc)); tool != "" {
			a.hideText(c.script.source(r.Hdoc))
			a.problem(a.lineOf(c.script, r.Hdoc.Pos()), tool, "the login is in a here-document, which is another script", byHand)
		}
	}
	if slices.Contains([]string{"echo", "printf", "git", "grep"}, program) {
		return
	}
	if tool := looksLikeLogin(c.expr.Args); tool != "" {
		a.hideText(c.script.source(c.stmt))
		a.problem(line, tool, fmt.Sprintf("the login is run by %s, which adopt does not know", nameOfProgram(program)), byHand)
		return
	}
	if a.inners[c.expr] != nil {
		return
	}
	for _, w := range words[1:] {
		if tool := textOfLogin(c.script.quoted(w)); tool != "" {
			a.hideText(c.script.source(w))
			a.problem(line, tool, "the login is inside a quoted script that adopt cannot change safely", byHand)
			return
		}
	}
}
