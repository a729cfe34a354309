package buildspec

import (
	"fmt"
	"strings"
)

// location chooses the options for where user name and password are.
func (a *analysis) location(l *login, userIsText bool, userText text) (why, advice string) {
	password, user := l.password, l.user
	one := userIsText || user.stored.same(password.stored)
	switch {
	case !userIsText && one && (len(user.fields) == 0) != (len(password.fields) == 0),
		!userIsText && one && len(user.fields) == 0:
		return "user name and password are not two fields of the value that both are read from", byHand
	case !one && (len(user.fields) > 0 || len(password.fields) > 0):
		return "user name and password are in two values, and one of them is a field of a JSON object, for which configure has no options",
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
	// Another spelling is named, too: an object may have both.
	if f := strings.Join(user.fields, "."); !userIsText && f != "" && f != "username" {
		l.add("usernameField", plainText(f))
	}
	if f := strings.Join(password.fields, "."); f != "" && f != "password" {
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
		return 0, nil, "the login asks for one version of a secret by its ARN, for which configure has no option"
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
