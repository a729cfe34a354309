package setup

import (
	"context"
	"errors"
	"fmt"
	"os/exec"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/docker-credential-helpers/client"
	"github.com/docker/docker-credential-helpers/credentials"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/shell"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm"
)

// oldLogin is a credential that a registry has outside Parameter Store.
type oldLogin struct {
	key, username, secret string

	helper, serverURL string // the other helper that has it; "" for the file itself
	there             bool   // Parameter Store had it already
}

// outside finds a registry's credential outside Parameter Store: in the helper
// that Docker asks, or in the file. A helper that is not installed is not asked.
func (c *configuration) outside(d *dockerconfig.Document, file *configfile.ConfigFile, key string) (*oldLogin, error) {
	plain, err := d.Plaintext(key)
	if err != nil {
		return nil, err
	}
	var found *oldLogin
	if plain != nil {
		found = &oldLogin{key: key, username: plain.Username, secret: plain.Secret}
	}
	name, serverURL := dockerconfig.OtherHelper(file, key)
	if name == "" {
		return found, nil
	}
	program := "docker-credential-" + name
	if _, err := exec.LookPath(program); err != nil {
		c.missing = append(c.missing, fmt.Sprintf("%s is not installed, and was not asked for its credential of %s", program, registry.Name(key)))
		return found, nil
	}
	held, err := client.Get(client.NewShellProgramFunc(program), serverURL)
	switch {
	case credentials.IsErrCredentialsNotFound(err):
		return found, nil
	case err != nil: // whose text has what the helper wrote
		return nil, message.Advise(fmt.Errorf("%s does not give the credential of %s", program, registry.Name(key)),
			fmt.Sprintf("Run echo %s | %s get, which shows why, or run %s", shell.Word(serverURL), shell.Word(program), c.typed.instead("migrate", "")))
	case held.Username == "<token>":
		return nil, message.Advise(fmt.Errorf("%s has a token of a web login for %s, which no other machine can use", program, registry.Name(key)), "Sign in with an access token: docker login --username NAME")
	case found != nil && (found.username != held.Username || found.secret != held.Secret):
		return nil, message.Advise(fmt.Errorf("the file and %s have two credentials for %s", program, registry.Name(key)), "Remove the wrong one: Docker uses the helper's")
	}
	return &oldLogin{key: key, username: held.Username, secret: held.Secret, helper: name, serverURL: serverURL}, nil
}

// store is where credentials go. A person has asked for that, so it needs no
// writable; and what is dropped afterwards is gone, so no cache is believed.
func (c *configuration) store(s *settings.Settings) *ssm.Store {
	store := c.program.Store(s)
	store.Explicit, store.NoCache = true, true
	c.askedStore = true
	return store
}

// move stores a credential, which the store reads back. What is there already is
// enough; another one there is the team's, and stays.
func (c *configuration) move(ctx context.Context, s *settings.Settings, m *oldLogin) error {
	store := c.store(s)
	username, secret, err := store.Get(ctx, m.key)
	switch {
	case err == nil && username == m.username && secret == m.secret:
		m.there = true
		return nil
	case err == nil:
		return message.Advise(fmt.Errorf("there is another credential for %s in Parameter Store already, of the user %s", registry.Name(m.key), username),
			fmt.Sprintf("To use that one, run %s; to replace it, run docker-credential-ssm login%s", c.typed.instead("migrate", "discard"), argument(m.key)))
	case !errors.Is(err, ssm.ErrNotFound):
		return err
	case c.dryRun:
		return store.MayPut(ctx, m.key, m.username, m.secret)
	}
	return store.Put(ctx, m.key, m.username, m.secret)
}

// hasAnother makes sure that AWS has a credential, before the one in the file is
// dropped, and returns its user name.
func (c *configuration) hasAnother(ctx context.Context, s *settings.Settings, key string) (username string, err error) {
	username, _, err = c.store(s).Get(ctx, key)
	if errors.Is(err, ssm.ErrNotFound) {
		err = message.Advise(fmt.Errorf("no credential to go on with for %s: %w", registry.Name(key), err),
			"Run "+c.typed.instead("discard", "migrate")+" instead, which moves the one in the file there")
	}
	return username, err
}

// droppedLine says that a credential is dropped from the file.
func (c *configuration) droppedLine(key, username string) string {
	return fmt.Sprintf("%s: %s; the one of %s, which AWS has, is used", registry.Name(key), c.tense("the credential in the file is gone", "the credential in the file would go"), username)
}

// report says what became of a credential, and drops it where it was.
func (c *configuration) report(m oldLogin) {
	from, key := "the file", registry.Name(m.key)
	if m.helper != "" {
		from = "docker-credential-" + m.helper
	}
	say := func(format string, args ...any) {
		fmt.Fprintln(c.program.Out, message.OneLine(fmt.Sprintf(format, args...)))
	}
	switch {
	case c.dryRun && m.there:
		say("%s: the credential of %s is in Parameter Store already, and would be dropped from %s", key, m.username, from)
		return
	case c.dryRun:
		say("%s: the credential of %s would move from %s to Parameter Store", key, m.username, from)
		return
	}
	gone := "and gone from " + from
	if m.helper != "" {
		if err := client.Erase(client.NewShellProgramFunc("docker-credential-"+m.helper), m.serverURL); err != nil {
			gone = "and still in " + from
			c.note("%s has not dropped its copy: run echo %s | %s erase", from, shell.Word(m.serverURL), shell.Word(from))
		}
	}
	if m.there {
		say("%s: the credential of %s was in Parameter Store already, %s", key, m.username, gone)
	} else {
		say("%s: the credential of %s is in Parameter Store now, %s", key, m.username, gone)
	}
}
