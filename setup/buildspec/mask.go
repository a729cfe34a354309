package buildspec

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"docker-credential-ssm/internal/message"

	"github.com/rogpeppe/go-internal/diff"
	"mvdan.cc/sh/v3/syntax"
)

// mask replaces a password.
const mask = "********"

// secretWord is a word that may be a password, with the script that it is in.
type secretWord struct {
	script *script
	word   *syntax.Word
}

// hide notes what may be a password that is written out, in every way in which
// the text may spell it.
func (a *analysis) hide(l *login, f flags) {
	for _, p := range f.password {
		for _, part := range p {
			if part.node == nil {
				a.secret(part.fixed)
			}
		}
	}
	for _, t := range l.password.text {
		a.secret(t.fixed)
	}
	for _, d := range l.password.trail {
		a.hideDefinitions(d.name)
	}
	s := l.call.script
	for _, stage := range l.call.upstream {
		c, ok := stage.Cmd.(*syntax.CallExpr)
		if !ok || len(c.Args) < 2 {
			continue
		}
		switch program, _ := fixedText(c.Args[0]); {
		case program == "echo", program == "printf" && len(c.Args) == 2:
			a.hideWords(s, c.Args[1:])
		case program == "printf":
			a.hideWords(s, c.Args[2:])
		}
	}
	for _, r := range l.call.stmt.Redirs {
		if r.Op == syntax.WordHdoc {
			a.hideWords(s, []*syntax.Word{r.Word})
		}
	}
	for _, w := range a.secretWords {
		a.hideWords(w.script, []*syntax.Word{w.word})
	}
	if l.password.kind != kindStored {
		a.hideArguments()
	}
}

// hideArguments hides in diffs what functions are called with.
func (a *analysis) hideArguments() {
	for _, c := range a.calls {
		if program, _ := fixedText(c.expr.Args[0]); !a.functions[program] {
			continue
		}
		for _, w := range c.expr.Args[1:] {
			if s, ok := fixedText(w); ok && len(s) > 2 {
				a.doubtful = append(a.doubtful, s)
			}
		}
	}
}

// hideText hides in diffs what may be a password in a login that is not parsed.
func (a *analysis) hideText(s string) {
	words := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t\r\n\"'`;|&()\\", r) })
	hide := func(w string) {
		if len(w) > 2 && w[0] != '$' && w[0] != '-' {
			a.doubtful = append(a.doubtful, w)
		}
	}
	for i, w := range words {
		value, isLong := strings.CutPrefix(w, "--password=")
		switch {
		case isLong:
			hide(value)
		case strings.HasPrefix(w, "-p") && len(w) > 2:
			hide(strings.TrimPrefix(w[2:], "="))
		case i > 0 && (words[i-1] == "-p" || words[i-1] == "--password" || words[i-1] == "echo" || words[i-1] == "printf" || words[i-1] == "<<<"):
			hide(w)
		}
	}
}

// hideDefinitions hides what is written out as the value of a password's variable.
func (a *analysis) hideDefinitions(name string) {
	for _, d := range a.defs[name] {
		if d.shell && d.word != nil {
			a.hideWords(d.at.script, []*syntax.Word{d.word})
		}
		a.hideWords(d.at.script, d.from)
		if n := follow(d.node); n != nil && (d.section == "variables" || d.batch) {
			a.secret(n.Value)
			for _, c := range n.Content {
				a.secret(c.Value)
			}
		}
	}
}

// hideWords hides the fixed text of words. What stands inside $(…) is a
// command, not a password.
func (a *analysis) hideWords(s *script, words []*syntax.Word) {
	for _, w := range words {
		if _, fixed := fixedText(w); fixed {
			a.secret(s.source(w))
		}
		for _, p := range pieces(w) {
			if p.node == nil {
				a.secret(p.fixed)
			}
		}
	}
}

// secret hides each line of a text. What is shorter than three bytes would hide
// the rest of the report with it.
func (a *analysis) secret(value string) {
	for _, line := range strings.FieldsFunc(value, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if line = strings.TrimSpace(line); len(line) > 2 && !slices.Contains(a.secrets, line) {
			a.secrets = append(a.secrets, line)
		}
	}
}

// Mask replaces every password that is written out in the buildspec.
func (p *Plan) Mask(s string) string { return masked(s, p.secrets) }

func masked(s string, secrets []string) string {
	for _, secret := range secrets {
		for _, spelling := range []string{
			secret,
			strings.ReplaceAll(secret, "'", "''"),
			strings.ReplaceAll(secret, "'", `'\''`),
			strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(secret),
		} {
			s = strings.ReplaceAll(s, spelling, mask)
		}
	}
	return s
}

// Diff is the change as a unified diff, with passwords masked and without
// control characters; nil if there is none.
func (p *Plan) Diff() []byte {
	show := func(text []byte) []byte { return []byte(printable(masked(p.Mask(string(text)), p.doubtful))) }
	return diff.Diff(p.Name, show(p.before), p.Name+" (new)", show(p.Result))
}

// printable is a text without characters that act on a terminal, or that show its
// commands in another order than they run in.
func printable(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && message.Unseen(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// ordinary are words of this package's own messages: that one of them is there
// does not say that it is a password too.
const ordinary = "advice aws build command configure credential docker environment field file helper hub login name parameter " +
	"pass passwd password place project region registry role secret service shell team test text token user username value variable version word"

// scrub masks passwords in all texts of a plan, after the other steps.
func (p *Plan) scrub() {
	for _, list := range [][]string{p.secrets, p.doubtful} { // the longest first: one may be a part of another
		slices.SortFunc(list, func(x, y string) int { return cmp.Or(len(y)-len(x), strings.Compare(x, y)) })
	}
	var fields, messages []*string
	for i := range p.Logins {
		l := &p.Logins[i]
		fields = append(fields, &l.Registry, &l.Command)
		messages = append(messages, &l.Problem, &l.Advice)
		for _, s := range []*Source{&l.Username, &l.Password} {
			fields = append(fields, &s.Name, &s.Field, &s.Stage, &s.Version, &s.Region, &s.Profile, &s.Literal, &s.Variable)
		}
		for j := range l.Options {
			fields = append(fields, &l.Options[j].Value)
		}
		for j := range l.Notes {
			messages = append(messages, &l.Notes[j])
		}
	}
	for i := range p.Notes {
		messages = append(messages, &p.Notes[i].Text)
	}
	for _, f := range fields {
		*f = printable(p.Mask(*f))
	}
	telling := slices.DeleteFunc(slices.Clone(p.secrets), func(s string) bool {
		return slices.Contains(strings.Fields(ordinary), strings.ToLower(s))
	})
	for _, m := range messages {
		*m = printable(masked(*m, telling))
	}
}
