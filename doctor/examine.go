package doctor

import (
	"context"
	"time"

	"docker-credential-ssm/internal/registryclient"
	"docker-credential-ssm/internal/watch"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm"
)

// examination is one registry's, with what the steps have found so far.
type examination struct {
	report
	*doctor
	screen *screen
	key    string

	settings   *settings.Settings
	options    settings.Options
	families   []clients // the first is the one that the verdict is about
	broken     []string  // files that clients cannot read
	inspection *ssm.Inspection
	arn        string
	found      *ssm.Found
	credential credential // what the registry is asked about
	registry   *registryclient.Client
	table      []string // of the quotas
}

// credential is who signs in, and with what.
type credential struct {
	username, secret string
	token            bool // whether the secret is an identity token, which only clients exchange
}

// budget is how long all steps together may wait in vain.
type budget time.Duration

// patience is for all registries of a run.
const patience = budget(10 * time.Second)

// The deadlines of the steps that ask somebody. A step that ends sooner leaves
// nothing to the others, but one that fails or is a warning takes its time from
// the budget, so that an address that is silent costs no more than that.
var limits = map[string]time.Duration{
	"sign-in":     5 * time.Second,
	"credentials": 8 * time.Second,
	"identity":    3 * time.Second,
	"parameter":   5 * time.Second,
	"registry":    5 * time.Second,
	"quota":       4 * time.Second,
}

const (
	localLimit = 5 * time.Second // of a step that reads files, which may be on a network drive
	leastLimit = time.Second     // of any step
)

// limit is a step's deadline. The option timeout shortens it and, for the AWS
// credentials and the parameter, is it where somebody has set it: so long get waits.
func (x *examination) limit(name string) time.Duration {
	timeout := watch.Timeout(x.program.Environ)
	if x.settings != nil {
		timeout = x.options.Timeout
	}
	limit, asks := limits[name]
	if !asks {
		return min(localLimit, timeout)
	}
	if (name == "credentials" || name == "parameter") && x.timeoutSet() {
		return timeout
	}
	return min(timeout, max(leastLimit, min(limit, time.Duration(x.patience))))
}

func (x *examination) timeoutSet() bool {
	for _, o := range x.settings.Origins(x.key) {
		if o.Option == "timeout" {
			return true
		}
	}
	return false
}

// do takes a step, unless one that it follows from has failed or somebody has
// interrupted, and shows it. It reports whether it went well.
func (x *examination) do(ctx context.Context, name string, possible bool, why string, check func(context.Context) result) bool {
	if ctx.Err() != nil {
		return false
	}
	s := step{Outcome: skipped, Detail: why}
	x.table = nil
	if possible {
		limit := x.limit(name)
		x.program.Watch.Doing("on the step "+name, "")
		if name == "config.json" {
			x.program.Watch.Reading(x.program.Config())
		}
		x.program.Watch.Step(limit)
		x.screen.begin(name)
		if x.inspection != nil {
			x.inspection.Within(limit)
		}
		start := time.Now()
		r := x.within(ctx, name, limit, check)
		took := time.Since(start)
		x.program.Watch.Step(0)
		x.screen.end()
		if ctx.Err() != nil {
			return false
		}
		s = r.clean()
		s.Took = millis(took)
		if r.outcome != passed {
			x.patience = max(0, x.patience-budget(took))
		}
	}
	s.Name = name
	x.Steps = append(x.Steps, s)
	x.screen.show(s, x.table)
	return s.Outcome == passed || s.Outcome == warned
}

// within gives a step that asks registries or helpers its deadline. What asks AWS
// keeps its own, which stands still while a person types a code.
func (x *examination) within(ctx context.Context, name string, limit time.Duration, check func(context.Context) result) result {
	switch name {
	case "sign-in", "registry", "quota":
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	return check(ctx)
}

// examine takes all steps.
func (d *doctor) examine(ctx context.Context, key string, s *screen) *examination {
	x := &examination{doctor: d, screen: s, key: key}
	x.Registry = registry.Lookups(key)[0]
	const no = "skipped, since a step before it failed"
	config := x.do(ctx, "config.json", true, "", x.checkConfig)
	x.do(ctx, "helper", true, "", x.checkHelper)
	x.do(ctx, "docker", true, "", x.checkDocker)
	signed := x.do(ctx, "sign-in", config, no, x.checkSignIn)
	x.do(ctx, "plaintext", config, no, x.checkPlaintext)
	x.do(ctx, "options", config, no, x.checkOptions)

	asked, why := config, no
	if other := x.other(); config && other != "" {
		asked, why = false, "skipped, since "+other+" signs this pull in"
	}
	region := x.do(ctx, "region", asked, why, x.checkRegion)
	found := x.do(ctx, "credentials", region, why, x.checkCredentials)
	known := x.do(ctx, "identity", found, why, x.checkIdentity)
	if d.building() {
		x.do(ctx, "CodeBuild", config, no, x.checkCodeBuild)
	}
	parameter := x.do(ctx, "parameter", known, why, x.checkParameter)

	has := parameter || x.other() != "" && signed
	accepted := has
	if d.offline {
		x.do(ctx, "registry", false, "skipped, as --offline says", nil)
	} else {
		accepted = x.do(ctx, "registry", has, no, x.checkRegistry)
		if key == registry.DockerHub {
			x.do(ctx, "quota", true, "", func(ctx context.Context) result { return x.checkQuota(ctx, accepted) })
		}
	}
	if ctx.Err() != nil {
		return x
	}
	x.conclude(signed && accepted && (x.other() != "" || x.said("helper") == passed || x.said("helper") == warned))
	return x
}

// building reports whether this is a build of CodeBuild's, in which nobody can sign
// in to anything.
// Source: https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
func (d *doctor) building() bool { return d.program.Env("CODEBUILD_BUILD_ID") != "" }
