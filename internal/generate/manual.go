package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"docker-credential-ssm/helper"
	"docker-credential-ssm/internal/commands"
	"docker-credential-ssm/settings"
)

// manual is the page for man(1), in the macros of man(7).
func manual() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line(`.TH DOCKER\-CREDENTIAL\-SSM 1`)
	line(".SH NAME")
	line(`docker\-credential\-ssm \- registries' credentials from AWS Systems Manager Parameter Store`)
	line(".SH SYNOPSIS")
	for _, c := range commands.All() {
		line(".B docker\\-credential\\-ssm %s\n[\\fIOPTION\\fR...] \\fI%s\\fR\n.br", roff(c.Name), roff(c.Arguments()))
	}
	line(".B docker\\-credential\\-ssm\n\\fBget\\fR|\\fBstore\\fR|\\fBerase\\fR|\\fBlist\\fR|\\fBversion\\fR\n.br")
	line(".B docker\\-credential\\-ssm help\n[\\fICOMMAND\\fR|\\fIVERB\\fR]")
	line(".SH DESCRIPTION")
	line("%s", roff(`A Docker credential helper. Docker, and every client that reads its config.json, runs it with a verb where credHelpers says "ssm". People run its commands.`))
	line(".SH COMMANDS")
	for _, c := range commands.All() {
		line(".SS %s", roff(c.Name))
		line("%s\n%s", roff(c.Short), roff(c.Long))
		c.Flags().VisitAll(func(f *pflag.Flag) {
			name := `\-\-` + roff(f.Name)
			if f.Shorthand != "" {
				name = `\-` + f.Shorthand + ", " + name
			}
			value, help := pflag.UnquoteUsage(f)
			if value != "" && f.NoOptDefVal == "" {
				name += `\fR=\fI` + roff(value)
			}
			line(".TP\n\\fB%s\\fR\n%s", name, roff(help))
		})
		for _, e := range c.Examples {
			line(".PP\n%s:\n.PP\n.RS\n.nf\n%s\n.fi\n.RE", roff(e.What), roff(e.Line))
		}
	}
	line(".SH VERBS\nThe credential\\-helper protocol's, which clients run.")
	for _, v := range helper.Verbs {
		line(".TP\n.B %s\n%s", v.Name, roff(v.Help))
	}
	line(".SH ENVIRONMENT")
	for _, o := range settings.Known() {
		if o.Env == "" {
			continue
		}
		help := o.Help
		if o.Default != "" {
			help += " [" + o.Default + "]"
		}
		line(".TP\n.B %s%s\n%s", settings.EnvPrefix, o.Env, roff(help))
	}
	line(".SH FILES\n.TP\n.I ~/.docker/config.json\n%s", roff(`The section "docker-credential-ssm" of "plugins" has the options for all registries, "docker-credential-ssm/REGISTRY" those for one:`))
	for _, o := range settings.Known() {
		if o.Name != "" {
			line(".RS\n.TP\n.B %s\n%s\n.RE", o.Name, roff(o.Help))
		}
	}
	line(".SH EXIT STATUS\n0 when all is well, for doctor when a pull would be signed in; 1 when not.")
	return b.String()
}

// roff escapes a text, so that roff does not read it as a request or an escape.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "…", "...").Replace(s)
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	return s
}
