package buildspec

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// pipeline follows the output of a pipeline to where it comes from.
func (a *analysis) pipeline(stages []*syntax.Stmt, at place, level int) value {
	var v value
	if len(stages) == 0 {
		return unknown(0, "is typed by a person")
	}
	for i, s := range stages {
		if v = a.stage(s, v, i > 0, at, level+1); v.kind == kindUnknown {
			return v
		}
	}
	return v
}

// stage is what one command of a pipeline makes of its input.
func (a *analysis) stage(s *syntax.Stmt, input value, piped bool, at place, level int) value {
	line := a.lineOf(at.script, s.Pos())
	if a.steps++; level > maxTrace || a.steps > maxSteps {
		return unknown(line, "is set by variables that refer to each other")
	}
	c, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || s.Negated || s.Background {
		return unknown(line, "is the output of several commands")
	}
	for _, r := range s.Redirs {
		v, isInput := a.redirected(r, at, level)
		if isInput {
			input, piped = v, true
		} else if v.why != "" {
			return v
		}
	}
	words := unwrap(c.Args)
	if len(words) == 0 {
		return unknown(line, "is the output of a command that cannot be followed")
	}
	program, _ := fixedText(words[0])
	args := words[1:]
	switch path.Base(program) {
	case "aws":
		return a.aws(c, args, at, level)
	case "echo":
		return a.echo(args, at, level)
	case "printf":
		return a.printf(args, at, line, level)
	case "cat":
		if file := operands(args); len(file) > 0 {
			return unknown(line, "is read from a file")
		} else if piped {
			return input
		}
	case "jq":
		if piped {
			return a.jq(args, input, line)
		}
		return unknown(line, "is read from a file")
	case "tr":
		if piped && stripsQuotes(args) {
			return input
		}
	case "base64", "openssl":
		return unknown(line, "is decoded by %s", path.Base(program))
	}
	return unknown(line, "is the output of %s", nameOfProgram(program))
}

// redirected is what a redirection gives to a command as its input.
func (a *analysis) redirected(r *syntax.Redirect, at place, level int) (v value, isInput bool) {
	line := a.lineOf(at.script, r.Pos())
	if r.N != nil && r.N.Value != "0" && r.N.Value != "1" {
		return value{}, false
	}
	switch r.Op {
	case syntax.WordHdoc:
		return a.eval(r.Word, at, level), true
	case syntax.RdrIn:
		return unknown(line, "is read from a file"), true
	case syntax.Hdoc, syntax.DashHdoc:
		if r.Hdoc != nil {
			a.secretWords = append(a.secretWords, secretWord{at.script, r.Hdoc})
		}
		return unknown(line, "is read from a here-document"), true
	case syntax.DplOut, syntax.DplIn:
		return value{}, false
	}
	return unknown(line, "goes through a file"), false
}

// nameOfProgram is a program's name as a message may repeat it.
func nameOfProgram(name string) string {
	for _, c := range name {
		if c < ' ' || c > '~' {
			name = ""
		}
	}
	if name == "" || len(name) > 60 {
		return "a command that cannot be followed"
	}
	return name
}

// operands are the arguments that are no options.
func operands(args []*syntax.Word) (rest []*syntax.Word) {
	for _, w := range args {
		if !strings.HasPrefix(fixedPrefix(pieces(w)), "-") {
			rest = append(rest, w)
		}
	}
	return rest
}

func (a *analysis) echo(args []*syntax.Word, at place, level int) value {
	for len(args) > 0 {
		if s, ok := fixedText(args[0]); !ok || len(s) < 2 || s[0] != '-' || strings.Trim(s[1:], "neE") != "" {
			break
		}
		args = args[1:]
	}
	return a.words(args, at, level)
}

// words are several words with a space between them.
func (a *analysis) words(args []*syntax.Word, at place, level int) value {
	if len(args) == 0 {
		return value{kind: kindText, text: plainText("")}
	}
	var ps []piece
	for i, w := range args {
		if i > 0 {
			ps = append(ps, piece{fixed: " "})
		}
		ps = append(ps, pieces(w)...)
	}
	var joined []piece
	for _, p := range ps {
		if n := len(joined); n > 0 && p.node == nil && joined[n-1].node == nil {
			joined[n-1].fixed += p.fixed
		} else {
			joined = append(joined, p)
		}
	}
	return a.evalPieces(joined, args[0], at, level)
}

func (a *analysis) printf(args []*syntax.Word, at place, line, level int) value {
	if len(args) > 0 {
		if s, _ := fixedText(args[0]); s == "--" {
			args = args[1:]
		}
	}
	if len(args) == 0 {
		return unknown(line, "is put together from parts")
	}
	if format, ok := fixedText(args[0]); ok && len(args) == 2 {
		switch strings.TrimSuffix(strings.TrimSuffix(format, `\n`), "\n") {
		case "%s", "%b":
			return a.eval(args[1], at, level)
		}
	}
	if len(args) == 1 {
		if format := fixedPrefix(pieces(args[0])); !strings.Contains(format, "%") {
			return a.evalPieces(trimNewline(pieces(args[0])), args[0], at, level)
		}
	}
	return unknown(line, "is put together from parts")
}

// trimNewline takes a line's end off a word, as printf "$P\n" has it.
func trimNewline(ps []piece) []piece {
	if n := len(ps); n > 1 && (ps[n-1].fixed == `\n` || ps[n-1].fixed == "\n") && ps[n-1].node == nil {
		return ps[:n-1]
	}
	return ps
}

// stripsQuotes says whether the arguments of tr take away quotes and line ends alone.
func stripsQuotes(args []*syntax.Word) bool {
	if len(args) != 2 {
		return false
	}
	flag, _ := fixedText(args[0])
	set, ok := fixedText(args[1])
	return ok && (flag == "-d" || flag == "--delete") && strings.Trim(strings.NewReplacer(`\n`, "", `\r`, "").Replace(set), "\"'\n\r ") == ""
}
