// The command show is the demo after its first step: the helper is built, in the
// folder bin of the directory that the argument names. The command demo runs it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"docker-credential-ssm/demo/story"
	"docker-credential-ssm/ssm/ssmtest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // so that a write returns it

	err := errors.New("run the command demo, which builds the helper and runs this one")
	if len(os.Args) == 2 {
		err = run(ctx, os.Stdout, os.Args[1])
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run shows the helper in dir at work, and writes the steps to out.
func run(ctx context.Context, out io.Writer, dir string) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	say := &story.Story{Out: out, Broken: cancel, Steps: 1}
	defer func() {
		// What fails because of an interruption is not what went wrong.
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
	}()

	// Which engine answers is a question to the real environment.
	docker, noDocker := findEngine(ctx)
	if err := isolate(dir); err != nil {
		return err
	}

	say.Step("Start a registry that asks for a user name and a password, and push an image")
	account := newCredential()
	registry := startRegistry(account)
	defer registry.Close()
	image, err := push(ctx, registry, account)
	if err != nil {
		return err
	}
	say.Done("registry %s", registry.Host)
	say.Done("image %s@%s", repository, image)

	say.Step("Start a stand-in for AWS Parameter Store, and store the credential there")
	store := ssmtest.NewServer()
	defer store.Close()
	if err := os.Setenv("AWS_ENDPOINT_URL_SSM", store.URL); err != nil {
		return err
	}
	if err := keep(store, registry.Host, account); err != nil {
		return err
	}
	say.Done("store %s, which AWS_ENDPOINT_URL_SSM names", store.URL)
	say.Done("SecureString %s", store.Names()[0])
	say.More(`{"username":"%s","password":"…"}, a new password in every run`, account.Username)

	say.Step("Pull without the helper")
	if err := writeConfig(dir, ""); err != nil {
		return err
	}
	if err := refused(ctx, registry); err != nil {
		return err
	}
	say.Done("refused with 401 Unauthorized; the registry saw %s", registry.Seen())

	say.Step("Pull with the helper, which config.json now names for this registry")
	if err := writeConfig(dir, registry.Host); err != nil {
		return err
	}
	if err := pull(ctx, registry, image, account); err != nil {
		return err
	}
	say.Done("pulled %s@%s", repository, image)
	say.Done("the registry saw %s", registry.Seen())
	say.More("(a pull begins with an anonymous request, to be told how to sign in)")
	call, err := askedOnce(store)
	if err != nil {
		return err
	}
	say.Done("the store was asked once, with one %s for", call.Action)
	for _, name := range call.Names {
		say.More("%s", name)
	}

	say.Step("Pull with the docker command")
	if noDocker == nil {
		noDocker, err = docker.pull(ctx, registry, store, account)
		if err != nil {
			return err
		}
	}
	if noDocker != nil {
		say.LeftOut("left out: %v", noDocker)
	} else {
		say.Done("pulled by the Docker engine, and removed there again")
		say.Done("the registry saw %s", registry.Seen())
	}

	say.Step("Look for the password in the files of this run")
	text, err := readConfig(dir)
	if err != nil {
		return err
	}
	say.Done("config.json is %s", text)
	files, found, err := search(dir, account)
	if err != nil {
		return err
	}
	if found > 0 {
		return fmt.Errorf("the password, or its base64, is %d times in the %d files of this run", found, files)
	}
	say.Done("%s searched, all but the helper: the password found %d times, plain or in base64", story.Plural(files, "file"), found)
	say.More("(the same search does find it in what docker login would have written)")
	return nil
}
