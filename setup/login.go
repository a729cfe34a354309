package setup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/registryclient"
	"docker-credential-ssm/internal/shell"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm"
)

func login() cli.Command {
	return cli.Command{
		Name:  "login",
		Args:  "[REGISTRY]",
		Short: "Store a registry's credential where the whole team reads it.",
		Long: `It asks for the user name and the token, has the registry accept them, says where
it will write them, writes them and reads them back. An access token that may
only read is enough. What is typed is not shown, and is never in an argument, a
variable or a file. REGISTRY defaults to docker.io. Another credential that is
there already is replaced only when that is confirmed.`,
		Examples: []cli.Example{
			{Line: "docker-credential-ssm login", What: "store Docker Hub's credential, typed at the terminal"},
			{Line: "docker-credential-ssm login --username alice --password-stdin ghcr.io < token", What: "the same for ghcr.io, without a terminal"},
		},
		Define: loginFlags,
	}
}

// signIn is one run of login.
type signIn struct {
	username              string
	stdin, force, offline bool
	program               *cli.Program
	key                   string
	options               settings.Options
	store                 *ssm.Store
	inspection            *ssm.Inspection
	terminal              *terminal // nil where there is no terminal
}

func loginFlags(set *pflag.FlagSet) cli.Runner {
	l := &signIn{}
	set.StringVar(&l.username, "username", "", "the user `NAME`, instead of asking for it")
	set.BoolVar(&l.stdin, "password-stdin", false, "read the token from standard input, instead of asking for it")
	set.BoolVar(&l.force, "force", false, "replace another credential without asking")
	set.BoolVar(&l.offline, "offline", false, "do not ask the registry whether it accepts the credential")
	return func(ctx context.Context, p *cli.Program, args []string) (bool, error) {
		if len(args) > 1 {
			return false, cli.Misused("login", errors.New("login is for one registry"))
		}
		keys, err := cli.Registries(args, registry.DockerHub)
		if err != nil {
			return false, err
		}
		l.program, l.key, l.terminal = p, keys[0], openTerminal(p)
		err = l.run(ctx)
		return err == nil, err
	}
}

func (l *signIn) run(ctx context.Context) error {
	switch {
	case l.stdin && l.username == "":
		return cli.Misused("login", errors.New("--password-stdin needs --username"))
	case !l.stdin && l.terminal == nil:
		return message.Advise(errors.New("there is no terminal to ask for the token at"),
			"Give --username and --password-stdin, and the token on standard input")
	}
	s, err := settings.Load(l.program.Environ, l.program.Dir)
	if err != nil {
		return err
	}
	if l.options, err = s.For(l.key); err != nil {
		return err
	}
	l.store = l.program.Store(s)
	l.store.Explicit = true
	if l.inspection, err = l.store.Inspect(ctx, l.key); err != nil {
		return err
	}
	if reason := l.options.Location.ReadOnly(); reason != "" {
		return message.Advise(fmt.Errorf("%s is not written by the helper: %s", l.options.Location, reason), byHand(l.options.Location, l.inspection.Region()))
	}
	where, err := l.place(ctx)
	if err != nil {
		return err
	}
	there, err := l.existing(ctx)
	if err != nil {
		return err
	}
	c, err := l.ask(ctx)
	if err != nil {
		return err
	}
	if err := l.accepted(ctx, c); err != nil {
		return err
	}
	if there != nil && there.Username == c.Username && there.Secret == c.Secret && !there.UnderWay {
		fmt.Fprintf(l.program.Out, "%s has this credential of %s already: nothing to change\n", l.options.Location, message.OneLine(c.Username))
		return nil
	}
	if err := l.confirm(ctx, where, there); err != nil {
		return err
	}
	if err := l.store.Put(ctx, l.key, c.Username, c.Secret); err != nil {
		return err
	}
	fmt.Fprintf(l.program.Out, "%s: stored and read back, the credential of %s\n", l.options.Location, message.OneLine(c.Username))
	if !s.Mapped(l.key) {
		fmt.Fprintf(l.program.Out, "To let Docker use it, run docker-credential-ssm configure%s\n", message.OneLine(argument(l.key)))
	}
	return nil
}

// argument is a registry as the argument of a command; "" for Docker Hub, the default.
func argument(key string) string {
	if key == registry.DockerHub {
		return ""
	}
	return " " + shell.Word(registry.Name(key))
}

