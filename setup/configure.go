// Package setup is what people run to change something: configure, which lets
// Docker use the helper. The protocol's verbs, which clients run, need none of it.
package setup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/docker/cli/cli/config"
	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/pflag"
	"github.com/tailscale/hujson"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/watch"
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
the file stays as it is, byte for byte. REGISTRY defaults to docker.io.`,
		Examples: []cli.Example{
			{Line: "docker-credential-ssm configure", What: "sign pulls from Docker Hub in"},
			{Line: "docker-credential-ssm configure --secret docker-hub", What: "the same with a secret of Secrets Manager, by name or ARN"},
			{Line: "docker-credential-ssm configure --username alice --password-parameter /CodeBuild/dockerLoginPassword", What: "the same where only the password is kept in AWS"},
			{Line: "docker-credential-ssm configure --dry-run --region eu-central-1 ghcr.io", What: "show what would change for ghcr.io"},
			{Line: "docker-credential-ssm configure --migrate --writable", What: "move the credential of an old docker login into Parameter Store"},
			{Line: `docker-credential-ssm configure --file "$XDG_RUNTIME_DIR/containers/auth.json"`, What: "the same for podman's file"},
		},
		Define: configureFlags,
	}
}

// configuration is what one run of configure is to do.
type configuration struct {
	file                                  string
	all, dryRun, remove, migrate, discard bool
	options                               []given
	program                               *cli.Program
	keys                                  []string
	moved                                 []credential // what this run has put, or would put, into Parameter Store
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
	set.BoolVar(&c.remove, "remove", false, "take out what configure has put in")
	set.BoolVar(&c.dryRun, "dry-run", false, "show the difference, write nothing")
	for _, o := range settings.Known() {
		switch {
		case o.Name == "": // a variable only
		case o.Default == "false":
			set.Bool(flagName(o.Name), false, o.Help)
		default:
			set.String(flagName(o.Name), "", o.Help)
		}
	}
	return func(ctx context.Context, p *cli.Program, args []string) (ok bool, err error) {
		if c.keys, err = cli.Registries(args, registry.DockerHub); err != nil {
			return false, err
		}
		c.program = p
		for _, o := range settings.Known() {
			if o.Name != "" && set.Changed(flagName(o.Name)) {
				c.options = append(c.options, given{o, set.Lookup(flagName(o.Name)).Value.String()})
			}
		}
		if err := c.check(); err != nil {
			return false, cli.Misused("configure", err)
		}
		err = c.run(ctx)
		return err == nil, err
	}
}

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
	case c.remove && (c.migrate || c.discard || len(c.options) > 0):
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

func (c *configuration) run(ctx context.Context) error {
	p := c.program
	own, path := p.Config(), c.file
	if path == "" {
		path = own
	}
	var before, after []byte
	p.Watch.Reading(path)
	p.Watch.Step(watch.Timeout(p.Environ))
	err := dockerconfig.Update(path, func(f *dockerconfig.File) ([]byte, error) {
		p.Watch.Doing("changing "+path, "")
		p.Watch.Step(0) // what asks AWS has deadlines of its own
		text, err := c.change(ctx, path, f.Text)
		before, after = f.Text, text
		if err == nil && c.dryRun {
			return f.Text, errDry
		}
		return text, err
	})
	if err != nil && !errors.Is(err, errDry) {
		var system *fs.PathError
		if errors.As(err, &system) {
			err = message.Advise(fmt.Errorf("%s cannot be changed: %w", path, system.Err), "Check who may write the file and its folder")
		} else if errors.Is(err, dockerconfig.ErrChanged) {
			err = message.Advise(fmt.Errorf("%s is written by somebody else all the time", path), "Run it again")
		}
		return err
	}
	switch {
	case string(before) == string(after):
		fmt.Fprintf(p.Out, "%s: nothing to change\n", path)
	case c.dryRun:
		_, _ = p.Out.Write(diff.Diff(path, dockerconfig.Redact(before), path+" (new)", dockerconfig.Redact(after)))
	default:
		fmt.Fprintf(p.Out, "%s: written\n", path)
	}
	for _, m := range c.moved {
		c.report(m)
	}
	c.remarks(before, after, path != own)
	return nil
}

// errDry ends an update before it writes.
var errDry = errors.New("dry run")

// change is the text as it is to be. It moves credentials, too, if it is asked
// to: what it returns no longer has them, and is written afterwards.
func (c *configuration) change(ctx context.Context, path string, text []byte) ([]byte, error) {
	var file *settings.FileError
	_, err := settings.Parse(nil, path, nonEmpty(text))
	if errors.As(err, &file) {
		return nil, err
	}
	d, err := dockerconfig.Parse(text)
	if err != nil {
		return nil, message.Advise(fmt.Errorf("%s %w", path, err), "Mend the file; the Docker CLI cannot read it either")
	}
	if c.remove && text == nil {
		return nil, nil // no file has to be made for that
	}
	if c.remove {
		c.takeOut(d)
		return d.Text(), nil
	}
	if err := c.putIn(d); err != nil {
		return nil, message.Advise(fmt.Errorf("%s %w", path, err), "Mend the file")
	}
	s, err := c.inForce(path, d.Text())
	if err != nil {
		return nil, err
	}
	old, err := config.LoadFromReader(bytes.NewReader(nonEmpty(text)))
	if err != nil {
		return nil, err
	}
	c.moved = nil
	for _, key := range c.keys {
		switch {
		case c.migrate:
			err = c.move(ctx, s, key, old)
		case c.discard:
			err = c.hasAnother(ctx, s, key)
		default:
			continue
		}
		if err != nil {
			return nil, err
		}
		dockerconfig.Forget(d, key)
	}
	return d.Text(), nil
}

// inForce are the settings that the helper will have: it reads them from
// Docker's config.json, also where another file is changed.
func (c *configuration) inForce(path string, text []byte) (*settings.Settings, error) {
	s, err := settings.Parse(c.program.Environ, path, text)
	own := c.program.Config()
	if err != nil || path == own {
		return s, err
	}
	f, err := dockerconfig.ReadFile(own)
	if err != nil {
		return nil, err
	}
	d, err := dockerconfig.Parse(f.Text)
	if err == nil {
		err = c.putIn(d)
	}
	if err != nil {
		return nil, message.Advise(fmt.Errorf("%s %w", own, err), "Mend the file")
	}
	return settings.Parse(c.program.Environ, own, d.Text())
}

func nonEmpty(text []byte) []byte {
	if len(strings.TrimSpace(string(text))) == 0 {
		return []byte("{}")
	}
	return text
}

// putIn adds the registries and the options.
func (c *configuration) putIn(d *dockerconfig.Document) error {
	helpers, err := d.Make("credHelpers")
	if err != nil {
		return err
	}
	for _, key := range c.keys {
		for _, url := range registry.Lookups(key) {
			d.Set(helpers, url, hujson.String(settings.HelperName), 2)
		}
	}
	if len(c.options) == 0 {
		return nil
	}
	plugins, err := d.Make("plugins")
	if err != nil {
		return err
	}
	sections := []string{settings.Section}
	if !c.all {
		sections = nil
		for _, key := range c.keys {
			sections = append(sections, sectionOf(plugins, key))
		}
	}
	for _, name := range sections {
		section := &hujson.Object{}
		for _, m := range plugins.Members {
			if dockerconfig.NameOf(m) == name {
				var ok bool
				if section, ok = m.Value.Value.(*hujson.Object); !ok {
					return fmt.Errorf("has no object under %s", name)
				}
			}
		}
		c.replaceLocation(section)
		for _, o := range c.options {
			d.Set(section, o.Name, hujson.String(o.value), 3)
		}
		d.Set(plugins, name, section, 2)
	}
	return nil
}

// replaceLocation takes the location that was there out of a section that gets
// another: one registry has one.
func (c *configuration) replaceLocation(section *hujson.Object) {
	given := map[string]bool{}
	for _, o := range c.options {
		given[o.Name] = o.Where
	}
	if !slices.Contains(slices.Collect(maps.Values(given)), true) {
		return
	}
	for _, o := range settings.Known() {
		if o.Where && !given[o.Name] {
			dockerconfig.Drop(section, func(name string, _ hujson.Value) bool { return name == o.Name })
		}
	}
}

// sectionOf is the name of a registry's section, in the spelling that is there.
func sectionOf(plugins *hujson.Object, key string) string {
	for _, m := range plugins.Members {
		if serverURL, ok := strings.CutPrefix(dockerconfig.NameOf(m), settings.Section+"/"); ok && registry.Same(serverURL, key) {
			return dockerconfig.NameOf(m)
		}
	}
	return settings.Section + "/" + registry.Name(key)
}

// takeOut removes the registries and their sections, and the common one with
// --all-registries.
func (c *configuration) takeOut(d *dockerconfig.Document) {
	concerns := func(url string) bool {
		for _, key := range c.keys {
			if registry.Same(url, key) {
				return true
			}
		}
		return c.all
	}
	if helpers, ok := d.Object("credHelpers"); ok && dockerconfig.Drop(helpers, func(name string, v hujson.Value) bool {
		l, ok := v.Value.(hujson.Literal)
		return ok && l.Kind() == '"' && l.String() == settings.HelperName && concerns(name)
	}) {
		d.DropEmpty("credHelpers")
	}
	if plugins, ok := d.Object("plugins"); ok && dockerconfig.Drop(plugins, func(name string, v hujson.Value) bool {
		serverURL, ok := strings.CutPrefix(name, settings.Section+"/")
		return ok && concerns(serverURL) || c.all && name == settings.Section
	}) {
		d.DropEmpty("plugins")
	}
}
