// Package doctor is the command that says why a pull is not signed in.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/registryclient"
	"docker-credential-ssm/internal/watch"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm"
)

// Command is doctor.
func Command() cli.Command {
	return cli.Command{
		Name:  "doctor",
		Short: "Say whether pulls are signed in, and if not, what is wrong.",
		Long: `It goes the way that a pull goes, step by step, and says at each one that fails
what would help. REGISTRY defaults to docker.io. Nothing secret is
shown: the whole of it is fit for a bug report. The exit status is 0 when a pull
would be signed in, and 1 when not.`,
		Examples: []cli.Example{
			{Line: "docker-credential-ssm doctor", What: "look at Docker Hub's credential, and at the quota it buys"},
			{Line: "docker-credential-ssm doctor --offline ghcr.io", What: "stay away from the registry"},
		},
		Define: doctorFlags,
	}
}

func doctorFlags(set *pflag.FlagSet) cli.Runner {
	asJSON := set.Bool("json", false, "write the steps as JSON")
	offline := set.Bool("offline", false, "stay away from the registry")
	return func(ctx context.Context, p *cli.Program, args []string) (bool, error) {
		keys, err := cli.Registries(args, registry.DockerHub)
		if err != nil {
			return false, err
		}
		all := true
		var walks []*walk
		for i, key := range keys {
			w := &walk{Registry: registry.Lookups(key)[0], color: p.Colors()}
			if !*asJSON {
				w.out = p.Out
				if i > 0 {
					fmt.Fprintln(p.Out)
				}
				fmt.Fprintf(p.Out, "docker-credential-ssm %s, for %s\n\n", p.Version, w.Registry)
			}
			x := &examination{walk: w, program: p, key: key, offline: *offline}
			x.run(ctx)
			if ctx.Err() != nil {
				return false, nil
			}
			if w.out != nil {
				fmt.Fprintf(p.Out, "\n%s\n", w.Verdict)
			}
			walks, all = append(walks, w), all && w.SignedIn
		}
		if *asJSON {
			return all, writeJSON(p.Out, p.Version, walks)
		}
		return all, nil
	}
}

// examination is one registry's, with what the steps have found so far.
type examination struct {
	*walk
	program *cli.Program
	key     string
	offline bool

	settings   *settings.Settings
	inspection *ssm.Inspection
	arn        string
	found      *ssm.Found
	registry   *registryclient.Client
}

// do goes a step under the program's watch, unless somebody has interrupted.
func (x *examination) do(ctx context.Context, name string, possible bool, why string, check func() result) bool {
	if ctx.Err() != nil {
		return false
	}
	limit := watch.Timeout(x.program.Environ)
	if x.settings != nil {
		o, _ := x.settings.For(x.key)
		limit = o.Timeout
	}
	x.program.Watch.Doing("on the step "+name, "")
	switch name {
	case "config.json":
		x.program.Watch.Reading(x.program.Config())
	case "registry", "quota":
		limit = 0 // several requests, each with a deadline of its own
	}
	x.program.Watch.Step(limit)
	defer x.program.Watch.Step(0)
	return x.walk.do(name, possible, why, check)
}

func (x *examination) run(ctx context.Context) {
	const no = "skipped, since a step before it failed"
	x.do(ctx, "helper", true, "", x.checkHelper)
	config := x.do(ctx, "config.json", true, "", x.checkConfig)
	mapped := x.do(ctx, "credHelpers", config, no, x.checkMapping)
	x.do(ctx, "plaintext", config, no, x.checkPlaintext)
	x.do(ctx, "options", config, no, x.checkOptions)
	region := x.do(ctx, "region", config, no, func() result { return x.checkRegion(ctx) })
	signed := x.do(ctx, "credentials", region, no, func() result { return x.checkCredentials(ctx) })
	known := x.do(ctx, "identity", signed, no, func() result { return x.checkIdentity(ctx) })
	if x.program.Env("CODEBUILD_BUILD_ID") != "" {
		x.do(ctx, "CodeBuild", config, no, x.checkCodeBuild)
	}
	parameter := x.do(ctx, "parameter", known, no, func() result { return x.checkParameter(ctx) })
	accepted := x.offline && parameter
	if x.offline {
		x.do(ctx, "registry", false, "skipped, as --offline says", nil)
	} else {
		accepted = x.do(ctx, "registry", parameter, no, func() result { return x.checkRegistry(ctx) })
		if x.key == registry.DockerHub {
			x.do(ctx, "quota", true, "", func() result { return x.checkQuota(ctx, accepted) })
		}
	}
	x.SignedIn = x.said("helper") == passed && mapped && parameter && accepted
	switch {
	case x.SignedIn && x.offline:
		x.Verdict = fmt.Sprintf("A pull from %s has the credential of %s; whether the registry takes it was not asked.", x.Registry, x.found.Username)
	case x.SignedIn:
		x.Verdict = fmt.Sprintf("A pull from %s is signed in as %s.", x.Registry, x.found.Username)
	default:
		x.Verdict = fmt.Sprintf("A pull from %s is not signed in: see the first ✗.", x.Registry)
	}
}

func (x *examination) checkRegion(ctx context.Context) result {
	var err error
	if x.inspection, err = x.program.Store(x.settings).Inspect(ctx, x.key); err != nil {
		return failure(err)
	}
	return ok("%s", x.inspection.Region())
}

func (x *examination) checkCredentials(ctx context.Context) result {
	source, err := x.inspection.Credentials(ctx)
	if err != nil {
		return failure(err)
	}
	return ok("found by %s", source)
}

