package buildspec

import (
	"fmt"
	"strings"
	"unicode"
)

// command makes the configure command of a login, or says why there is none.
func (a *analysis) command(l *login) {
	a.choose(l)
	if l.Problem != "" {
		l.Command, l.Options, l.Notes = "", nil, nil
	}
}

func (a *analysis) choose(l *login) {
	refuse := func(advice, format string, args ...any) {
		l.Problem, l.Advice = fmt.Sprintf(format, args...), advice
	}
	user, password := l.user, l.password
	userText, userIsText := a.userText(l)
	switch {
	case user.kind == kindUnknown && len(l.userWord) == 0:
		refuse("Add the user name: "+l.toComplete("--secret ID"), "the login names no user name")
		return
	case password.kind == kindText:
		a.writtenOut(l)
		return
	case password.kind == kindUnset && password.why == "has a default value":
		refuse("Put the password into a secret or parameter, take the default value out of the file, and replace the login: "+l.toComplete("--secret ID"),
			"the password is a variable that this buildspec does not set, with a default value that is written out")
		return
	case password.kind == kindUnset:
		a.unset(l)
		return
	case password.kind != kindStored:
		advice := "Find the parameter or secret that it comes from, and replace the login: " + l.toComplete("--secret ID")
		refuse(advice, "the password %s", password.whyNot())
		return
	case !userIsText && user.kind != kindStored:
		refuse("Replace the login: "+l.toComplete("--secret ID"), "the user name %s", user.whyNot())
		return
	}
	if why, advice := a.location(l, userIsText, userText); why != "" {
		refuse(advice, "%s", why)
		return
	}
	l.Command = l.configure()
	if strings.ContainsFunc(l.Command, unicode.IsControl) {
		refuse(byHand, "there is a control character or a line end in what the new command would say")
		return
	}
	if s := l.call.script; strings.ContainsAny(l.Command, s.outer) && s.outer != "" {
		refuse("Replace the login by hand: "+l.Command, "the login is inside a quoted script, and the new command needs the same quotes")
	}
}

func (v value) whyNot() string {
	if v.why == "" {
		return "cannot be followed"
	}
	return v.why
}

// userText is the user name where the configure line can say it.
func (a *analysis) userText(l *login) (text, bool) {
	switch l.user.kind {
	case kindText:
		s, ok := l.user.text.fixed()
		return l.user.text, !ok || s != ""
	case kindUnset:
		l.Notes = append(l.Notes, fmt.Sprintf("the user name is %s, which this buildspec does not set: it is left to the shell, as it is now", shown(l.user.text)))
		return l.user.text, true
	case kindUnknown:
		t, ok := shellText(l.userWord, l.call.script)
		if ok && len(l.userWord) > 0 {
			l.Notes = append(l.Notes, "the user name "+l.user.whyNot()+": it is left to the shell, as it is now")
			l.user.trail = nil
			return t, true
		}
	}
	return nil, false
}

// configure is the command line.
func (l *login) configure() string {
	var b strings.Builder
	write := func(words ...string) {
		for _, w := range words {
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(w)
		}
	}
	s := l.call.script
	if n := len(l.attempt.before); n > 0 {
		from, to := int(l.attempt.before[0].Pos().Offset()), int(l.attempt.before[n-1].End().Offset())
		write(s.text[from:to])
	}
	for _, assign := range l.call.expr.Assigns {
		if assign.Name != nil && (assign.Name.Value == "DOCKER_CONFIG" || assign.Name.Value == "HOME") {
			b.Reset() // it stands before sudo, as it did
			write(s.source(assign))
			if n := len(l.attempt.before); n > 0 {
				write(s.text[int(l.attempt.before[0].Pos().Offset()):int(l.attempt.before[n-1].End().Offset())])
			}
		}
		if assign.Name != nil && assign.Name.Value == "REGISTRY_AUTH_FILE" && assign.Value != nil && l.attempt.tool.file == "--authfile" && l.file == nil {
			l.file = assign.Value
		}
	}
	if l.attempt.config != nil {
		if len(l.attempt.before) == 0 {
			write("DOCKER_CONFIG=" + s.source(l.attempt.config))
		} else {
			write("env DOCKER_CONFIG=" + s.source(l.attempt.config))
		}
	}
	write("docker-credential-ssm configure")
	for _, o := range l.Options {
		value := o.Value
		if !o.Shell {
			value = quote(value)
		}
		write("--"+flagName(o.Name), value)
	}
	if l.file != nil {
		write("--file", s.source(l.file))
	}
	if r := l.registry.shell(); r != dockerHub {
		write(r)
	}
	return b.String()
}

// flagName is an option's name as a flag: username-field for usernameField.
func flagName(option string) string {
	var b strings.Builder
	for _, c := range []byte(option) {
		if c >= 'A' && c <= 'Z' {
			b.WriteByte('-')
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return b.String()
}
