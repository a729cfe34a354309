package buildspec

import (
	"fmt"
	"strings"
	"unicode"
)

// describe fills in where user name and password come from.
func (a *analysis) describe(l *login) {
	l.Username, l.Password = source(l.user), source(l.password)
	l.Password.Literal = ""
	if l.Username.Kind == Unknown {
		if t, ok := shellText(l.userWord, l.call.script); ok && len(l.userWord) > 0 {
			l.Username.Kind, l.Username.Name = Variable, shown(t)
		}
	}
	for _, s := range []*Source{&l.Username, &l.Password} {
		if s.Line == 0 {
			s.Line = l.Line
		}
	}
}

func source(v value) Source {
	s := Source{Line: v.line}
	if len(v.trail) > 0 {
		s.Variable = v.trail[0].name
	}
	switch v.kind {
	case kindText:
		s.Kind = Literal
		if fixed, ok := v.text.fixed(); ok {
			s.Literal = fixed
		} else {
			s.Kind, s.Name = Variable, shown(v.text)
		}
	case kindUnset:
		s.Kind, s.Name = Variable, shown(v.text)
	case kindStored:
		s.Kind, s.Name, s.Field = v.stored.kind, shown(v.stored.name), strings.Join(v.fields, ".")
		s.Stage, s.Version, s.Action = v.stored.stage, v.stored.version, v.stored.action
		s.Region, s.Profile = shown(v.stored.region), shown(v.stored.profile)
	}
	return s
}

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
		refuse("Replace the login by hand: "+l.Command, "the login is inside a quoted script, whose quotes the new command would end")
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

// location chooses the options for where user name and password are.
func (a *analysis) location(l *login, userIsText bool, userText text) (why, advice string) {
	password, user := l.password, l.user
	one := userIsText || user.stored.same(password.stored)
	switch {
	case !userIsText && one && (len(user.fields) == 0) != (len(password.fields) == 0),
		!userIsText && one && len(user.fields) == 0:
		return "user name and password are not two fields of the value that both are read from", byHand
	case !one && (len(user.fields) > 0 || len(password.fields) > 0):
		return "user name and password are in two values, and one of them is a field of a JSON object, which configure has no options for",
			"Put both into one secret, with the fields username and password, and replace the login: " + l.toComplete("--secret ID")
	case !one && (user.stored.region.shell() != password.stored.region.shell() || user.stored.profile.shell() != password.stored.profile.shell()):
		return "user name and password are in two Regions, or are read with two profiles",
			"Put both into one secret, with the fields username and password, and replace the login: " + l.toComplete("--secret ID")
	}
	options := []struct {
		value value
		name  string
	}{{password, ""}}
	switch {
	case !one:
		options[0].name = "password"
		options = append(options, options[0])
		options[0].value, options[0].name = user, "username"
	case userIsText && len(password.fields) == 0:
		options[0].name = "password"
	}
	if userIsText {
		l.add("username", userText)
	}
	for _, o := range options {
		kind, name, problem := o.value.stored.location()
		if problem != "" {
			return problem, "Let the helper read the current version, or store that version under a name of its own, and replace the login: " + l.toComplete("--secret ID")
		}
		if kind == Parameter {
			l.add(join2(o.name, "parameter"), name)
		} else {
			l.add(join2(o.name, "secret"), name)
		}
		l.permissions(o.value.stored, kind, shown(name))
	}
	if f := strings.Join(user.fields, "."); !userIsText && f != "" && !strings.EqualFold(f, "username") {
		l.add("usernameField", plainText(f))
	}
	if f := strings.Join(password.fields, "."); f != "" && !strings.EqualFold(f, "password") {
		l.add("passwordField", plainText(f))
	}
	if len(password.stored.region) > 0 {
		l.add("region", password.stored.region)
	}
	if len(password.stored.profile) > 0 {
		l.add("profile", password.stored.profile)
	}
	return "", ""
}

func join2(half, kind string) string {
	if half == "" {
		return kind
	}
	return half + strings.ToUpper(kind[:1]) + kind[1:]
}

