// The command docker-credential-ssm is a Docker credential helper that serves
// registries' credentials from AWS Systems Manager Parameter Store.
package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/docker/cli/cli/config"
	"github.com/docker/docker-credential-helpers/credentials"

	"docker-credential-ssm/helper"
	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/commands"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/start"
	"docker-credential-ssm/ssm"
)

// version is stamped by release builds; any other build knows its own from Go.
var version string

func main() {
	os.Exit(run())
}

func run() int {
	credentials.Name, credentials.Package, credentials.Version = "docker-credential-ssm", "docker-credential-ssm", buildVersion()
	// Nothing is cancelled at the end: the process ends with all it has opened.
	ctx, stop := context.WithCancel(context.Background())
	go func() { // aside, since it takes a thread of its own
		interrupted := make(chan os.Signal, 1)
		signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
		<-interrupted
		stop()
	}()

	if len(os.Args) > 1 {
		if command, ok := commands.Find(os.Args[1]); ok {
			return status(command.Run(ctx, program(), os.Args[2:]))
		}
	}
	var ok bool
	switch verb := argument(os.Args); verb {
	case "--help", "-h", "help":
		_, err := io.WriteString(os.Stdout, usage())
		ok = err == nil
	case "":
		_, _ = io.WriteString(os.Stdout, usage())
	case "--version", "-v":
		ok = helper.Serve(nil, credentials.ActionVersion, nil, os.Stdout, os.Stderr)
	case credentials.ActionGet, credentials.ActionStore, credentials.ActionErase, credentials.ActionList:
		ok = serve(ctx, verb)
	default: // version, and what the library has a message for
		ok = helper.Serve(nil, verb, nil, os.Stdout, os.Stderr)
	}
	return status(ok)
}

func status(ok bool) int {
	if ok {
		return 0
	}
	return 1
}

// program is what the commands for people run in.
func program() *cli.Program {
	info, err := os.Stdout.Stat()
	return &cli.Program{
		Out: os.Stdout, Err: os.Stderr,
		Environ: os.Environ(), Dir: config.Dir(), Version: credentials.Version,
		Terminal: err == nil && info.Mode()&os.ModeCharDevice != 0,
	}
}

// serve carries out one of the protocol's verbs.
func serve(ctx context.Context, verb string) bool {
	s, err := start.Settings()
	if err != nil {
		message.Report(&message.Error{What: verb, Err: err}, os.Stdout)
		message.Report(&message.Error{What: verb, Err: err}, os.Stderr)
		return false
	}
	log := slog.New(slog.DiscardHandler)
	if s.Common().Debug {
		log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	store := ssm.New(s, credentials.Version, log)
	store.Transport, store.Note = start.Transport(), note
	h := helper.New(ctx, store)
	h.Expects, h.Note = s.Mapped, note

	reading, cancel := context.WithTimeout(ctx, s.Common().Timeout)
	defer cancel()
	in := helper.WithContext(reading, os.Stdin)
	// What the SDK runs to get credentials must not read on from there.
	if null, err := os.Open(os.DevNull); err == nil {
		os.Stdin = null
	}
	return helper.Serve(h, verb, in, os.Stdout, os.Stderr)
}

// note tells a person what the protocol has no words for.
func note(text string) { message.Note(text, os.Stderr) }

// argument is the verb; "" where there is none, or more than that.
func argument(args []string) string {
	if len(args) != 2 {
		return ""
	}
	return args[1]
}

func buildVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
