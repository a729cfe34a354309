package setup

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/docker-credential-helpers/client"
	"github.com/docker/docker-credential-helpers/credentials"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm"
)

// credential is one that a registry has outside Parameter Store.
type credential struct {
	key, username, secret string

	helper, serverURL string // the other helper that has it; "" for the file itself
	there             bool   // Parameter Store had it already
}

// outside finds a registry's credential outside Parameter Store: in the helper
// that Docker asks, or in the file.
func outside(file *configfile.ConfigFile, key string) (*credential, error) {
	plain, err := dockerconfig.Plaintext(file, key)
	if err != nil {
		return nil, err
	}
	var found *credential
	if plain != nil {
		found = &credential{key: key, username: plain.Username, secret: plain.Secret}
	}
	name, serverURL := dockerconfig.OtherHelper(file, key)
	if name == "" {
		return found, nil
	}
	held, err := client.Get(client.NewShellProgramFunc("docker-credential-"+name), serverURL)
	switch {
	case credentials.IsErrCredentialsNotFound(err):
		return found, nil
	case err != nil:
		return nil, message.Advise(fmt.Errorf("docker-credential-%s does not give the credential of %s: %w", name, key, err), "Mend that helper, or run it without --migrate")
	case held.Username == "<token>":
		return nil, message.Advise(fmt.Errorf("docker-credential-%s has a token of a web login for %s, which no other machine can use", name, key), "Sign in with an access token: docker login --username NAME")
	case found != nil && (found.username != held.Username || found.secret != held.Secret):
		return nil, message.Advise(fmt.Errorf("the file and docker-credential-%s have two credentials for %s", name, key), "Remove the wrong one: Docker uses the helper's")
	}
	return &credential{key: key, username: held.Username, secret: held.Secret, helper: name, serverURL: serverURL}, nil
}

// move puts a registry's credential into Parameter Store, and reads it back.
// What is there already is enough; another one there is the team's, and stays.
func (c *configuration) move(ctx context.Context, s *settings.Settings, key string, file *configfile.ConfigFile) error {
	found, err := outside(file, key)
	if err != nil || found == nil {
		return err
	}
	if !c.dryRun {
		if found.there, err = keep(ctx, c.program.Store(s), found); err != nil {
			return err
		}
	}
	c.moved = append(c.moved, *found)
	return nil
}

// keep stores a credential, which the store reads back. Another one that is there
// already stays.
func keep(ctx context.Context, store *ssm.Store, c *credential) (there bool, err error) {
	username, secret, err := store.Get(ctx, c.key)
	switch {
	case err == nil && username == c.username && secret == c.secret:
		return true, nil
	case err == nil:
		return false, message.Advise(fmt.Errorf("there is another credential for %s in Parameter Store already, of the user %s", c.key, username),
			"To go on with that one, run configure --discard; to replace it, run docker login with DOCKER_CREDENTIAL_SSM_WRITABLE=true")
	case !errors.Is(err, ssm.ErrNotFound):
		return false, err
	}
	if err := store.Put(ctx, c.key, c.username, c.secret); err != nil {
		var readOnly *ssm.ReadOnlyError
		if errors.As(err, &readOnly) && readOnly.Reason == "" {
			err = message.Advise(err, "To allow it, set "+settings.EnvPrefix+"WRITABLE=true for this run, or give --writable, which stays in the file")
		}
		return false, err
	}
	return false, nil
}

// hasAnother makes sure that Parameter Store has a credential, before the one
// in the file is dropped.
func (c *configuration) hasAnother(ctx context.Context, s *settings.Settings, key string) error {
	if c.dryRun {
		return nil
	}
	_, _, err := c.program.Store(s).Get(ctx, key)
	if errors.Is(err, ssm.ErrNotFound) {
		err = message.Advise(fmt.Errorf("no credential to go on with for %s: %w", key, err), "Run configure --migrate instead, which moves the one in the file there")
	}
	return err
}

// report says what became of a credential, and drops it where it was.
func (c *configuration) report(m credential) {
	from := "the file"
	if m.helper != "" {
		from = "docker-credential-" + m.helper
	}
	switch {
	case c.dryRun:
		fmt.Fprintf(c.program.Out, "%s: the credential of %s would move from %s to Parameter Store\n", m.key, m.username, from)
		return
	case m.there:
		fmt.Fprintf(c.program.Out, "%s: the credential of %s was in Parameter Store already, and is gone from %s\n", m.key, m.username, from)
	default:
		fmt.Fprintf(c.program.Out, "%s: the credential of %s is in Parameter Store now, and gone from %s\n", m.key, m.username, from)
	}
	if m.helper != "" {
		if err := client.Erase(client.NewShellProgramFunc("docker-credential-"+m.helper), m.serverURL); err != nil {
			message.Note(fmt.Sprintf("docker-credential-%s keeps its copy: %v", m.helper, err), c.program.Err)
		}
	}
}

// remarks points out what a person may not expect.
func (c *configuration) remarks(before, after []byte, elsewhere bool) {
	if c.remove {
		return
	}
	was, errWas := config.LoadFromReader(bytes.NewReader(nonEmpty(before)))
	is, errIs := config.LoadFromReader(bytes.NewReader(nonEmpty(after)))
	if errWas != nil || errIs != nil {
		return
	}
	note := func(format string, args ...any) { message.Note(fmt.Sprintf(format, args...), c.program.Err) }
	for _, key := range c.keys {
		if found, err := dockerconfig.Plaintext(is, key); err != nil || found != nil {
			note("the file holds a credential for %s in plain text, from a docker login: configure --migrate moves it into Parameter Store, --discard drops it", key)
		}
		if name, _ := dockerconfig.OtherHelper(was, key); name != "" && !c.migrate {
			note("docker-credential-%s was asked for %s before; what it holds stays there, unless configure --migrate moves it", name, key)
		}
	}
	if elsewhere && len(c.options) > 0 {
		note("the helper reads its options from config.json in %s, and from no other file", c.program.Dir)
	}
}
