// Package commands lists the commands for people: those of the packages setup and
// doctor. The program, its help text, the man page and the completions read this list.
package commands

import (
	"docker-credential-ssm/doctor"
	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/setup"
)

// All lists them, in the order in which they are shown. It is a function and not a
// variable, so that the list is not built when a client runs one of the protocol's
// verbs.
func All() []cli.Command { return append(setup.Commands(), doctor.Command()) }

// Find returns the command with a name.
func Find(name string) (*cli.Command, bool) {
	for _, c := range All() {
		if c.Name == name {
			return &c, true
		}
	}
	return nil, false
}