// checkIdentity lets a machine go on that reaches Parameter Store alone, such as
// one behind a VPC endpoint; credentials that AWS does not know are another matter.
func (x *examination) checkIdentity(ctx context.Context) result {
	arn, err := x.inspection.Identity(ctx)
	if err != nil {
		r := failure(err)
		if !ssm.Refused(err) {
			r.outcome = warned
		}
		return r
	}
	x.arn = arn
	return ok("%s", arn)
}

// checkCodeBuild says what is particular in a build.
func (x *examination) checkCodeBuild() result {
	r := ok("build %s", x.program.Env("CODEBUILD_BUILD_ID"))
	// arn:aws:sts::111122223333:assumed-role/ROLE/SESSION
	if _, rest, assumed := strings.Cut(x.arn, ":assumed-role/"); assumed {
		role, _, _ := strings.Cut(rest, "/")
		r.more = append(r.more, "the service role is "+role)
	}
	o, _ := x.settings.For(x.key)
	switch prefix := o.Prefix + "/"; {
	case o.Location.Kind != settings.BelowPrefix:
	case strings.HasPrefix(prefix, "/CodeBuild/"):
		r.more = append(r.more, "a role that CodeBuild made may read below /CodeBuild/, where the prefix "+o.Prefix+" is")
	default:
		r.outcome = warned
		r.more = append(r.more, "a role that CodeBuild made may read below /CodeBuild/ alone, where the prefix "+o.Prefix+" is not")
	}
	return r
}

func (x *examination) checkParameter(ctx context.Context) result {
	found, err := x.inspection.Read(ctx)
	var r result
	switch {
	case errors.Is(err, ssm.ErrNotFound):
		r = wrong("Run "+settings.EnvPrefix+"WRITABLE=true docker login"+loginArgument(x.key)+", or have the parameter made by whoever may", "%v", err)
	case err != nil:
		r = failure(err)
	default:
		x.found = found
		r = ok("%s, of the user %s", x.inspection.Location(), found.Username)
		if len(found.Parameters) == 1 {
			r.detail = fmt.Sprintf("%s, of the user %s", found.Parameters[0].Name, found.Username)
		}
	}
	if found == nil {
		return r
	}
	for _, p := range found.Parameters {
		line := fmt.Sprintf("%s, version %d", p.Type, p.Version)
		if len(found.Parameters) > 1 {
			line = p.Name + ": " + line
		}
		if !p.Modified.IsZero() {
			line += ", " + age(time.Since(p.Modified)) + " old"
		}
		r.more = append(r.more, line)
	}
	if err != nil {
		return r
	}
	if last := found.Parameters[len(found.Parameters)-1]; last.Type == "String" { // of a pair, the password
		r.outcome, r.hint = warned, "Store it as a SecureString: delete the parameter, then store it again"
		r.more = append(r.more, "a plain String is readable without any key's permission")
	}
	switch {
	case found.Stale:
		r.outcome = warned
		r.more = append(r.more, "the cache holds another credential, until cacheTTL is over")
	case found.Cached:
		r.more = append(r.more, "the cache holds the same")
	}
	return r
}

// loginArgument is what docker login wants to hear after its name.
func loginArgument(key string) string {
	if key == registry.DockerHub {
		return ""
	}
	return " " + registry.Lookups(key)[0]
}

func (x *examination) checkRegistry(ctx context.Context) result {
	x.registry = registryclient.New(x.key)
	err := x.registry.SignIn(ctx, x.found.Username, x.found.Secret)
	switch {
	case errors.Is(err, registryclient.ErrRejected):
		return wrong("Store the right password, or a new access token: "+settings.EnvPrefix+"WRITABLE=true docker login"+loginArgument(x.key),
			"%s does not accept the password of %s", x.registry.Base, x.found.Username)
	case errors.Is(err, registryclient.ErrOpen):
		return result{outcome: warned, detail: x.registry.Base + " asks nobody for a credential"}
	case err != nil:
		return wrong("Check the network and HTTPS_PROXY, or run doctor --offline", "%v", err)
	}
	return ok("%s accepts the credential of %s", x.registry.Base, x.found.Username)
}

// checkQuota compares what the user has with what an anonymous caller has from
// this address, which in CodeBuild is shared with everybody else's builds.
func (x *examination) checkQuota(ctx context.Context, accepted bool) result {
	if x.registry == nil {
		x.registry = registryclient.New(x.key)
	}
	r := ok("what signing in buys")
	if accepted {
		mine := x.registry.Quota(ctx, x.found.Username, x.found.Secret)
		x.Quotas = append(x.Quotas, mine)
		switch {
		case mine.Error != "":
			r.outcome, r.detail = warned, "Docker Hub does not tell the quota"
		case mine.UsedUp():
			r.outcome, r.detail = warned, "the pulls of "+mine.As+" are used up"
			r.hint = "Wait, pull less often, or give the account a paid plan"
		}
	}
	anonymous := x.registry.Quota(ctx, "", "")
	x.Quotas = append(x.Quotas, anonymous)
	switch {
	case r.outcome != passed:
	case !accepted:
		r.detail = "of an anonymous caller, since nobody is signed in"
		if r.outcome = warned; anonymous.Error != "" {
			r.detail = "Docker Hub does not tell the quota"
		}
	case anonymous.UsedUp():
		r.detail = "this address has used up its anonymous pulls: only signed-in ones work"
	}
	r.more = table(x.Quotas)
	return r
}

// age is how long ago something was, as people say it.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
