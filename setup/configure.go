// Package setup has the commands that set the helper up: login stores a credential that
// the registry has accepted, configure lets Docker use the helper, adopt changes a
// buildspec that signs in today, and policy prints the IAM policy that a role needs. The
// protocol's verbs, which clients run, need none of it.
package setup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/spf13/pflag"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
)

// Commands lists the commands of this package.
func Commands() []cli.Command { return []cli.Command{login(), configure(), adopt(), policyCommand()} }

func configure() cli.Command {
	return cli.Command{
		Name:  "configure",
		Short: "Let Docker and its relatives use the helper.",
		Long: `It writes credHelpers into Docker's config.json, under every key that clients
look for, and the options given into the registry's section of plugins. Options
that say where the credential is replace those that said so before. The rest of
the file stays as it is, byte for byte. REGISTRY defaults to docker.io.

A registry that credHelpers gives to another helper is left to that one, unless
--replace is given. --remove gives it back; without a REGISTRY it takes out all
that configure has written, for every registry.

--migrate and --discard ask AWS, in a dry run too, and believe no cache. Otherwise
configure needs no network: where AWS answers within two seconds that there is
no credential yet, it says so.`,
		Examples: []cli.Example{
			{Line: "docker-credential-ssm configure", What: "sign pulls from Docker Hub in"},
			{Line: "docker-credential-ssm configure --secret docker-hub", What: "the same with a secret of Secrets Manager, by name or ARN"},
			{Line: "docker-credential-ssm configure --username alice --password-parameter /CodeBuild/dockerLoginPassword", What: "the same where only the password is kept in AWS"},
			{Line: "docker-credential-ssm configure --dry-run --region eu-central-1 ghcr.io", What: "show what would change for ghcr.io"},
			{Line: "docker-credential-ssm configure --migrate", What: "move the credential of an old docker login into Parameter Store"},
			{Line: `docker-credential-ssm configure --file "$XDG_RUNTIME_DIR/containers/auth.json"`, What: "the same for podman's file"},
			{Line: "docker-credential-ssm configure --remove", What: "take out all that configure has written"},
		},
		Define: configureFlags,
	}
}

// configuration is what one run of configure is to do.
type configuration struct {
	file                                           string
	all, dryRun, remove, migrate, discard, replace bool
	options                                        []given
	program                                        *cli.Program
	keys                                           []string
	typed                                          typed

	// What a run has found out and done, for its reports.
	moved      []oldLogin // what was put, or would be put, into Parameter Store
	discarded  []string   // a line for each credential that was dropped from the file
	missing    []string   // a line for each other helper that could not be asked
	takenOver  []entry    // what other helpers have served
	takenOut   []string   // a line for each thing that was taken out
	askedStore bool       // whether AWS was asked about the registries already
}

// given is an option with the value that its flag had.
type given struct {
	settings.Option
	value string
}

func configureFlags(set *pflag.FlagSet) cli.Runner {
	c := &configuration{}
	set.StringVar(&c.file, "file", "", "change this `FILE`, such as podman's auth.json, instead of Docker's config.json")
	set.BoolVar(&c.all, "all-registries", false, "write the options for all registries, not for these alone")
	set.BoolVar(&c.migrate, "migrate", false, "move the registry's credential from the file, or from another helper, into Parameter Store")
	set.BoolVar(&c.discard, "discard", false, "drop the registry's credential from the file; the one in AWS is used")
	set.BoolVar(&c.replace, "replace", false, "take the registry over from another helper in credHelpers")
	set.BoolVar(&c.remove, "remove", false, "take out what configure has put in, and give back what it has replaced")
	set.BoolVar(&c.dryRun, "dry-run", false, "show the difference, write nothing")
	for _, o := range settings.Known() {
		switch {
		case !hasFlag(o):
		case o.Default == "false":
			set.Bool(flagName(o.Name), false, o.Help)
		default:
			set.String(flagName(o.Name), "", o.Help)
		}
	}
	return func(ctx context.Context, p *cli.Program, args []string) (ok bool, err error) {
		c.program, c.typed = p, typed{set, args}
		for _, o := range settings.Known() {
			if hasFlag(o) && set.Changed(flagName(o.Name)) {
				c.options = append(c.options, given{o, set.Lookup(flagName(o.Name)).Value.String()})
			}
		}
		if c.keys, err = c.registries(args); err != nil {
			return false, err
		}
		if err := c.check(); err != nil {
			return false, cli.Misused("configure", err)
		}
		err = c.run(ctx)
		return err == nil, err
	}
}

// registries are the keys of the arguments. Docker Hub's is the default; --remove
// without any is about all.
func (c *configuration) registries(args []string) ([]string, error) {
	if c.remove && len(args) == 0 {
		c.all = true
		return nil, nil
	}
	if err := c.typed.checkImages(); err != nil {
		return nil, err
	}
	return cli.Registries(args, registry.DockerHub)
}

// hasFlag reports whether an option is one of configure's flags.
func hasFlag(o settings.Option) bool { return o.Name != "" && o.Name != settings.Replaced }

// flagName is an option's name as a flag: role-arn for roleArn.
func flagName(option string) string {
	var b strings.Builder
	small := true
	for _, r := range option {
		if unicode.IsUpper(r) && small {
			b.WriteByte('-')
		}
		small = !unicode.IsUpper(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// check refuses what makes no sense together.
func (c *configuration) check() error {
	switch {
	case c.remove && (c.migrate || c.discard || c.replace || len(c.options) > 0):
		return errors.New("--remove goes with --file, --all-registries and --dry-run alone")
	case c.migrate && c.discard:
		return errors.New("--migrate and --discard are two ways to go")
	}
	for _, o := range c.options {
		if o.Places == settings.OneRegistry && (c.all || len(c.keys) > 1) {
			return fmt.Errorf("--%s is for one registry", flagName(o.Name))
		}
	}
	return nil
}
