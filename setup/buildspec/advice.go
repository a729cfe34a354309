package buildspec

import (
	"fmt"
	"strings"
)

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
		l.Problem = fmt.Sprintf("the password is in %s, which only the command of line %d has: in version 0.1 each command has its own shell", shown(l.password.text), defs[0].line)
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
