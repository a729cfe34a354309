package buildspec

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// login is a Login with its place in the commands.
type login struct {
	Login
	call           *call
	attempt        attempt
	from, to       int // what the command replaces, in the scalar's value
	registry       text
	file           *syntax.Word
	user, password value
	userWord       []piece
	trail          []*definition // of the registry
}

// logout is a command that would take a credential away again.
type logout struct {
	call     *call
	registry text
	all      bool
}

// findLogins goes through the commands.
func (a *analysis) findLogins() {
	for _, s := range a.all {
		tool := textOfLogin(s.text)
		switch {
		case tool == "":
		case a.powershell:
			a.hideText(s.text)
			a.problem(s.node.Line, tool, "the commands are for PowerShell, which adopt cannot read", byHand)
		case s.broken:
			a.hideText(s.text)
			a.problem(s.node.Line, tool, "the command is not a complete shell command", byHand)
		}
	}
	for _, n := range a.notStrings {
		for _, e := range entries(n) {
			tool := textOfLogin(e.key.Value)
			if v := follow(e.value); tool == "" && v != nil {
				tool = textOfLogin(v.Value)
			}
			if tool != "" {
				a.hideText(e.key.Value)
				if v := follow(e.value); v != nil {
					a.hideText(v.Value)
				}
				a.problem(n.Line, tool, "the command is not a string in YAML, so that CodeBuild refuses it", "Put quotes around the whole command")
			}
		}
	}
	if a.powershell {
		return
	}
	a.writesConfig()
	for _, c := range a.calls {
		found, ok := recognise(c.expr.Args)
		switch {
		case ok && found.verb == "login":
			a.login(c, found)
		case ok:
			a.logout(c, found)
		default:
			a.hidden(c)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a.defs)) {
		for _, d := range a.defs[name] {
			if !d.shell || d.word == nil {
				continue
			}
			if tool := textOfLogin(d.at.script.quoted(d.word)); tool != "" {
				a.hideText(d.at.script.source(d.word))
				a.problem(d.line, tool, "the login is kept as text in a variable", byHand)
			}
		}
	}
	slices.SortStableFunc(a.logins, func(x, y *login) int { return x.Line - y.Line })
}

const byHand = "Replace it by hand: docker-credential-ssm configure --help lists the options for each place that a credential can be in"

func (a *analysis) problem(line int, tool, problem, advice string) {
	a.logins = append(a.logins, &login{Login: Login{Line: line, Tool: tool, Problem: problem, Advice: advice}})
}

func (a *analysis) logout(c *call, found attempt) {
	out := &logout{call: c, registry: plainText(dockerHub)}
	for _, w := range found.words {
		if s := fixedPrefix(pieces(w)); strings.HasPrefix(s, "-") {
			out.all = out.all || s == "-a" || s == "--all"
			continue
		}
		a.steps = 0
		registry, _, ok := a.registryOf(w, found.tool, c.place)
		if !ok {
			return
		}
		out.registry = registry
	}
	a.logouts = append(a.logouts, out)
}

// login follows one login.
func (a *analysis) login(c *call, found attempt) {
	l := &login{call: c, attempt: found, registry: plainText(dockerHub)}
	l.Line, l.Tool = a.lineOf(c.script, c.expr.Pos()), found.name()
	a.logins = append(a.logins, l)
	f := found.flags()
	l.file = f.file
	a.steps, a.secretWords = 0, nil
	l.password = a.passwordOf(f, c)
	a.hide(l, f)
	registryFollowed := true
	switch len(f.operands) {
	case 0:
	case 1:
		l.registry, l.trail, registryFollowed = a.registryOf(f.operands[0], found.tool, c.place)
	default:
		l.registry = nil
	}
	l.Registry = shown(l.registry)
	switch {
	case len(f.username) > 0:
		l.userWord = f.username[len(f.username)-1]
		l.user = a.evalPieces(l.userWord, c.expr, c.place, 0)
	default:
		l.user = unknown(l.Line, "is not given")
	}
	name, _ := l.user.text.fixed()
	if isECR(l.Registry) || l.password.kind == kindECR || l.user.kind == kindText && name == "AWS" {
		l.ECR, l.Advice = true, ecrAdvice
		return
	}
	a.describe(l)
	switch {
	case c.script.place == nil:
		l.Problem, l.Advice = "the command is written in a form of YAML that cannot be changed byte by byte", byHand
	case f.unclear != "":
		l.Problem, l.Advice = fmt.Sprintf("the login has %s, for which configure has no option", f.unclear), byHand
	case len(f.operands) > 1:
		l.Problem, l.Advice = "the login names more than one registry", byHand
	case !registryFollowed:
		l.Problem, l.Advice = "the registry cannot be followed", byHand
	case len(f.username) == 0 && len(f.password) == 0 && !f.stdin:
		l.Problem = "the login names neither a user name nor a password, so that a person or an earlier login has to give them"
		l.Advice = "Remove it where docker-credential-ssm serves this registry already, or replace it: " + l.toComplete("--secret ID")
	default:
		a.command(l)
	}
}

// passwordOf follows the password of a login.
func (a *analysis) passwordOf(f flags, c *call) value {
	if n := len(f.password); n > 0 {
		return a.evalPieces(f.password[n-1], c.expr, c.place, 0)
	}
	if !f.stdin {
		return unknown(a.lineOf(c.script, c.expr.Pos()), "is typed by a person, or kept by an earlier login")
	}
	for _, r := range c.stmt.Redirs {
		if v, ok := a.redirected(r, c.place, 0); ok {
			return v
		}
	}
	if len(c.upstream) == 0 {
		return unknown(a.lineOf(c.script, c.expr.Pos()), "comes from a standard input that cannot be followed")
	}
	return a.pipeline(c.upstream, c.place, 0)
}

// shellText is a word with its expansions left to the shell: the user name, the
// registry and names of AWS's are no secrets, and configure runs in the same shell.
func shellText(ps []piece, s *script) (text, bool) {
	var t text
	for _, p := range ps {
		switch e := p.node.(type) {
		case nil:
			t = append(t, textPart{fixed: p.fixed})
		case *syntax.ParamExp:
			source := s.source(e)
			if e.Short && e.Param != nil {
				source = "${" + e.Param.Value + "}"
			}
			t = append(t, textPart{expansion: source})
		case *syntax.CmdSubst:
			if e.Backquotes {
				return nil, false
			}
			t = append(t, textPart{expansion: s.source(e)})
		default:
			return nil, false
		}
	}
	for _, p := range t {
		if strings.ContainsAny(p.fixed+p.expansion, "\n\r") {
			return nil, false
		}
	}
	return t, true
}

// shown is a text for a report.
func shown(t text) string {
	if s, ok := t.fixed(); ok {
		return s
	}
	return strings.Trim(t.shell(), `"`)
}