// place says where the credential will be written, for a person to confirm.
func (l *signIn) place(ctx context.Context) (string, error) {
	if _, err := l.inspection.Credentials(ctx); err != nil {
		return "", err
	}
	account := "an account that STS does not name"
	if arn, err := l.inspection.Identity(ctx); err == nil {
		if parts := strings.Split(arn, ":"); len(parts) > 4 {
			account = "account " + parts[4]
		}
	} else if ssm.Refused(err) {
		return "", err
	}
	key := l.options.KMSKeyID
	if key == "" {
		key = "alias/aws/ssm, with which every role of the account may decrypt"
	}
	return fmt.Sprintf("%s, in %s of %s, encrypted with the KMS key %s", l.options.Location, l.inspection.Region(), account, key), nil
}

// existing is what is stored already; nil for nothing. A value that is not a credential
// is returned without user name and secret.
func (l *signIn) existing(ctx context.Context) (*ssm.Found, error) {
	found, err := l.inspection.Read(ctx)
	var broken *ssm.ValueError
	switch {
	case errors.As(err, &broken):
		return found, nil
	case errors.Is(err, ssm.ErrNotFound):
		return nil, nil
	}
	return found, err
}

// ask reads the user name and the token.
func (l *signIn) ask(ctx context.Context) (c credential.Credential, err error) {
	if l.stdin {
		text, err := readToken(ctx, l.program.In)
		if err != nil {
			return c, err
		}
		c = credential.Credential{Username: l.username, Secret: text}
	} else {
		l.terminal.say("An access token that may only read is enough%s.", tokenPage(l.key))
		if c.Username = l.username; c.Username == "" {
			if c.Username, err = l.terminal.line(ctx, "User name: "); err != nil {
				return c, err
			}
		}
		if c.Secret, err = l.terminal.secret(ctx, "Token (not shown): "); err != nil {
			return c, err
		}
	}
	c.Username, c.Secret = strings.TrimSpace(c.Username), credential.TrimLineEnds(c.Secret)
	switch {
	case c.Username == "":
		err = message.Advise(errors.New("the user name is empty"), "Give --username, or type one")
	case c.Secret == "":
		err = message.Advise(errors.New("the token is empty"), "Type it, or paste it, and press Enter")
	}
	return c, err
}

// tokenPage says where a person can create a token for a registry.
// Source: https://docs.docker.com/security/access-tokens/
func tokenPage(key string) string {
	if key == registry.DockerHub {
		return "; Docker Hub makes one at https://app.docker.com/settings/personal-access-tokens"
	}
	return ""
}

// accepted signs in to the registry with the credential.
func (l *signIn) accepted(ctx context.Context, c credential.Credential) error {
	if l.offline {
		return nil
	}
	client := registryclient.New(l.key)
	err := client.SignIn(ctx, c.Username, c.Secret)
	switch {
	case errors.Is(err, registryclient.ErrRejected):
		return message.Advise(fmt.Errorf("%s does not accept this user name and token", registry.Name(l.key)), "Make a new token and type it again; nothing was written")
	case errors.Is(err, registryclient.ErrOpen):
		message.Note(registry.Name(l.key)+" asks nobody for a credential, so it could not be tried", l.program.Err)
		return nil
	case err != nil:
		return message.Advise(fmt.Errorf("%s could not be asked: %w", registry.Name(l.key), err), "Check the network and HTTPS_PROXY, or give --offline to store it untried; nothing was written")
	}
	return nil
}

// confirm asks whether to write, or to replace another credential.
func (l *signIn) confirm(ctx context.Context, where string, there *ssm.Found) error {
	question := "Write the credential to " + where + "?"
	if there != nil {
		question = fmt.Sprintf("Replace %s in %s?", described(there), where)
	}
	switch {
	case l.force:
		fmt.Fprintln(l.program.Out, strings.TrimSuffix(question, "?"))
		return nil
	case l.terminal == nil && there == nil:
		fmt.Fprintln(l.program.Out, strings.TrimSuffix(question, "?"))
		return nil
	case l.terminal == nil:
		return message.Advise(fmt.Errorf("%s has %s already", l.options.Location, described(there)), "To replace it, give --force; nothing was written")
	}
	answer, err := l.terminal.line(ctx, question+" [y/N] ")
	if err != nil {
		return err
	}
	if answer := strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return message.Advise(errors.New("nothing was written, since that was not confirmed"), "Run it again, and answer y")
	}
	return nil
}

// described is what is stored already, in words.
func described(found *ssm.Found) string {
	what := "something that is not a credential"
	if found.Username != "" {
		what = "the credential of " + message.OneLine(found.Username)
	}
	if len(found.Parameters) > 0 && !found.Parameters[0].Modified.IsZero() {
		what += ", written " + cli.Age(time.Since(found.Parameters[0].Modified)) + " ago"
	}
	return what
}
