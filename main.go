// The command docker-credential-ssm is a Docker credential helper: it serves the
// credentials of Docker Hub and other registries from AWS, out of Systems Manager
// Parameter Store or Secrets Manager. Docker runs it with a verb of the
// credential-helper protocol (get, store, erase, list); a person runs it with a
// command (configure, login, doctor, policy, adopt).
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
	"docker-credential-ssm/internal/environ"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/output"
	"docker-credential-ssm/internal/watch"
)

// version is set by release builds (-ldflags -X); other builds have it from Go's build
// information.
var version string

func main() {
	credentials.Name, credentials.Package = "docker-credential-ssm", "docker-credential-ssm"
	info, _ := debug.ReadBuildInfo()
	credentials.Version = buildVersion(version, info)
	if !run(os.Args[1:]) {
		os.Exit(1)
	}
}

// run runs the verb or the command that the arguments name, and reports whether it
// succeeded.
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
	case word == credentials.ActionVersion: // works with invalid settings too
		return helper.Serve(nil, word, nil, out)
	}
	return serve(out, word)
}

// runCommand runs one of the commands for people.
func runCommand(out *output.Output, c *cli.Command, args []string) bool {
	p := program(out)
	// What login reads on standard input is a password. A credential_process that the
	// SDK runs before that inherits os.Stdin: at a terminal it may ask a question, and
	// elsewhere it gets nothing.
	if !output.IsTerminal(os.Stdin) {
		withoutInput()
	}
	p.Watch = watch.New(c.Name)
	takes, restore := output.Escapes(os.Stdout)
	defer restore()
	p.Plain = !takes
	return p.Watch.Run(func(ctx context.Context) bool { return c.Run(ctx, p, args) },
		func(err error) { message.Report(err, out.Err) })
}

// withoutInput gives the programs that are started from here an empty standard input, and
// returns the null device. What was os.Stdin is the caller's to keep.
func withoutInput() *os.File {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil
	}
	os.Stdin = null
	return null
}

// program is the environment that verbs and commands run in.
func program(out *output.Output) *cli.Program {
	return &cli.Program{
		In: os.Stdin, Out: out.Out, Err: out.Err, Aside: out.Err, // written even where both are one pipe: a person reads them
		Environ: environ.All(), Dir: config.Dir(), Version: credentials.Version,
		Terminal: output.IsTerminal(os.Stdout),
		Note:     func(text string) { message.Note(text, out.Err) },
	}
}

// buildVersion is the version set at build time, or else the one in Go's build
// information, which is nil where there is none.
func buildVersion(stamp string, info *debug.BuildInfo) string {
	switch {
	case stamp != "":
		return stamp
	case info != nil && info.Main.Version != "":
		return info.Main.Version
	}
	return "(devel)"
}
