package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"docker-credential-ssm/ssm/ssmtest"
)

// engine is a Docker engine of this machine.
type engine struct{ host string } // unix:///var/run/docker.sock

// findEngine finds the engine that the docker command talks to. The error says
// why there is none to try; that is a reason to leave something out, no failure.
func findEngine(ctx context.Context) (*engine, error) {
	if _, err := exec.LookPath("docker"); err != nil {
		return nil, errors.New("there is no docker command here")
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if version, err := output(ctx, "docker", "version", "--format", "{{.Server.Version}}"); err != nil || version == "" {
		return nil, errors.New("no Docker engine answers here")
	}
	// The engine may be known from a context in the real config.json alone,
	// which the isolated command does not read; so it is named to it.
	host, err := output(ctx, "docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
	if err != nil {
		return nil, errors.New("the docker command here does not say where its engine is")
	}
	if !strings.HasPrefix(host, "unix://") && !strings.HasPrefix(host, "npipe://") {
		return nil, errors.New("the Docker engine is on another machine, and the registry on this one's loopback")
	}
	return &engine{host}, nil
}

// pull pulls with the docker command, and removes the image again. An engine
// takes a registry on loopback without TLS. leftOut says why it could not be
// tried, for an engine in a virtual machine or a network namespace has a
// loopback of its own.
func (e *engine) pull(ctx context.Context, r *privateRegistry, store *ssmtest.Server, account credential) (leftOut, err error) {
	r.Forget()
	store.ResetCalls()
	image := r.Host + "/" + repository + ":latest"

	pulling, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	_, failed := output(pulling, "docker", "--host", e.host, "pull", "--quiet", image)
	if failed != nil {
		_ = e.remove(ctx, image) // it may have been there before the command was ended
		if len(store.Calls()) > 0 && r.Seen().none() {
			return errors.New("the Docker engine here does not reach this machine's loopback"), nil
		}
		return nil, fmt.Errorf("docker pull: %w", failed)
	}
	if err := e.remove(ctx, image); err != nil {
		return nil, fmt.Errorf("docker image rm: %w", err)
	}
	if seen := r.Seen(); seen.users[account.Username] == 0 || seen.wrong > 0 {
		return nil, fmt.Errorf("the user %s was expected, the registry saw %s", account.Username, seen)
	}
	return nil, nil
}

// remove removes an image, also after an interruption.
func (e *engine) remove(ctx context.Context, image string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_, err := output(ctx, "docker", "--host", e.host, "image", "rm", image)
	return err
}

// output runs a command and returns what it prints. The error holds the first line of
// the command's own complaint.
func output(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	// Docker cleans up after an interruption, if it is given the time.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		for line := range strings.Lines(string(exit.Stderr)) {
			if line = strings.TrimSpace(line); line != "" {
				return "", errors.New(line)
			}
		}
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return strings.TrimSpace(string(out)), nil
}