func (l *login) add(name string, t text) {
	o := Option{Name: name}
	if s, ok := t.fixed(); ok {
		o.Value = s
	} else {
		o.Value, o.Shell = t.shell(), true
	}
	l.Options = append(l.Options, o)
}

// location is the option's kind and value for a stored value. A stage or a
// version of a secret is reached through Parameter Store's reference, which
// takes the name of a secret and not its ARN.
func (s stored) location() (Kind, text, string) {
	selector := s.version
	if selector == "" {
		selector = s.stage
	}
	if s.kind == Parameter || selector == "" {
		return s.kind, s.name, ""
	}
	if strings.HasPrefix(shown(s.name), "arn:") {
		return 0, nil, "the login asks for one version of a secret by its ARN, which configure has no option for"
	}
	name := append(text{{fixed: "/aws/reference/secretsmanager/"}}, s.name...)
	if n := len(s.name); len(s.name) > 0 && s.name[n-1].expansion == "" {
		name[n].fixed += ":" + selector
	} else {
		name = append(name, textPart{fixed: ":" + selector})
	}
	return Parameter, name, ""
}

// permissions notes what the role needs that it has not needed so far.
func (l *login) permissions(s stored, kind Kind, name string) {
	switch {
	case s.kind == Secret && kind == Parameter:
		l.Notes = append(l.Notes, fmt.Sprintf("one version of a secret is read through Parameter Store: the role needs ssm:GetParameters on parameter%s too", name))
	case s.action == "ssm:GetParameter":
		l.Notes = append(l.Notes, fmt.Sprintf("the helper calls ssm:GetParameters, where the command called ssm:GetParameter: the role needs it on %s", name))
	}
}

// writtenOut says that a password stands in the file.
func (a *analysis) writtenOut(l *login) {
	if _, ok := l.password.text.fixed(); !ok {
		l.Problem = "the password is put together from parts"
		l.Advice = "Find the parameter or secret that it comes from, and replace the login: " + l.toComplete("--secret ID")
		return
	}
	l.Problem = fmt.Sprintf("the password is written out in this file (line %d)", l.Password.Line)
	l.Advice = "Everyone who can read the file has it: revoke it, put a new one into a secret with the fields username and password, and replace the login: " + l.toComplete("--secret ID")
}

// unset says that the password's variable comes from outside.
func (a *analysis) unset(l *login) {
	l.Problem = fmt.Sprintf("the password is in %s, which this buildspec does not set", shown(l.password.text))
	if defs := a.defs[l.Password.plainName()]; a.version == "0.1" && len(defs) > 0 {
		l.Problem = fmt.Sprintf("the password is in %s, which line %d sets for itself alone: in version 0.1 each command has a shell of its own", shown(l.password.text), defs[0].line)
		l.Advice = "Make it version 0.2, and run adopt again"
		return
	}
	for _, c := range a.calls {
		words := unwrap(c.expr.Args)
		if program, _ := fixedText(words[0]); c.sequence < l.call.sequence && (program == "source" || program == "." || program == "eval") {
			if program == "." {
				program = "source"
			}
			l.Problem += fmt.Sprintf("; line %d runs %s, which may set it", a.lineOf(c.script, c.expr.Pos()), program)
			l.Advice = "Find the parameter or secret that it comes from, and replace the login: " + l.toComplete("--secret ID")
			return
		}
	}
	l.Advice = "Look at the environment variables of the CodeBuild project: one of type SECRETS_MANAGER or PARAMETER_STORE names the secret or parameter. Then replace the login: " + l.toComplete("--secret ID")
}

// plainName is the name of a variable, without the shell's signs.
func (s Source) plainName() string { return strings.Trim(s.Name, "${}") }

// toComplete is a configure command with the location to be filled in.
func (l *login) toComplete(location string) string {
	c := "docker-credential-ssm configure " + location
	if r := l.registry.shell(); r != dockerHub && r != "''" {
		c += " " + r
	}
	return c
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
