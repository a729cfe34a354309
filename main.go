// The command docker-credential-ssm is a Docker credential helper that serves
// registries' credentials from AWS Systems Manager Parameter Store.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/docker/cli/cli/config"
	"github.com/docker/docker-credential-helpers/credentials"

	"docker-credential-ssm/helper"
	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/commands"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/output"
	"docker-credential-ssm/internal/watch"
)

// version is stamped by release builds; any other build knows its own from Go.
var version string

func main() {
	credentials.Name, credentials.Package = "docker-credential-ssm", "docker-credential-ssm"
	info, _ := debug.ReadBuildInfo()
	credentials.Version = buildVersion(version, info)
	if !run(os.Args[1:]) {
		os.Exit(1)
	}
}

// run does what the arguments ask for, and reports whether all is well.
func run(args []string) bool {
	out := output.Standard()
	word, rest := "", args
	if len(args) > 0 {
		word, rest = args[0], args[1:]
	}
	command, isCommand := commands.Find(word)
	switch {
	case isCommand:
		return runCommand(out, command, rest)
	case word == "":
		_ = out.Answer([]byte(usage()))
		return false
	case word == "help" || isHelp(word):
		return help(out, rest)
	case word == "--version" || word == "-v":
		word = credentials.ActionVersion
	}
	switch {
	case !isVerb(word):
		return refuse(out, word, unknown(word))
	case len(rest) > 0 && isHelp(rest[0]):
		return help(out, args[:1])
	case len(rest) > 0:
		return refuse(out, word, superfluous(word, rest))
	case word == credentials.ActionVersion: // needs nothing, not even settings that make sense
		return helper.Serve(nil, word, nil, out)
	}
	return serve(out, word)
}

// runCommand runs one of the commands for people.
func runCommand(out *output.Output, c *cli.Command, args []string) bool {
	p := program(out)
	p.Watch = watch.New(c.Name)
	return p.Watch.Run(func(ctx context.Context) bool { return c.Run(ctx, p, args) },
		func(err error) { message.Report(err, out.Err) })
}

// program is what verbs and commands run in.
func program(out *output.Output) *cli.Program {
	return &cli.Program{
		In: os.Stdin, Out: out.Out, Err: out.Err, Aside: out.Err, // people read both, in one pipe too
		Environ: os.Environ(), Dir: config.Dir(), Version: credentials.Version,
		Terminal: output.IsTerminal(os.Stdout),
		Note:     func(text string) { message.Note(text, out.Err) },
	}
}

// buildVersion is the stamp, or what Go knows; info is nil where that is nothing.
func buildVersion(stamp string, info *debug.BuildInfo) string {
	switch {
	case stamp != "":
		return stamp
	case info != nil && info.Main.Version != "":
		return info.Main.Version
	}
	return "(devel)"
}
