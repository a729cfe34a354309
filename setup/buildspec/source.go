package buildspec

import (
	"strings"
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
