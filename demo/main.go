// The command demo shows docker-credential-ssm at work, on a machine with Go
// alone: no AWS account, no Docker, nothing left behind.
//
//	go run ./demo
//
// It starts a private registry and a stand-in for AWS's Parameter Store on
// loopback, and pulls an image as Docker's clients do: they read config.json,
// find a credential helper's name there, and run the helper for the credential.
//
// This command imports little of the standard library and nothing else, so that
// it is compiled at once and can say what the compiler does next. What it shows
// is in the command show, which it builds together with the helper.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"docker-credential-ssm/demo/story"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	// A write to a closed pipe, such as that to head, would end the program and leave
	// its directory; with this, the write returns an error.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)

	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", strings.Join(strings.Fields(err.Error()), " "))
		os.Exit(1)
	}
}

// run runs the demo, and writes its steps to out. When it returns, also with an error,
// nothing runs any more, and its directory is removed.
func run(ctx context.Context, out io.Writer) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	say := &story.Story{Out: out, Broken: cancel}
	say.Title("docker-credential-ssm, with a private registry and a Parameter Store on this machine")

	dir, err := os.MkdirTemp("", "docker-credential-ssm-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	defer func() {
		// What fails because of an interruption is not what went wrong.
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
	}()

	say.Step("Build the helper, and what shows it (minutes the first time, then seconds)")
	if err := build(ctx, say, dir); err != nil {
		return err
	}
	say.Done("docker-credential-ssm, which this run's PATH finds first")

	var complaint strings.Builder
	show := command(ctx, filepath.Join(dir, "bin", "show"), dir)
	show.Stdout, show.Stderr = out, &complaint
	err = show.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && complaint.Len() > 0 {
		return errors.New(complaint.String())
	}
	return err
}

// command is one that is interrupted with the context, and given time to clean up.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}
