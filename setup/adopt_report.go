package setup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/setup/buildspec"
	"docker-credential-ssm/setup/policy"
	"docker-credential-ssm/ssm"
)

// The form of adopt's report: a paragraph for each login, with its line, the origin of
// its user name and password, and the command that replaces it; then the difference;
// then what the role needs. Control characters of the buildspec are not shown, and a
// password in its text is masked.

// report shows a plan.
func (a *adoption) report(ctx context.Context, plan *buildspec.Plan) error {
	fmt.Fprintln(a.out, message.OneLine(plan.Name))
	if len(plan.Logins) == 0 {
		a.line("", "no docker login, nor any of its relatives: nothing to change")
	}
	for _, l := range plan.Logins {
		a.login(plan, l)
		if a.check {
			a.checkLogin(ctx, l)
		}
	}
	for _, n := range plan.Notes {
		a.line("", plan.Mask(fmt.Sprintf("line %d: %s", n.Line, n.Text)))
	}
	if !plan.Changed() {
		return nil
	}
	if !a.write {
		fmt.Fprintln(a.out)
		a.diff(plan.Diff())
	}
	fmt.Fprintln(a.out)
	a.needs(plan)
	if a.write && a.out == a.program.Out {
		fmt.Fprintf(a.out, "%s: written\n", message.OneLine(plan.Name))
	}
	return nil
}

// line writes an indented line: a label and a text.
func (a *adoption) line(word, text string) {
	if word != "" {
		word = fmt.Sprintf("  %-10s", word)
	}
	fmt.Fprintf(a.out, "  %s%s\n", word, message.OneLine(text))
}

func (a *adoption) login(plan *buildspec.Plan, l buildspec.Login) {
	mask := func(s string) string { return message.OneLine(plan.Mask(s)) }
	fmt.Fprintf(a.out, "\n  line %d: %s to %s\n", l.Line, l.Tool, mask(l.Registry))
	if !l.ECR {
		a.line("user name", mask(source(l.Username)))
		a.line("password", mask(source(l.Password)))
	}
	if l.Command != "" {
		a.line("becomes", mask(l.Command))
	}
	if l.Problem != "" {
		a.line("✗", mask(l.Problem))
	}
	if l.Advice != "" {
		a.line("→", mask(l.Advice))
	}
	for _, note := range l.Notes {
		a.line("!", mask(note))
	}
}

// source is where a user name or a password comes from, in words.
func source(s buildspec.Source) string {
	text := map[buildspec.Kind]string{
		buildspec.Unknown:   "could not be followed",
		buildspec.Parameter: "the parameter " + s.Name,
		buildspec.Secret:    "the secret " + s.Name,
		buildspec.Literal:   "written out in the buildspec",
		buildspec.Variable:  "the variable " + s.Name,
	}[s.Kind]
	if s.Kind == buildspec.Literal && s.Literal != "" {
		text = s.Literal + ", written out in the buildspec"
	}
	if s.Field != "" {
		text += ", its field " + s.Field
	}
	if s.Variable != "" && s.Kind != buildspec.Variable {
		text += ", by way of " + s.Variable
	}
	if s.Line > 0 {
		text += fmt.Sprintf(" (line %d)", s.Line)
	}
	return text
}

// diff shows the difference, in colours where the output takes them.
func (a *adoption) diff(text []byte) {
	for line := range strings.Lines(string(text)) {
		color := ""
		switch {
		case !a.program.Colors() || a.out != a.program.Out || line == "":
		case line[0] == '+':
			color = "32"
		case line[0] == '-':
			color = "31"
		case line[0] == '@':
			color = "36"
		}
		if color == "" {
			fmt.Fprint(a.out, line)
			continue
		}
		fmt.Fprintf(a.out, "\x1b[%sm%s\x1b[0m\n", color, strings.TrimRight(line, "\r\n"))
	}
}

// settingsOf are the settings that a login's configure command would make; false
// where a part of them is known to the build's shell alone.
func settingsOf(l buildspec.Login) (s *settings.Settings, key string, ok bool) {
	key, err := registry.Key(l.Registry)
	if err != nil || l.Command == "" {
		return nil, "", false
	}
	section := map[string]string{}
	for _, o := range l.Options {
		if o.Shell {
			return nil, "", false
		}
		section[o.Name] = o.Value
	}
	text, err := json.Marshal(map[string]any{"plugins": map[string]any{settings.Section + "/" + l.Registry: section}})
	if err != nil {
		return nil, "", false
	}
	s, err = settings.Parse(nil, "config.json", text)
	return s, key, err == nil
}

// needs writes the permissions that the role needs after the change and did not need
// before.
func (a *adoption) needs(plan *buildspec.Plan) {
	var had []string
	var needed []policy.Statement
	for _, l := range plan.Logins {
		had = append(had, l.Username.Action, l.Password.Action)
		s, key, ok := settingsOf(l)
		if !ok {
			continue
		}
		statements, err := policy.For(s, []string{key}, policy.Account{}, policy.What{})
		if err != nil {
			continue
		}
		needed = append(needed, statements...)
	}
	var more []policy.Statement
	for _, s := range needed {
		if slices.ContainsFunc(s.Actions, func(action string) bool { return !slices.Contains(had, action) }) {
			more = append(more, s)
		}
	}
	if len(more) == 0 {
		fmt.Fprintln(a.out, "The role needs nothing that it does not have.")
	} else {
		fmt.Fprintf(a.out, "The role needs this besides:\n%s", policy.JSON(more))
	}
	fmt.Fprintln(a.out, "The build image needs docker-credential-ssm on its PATH.")
}

// checkLogin gets the credential that a login would have.
func (a *adoption) checkLogin(ctx context.Context, l buildspec.Login) {
	if l.Command == "" {
		return
	}
	s, key, ok := settingsOf(l)
	if !ok {
		a.line("check", "left out: a part of the command is known to the build's shell alone")
		return
	}
	store := a.program.Store(s)
	username, _, err := store.Get(ctx, key)
	switch {
	case errors.Is(err, ssm.ErrNotFound):
		a.line("check ✗", err.Error())
	case err != nil:
		a.line("check ✗", fmt.Sprintf("%v. %s", err, message.Hint(err)))
	default:
		a.line("check ✓", "the credential of "+username+" is there")
	}
}
