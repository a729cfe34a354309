// The command demo shows docker-credential-ssm at work, on a machine with Go
// alone: no AWS account, no Docker, nothing left behind.
//
//	go run ./demo
//
// It starts a private registry and a stand-in for AWS's Parameter Store on
// loopback, and pulls an image as Docker's clients do: they read config.json,
// find a credential helper's name there, and run the helper for the credential.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"docker-credential-ssm/ssm/ssmtest"
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
// the servers are closed, the environment is restored, and its directory is removed.
func run(ctx context.Context, out io.Writer) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	say := &story{out: out, broken: cancel}

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

	env := &environment{}
	defer env.restore()

	say.title("docker-credential-ssm, with a private registry and a Parameter Store on this machine")

	say.step("Build the helper")
	if err := build(ctx, env, dir); err != nil {
		return err
	}
	say.done("docker-credential-ssm, which this run's PATH finds first")

	// Which engine answers is a question to the real environment.
	docker, noDocker := findEngine(ctx)
	if err := env.isolate(dir); err != nil {
		return err
	}

	say.step("Start a registry that asks for a user name and a password, and push an image")
	account := newCredential()
	registry := startRegistry(account)
	defer registry.Close()
	image, err := push(ctx, registry, account)
	if err != nil {
		return err
	}
	say.done("registry %s", registry.Host)
	say.done("image %s@%s", repository, image)

	say.step("Start a stand-in for AWS Parameter Store, and store the credential there")
	store := ssmtest.NewServer()
	defer store.Close()
	if err := env.set("AWS_ENDPOINT_URL_SSM", store.URL); err != nil {
		return err
	}
	if err := keep(store, registry.Host, account); err != nil {
		return err
	}
	say.done("store %s, which AWS_ENDPOINT_URL_SSM names", store.URL)
	say.done("SecureString %s", store.Names()[0])
	say.more(`{"username":"%s","password":"…"}, a new password in every run`, account.Username)

	say.step("Pull without the helper")
	if err := writeConfig(dir, ""); err != nil {
		return err
	}
	if err := refused(ctx, registry); err != nil {
		return err
	}
	say.done("refused with 401 Unauthorized; the registry saw %s", registry.Seen())

	say.step("Pull with the helper, which config.json now names for this registry")
	if err := writeConfig(dir, registry.Host); err != nil {
		return err
	}
	if err := pull(ctx, registry, image, account); err != nil {
		return err
	}
	say.done("pulled %s@%s", repository, image)
	say.done("the registry saw %s", registry.Seen())
	say.more("(a pull begins with an anonymous request, to be told how to sign in)")
	call, err := askedOnce(store)
	if err != nil {
		return err
	}
	say.done("the store was asked once, with one %s for", call.Action)
	for _, name := range call.Names {
		say.more("%s", name)
	}

	say.step("Pull with the docker command")
	if noDocker == nil {
		noDocker, err = docker.pull(ctx, registry, store, account)
		if err != nil {
			return err
		}
	}
	if noDocker != nil {
		say.leftOut("left out: %v", noDocker)
	} else {
		say.done("pulled by the Docker engine, and removed there again")
		say.done("the registry saw %s", registry.Seen())
	}

	say.step("Look for the password in the files of this run")
	text, err := readConfig(dir)
	if err != nil {
		return err
	}
	say.done("config.json is %s", text)
	files, found, err := search(dir, account)
	if err != nil {
		return err
	}
	if found > 0 {
		return fmt.Errorf("the password, or its base64, is %d times in the %d files of this run", found, files)
	}
	say.done("%s searched, all but the helper: the password found %d times, plain or in base64", plural(files, "file"), found)
	say.more("(the same search does find it in what docker login would have written)")
	return nil
}
