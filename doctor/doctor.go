// Package doctor is the command doctor: it says who signs a pull in, and if nobody does,
// why. It takes the steps of a pull one by one, one file for each: the files that
// clients read, the options, AWS's Region and credentials, the parameter or the secret,
// the registry and its quota. The first step that fails is the cause, and has a hint; a
// step that needs what has failed is skipped. It changes nothing, unless --fix is given,
// and nothing secret is in its output.
package doctor

import (
	"context"

	"github.com/spf13/pflag"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/registry"
)

// Command is doctor.
func Command() cli.Command {
	return cli.Command{
		Name:  "doctor",
		Short: "Say who signs pulls in, and if nobody does, what is wrong.",
		Long: `It takes the steps of a pull one by one, and says at each one that fails what
mends it. REGISTRY defaults to docker.io. Nothing secret is shown: all of it is
fit for a bug report. The exit status is 0 when a pull from every registry named
is signed in, by this helper or by another, and 1 when one is not.`,
		Examples: []cli.Example{
			{Line: "docker-credential-ssm doctor", What: "examine Docker Hub's credential, and the quota that comes with it"},
			{Line: "docker-credential-ssm doctor --offline ghcr.io", What: "do not ask the registry"},
			{Line: "docker-credential-ssm doctor --fix", What: "add what is missing in credHelpers, where that changes nothing else"},
			{Line: "docker-credential-ssm doctor --json", What: "the same for a program; docs/doctor.md has the schema"},
		},
		Define: doctorFlags,
	}
}

func doctorFlags(set *pflag.FlagSet) cli.Runner {
	var o options
	set.BoolVar(&o.json, "json", false, "write the steps as JSON")
	set.BoolVar(&o.offline, "offline", false, "do not ask the registry")
	set.StringVar(&o.file, "file", "", "examine the clients that read this `FILE`, such as podman's auth.json")
	set.BoolVar(&o.fix, "fix", false, "add the keys that are missing in credHelpers, where nobody else serves them")
	return func(ctx context.Context, p *cli.Program, args []string) (bool, error) {
		keys, err := cli.Registries(args, registry.DockerHub)
		if err != nil {
			return false, err
		}
		d := &doctor{options: o, program: p, system: thisSystem(p), patience: patience}
		all := true
		var reports []*report
		for i, key := range keys {
			r := d.registry(ctx, key, i > 0)
			if ctx.Err() != nil {
				return false, nil
			}
			reports, all = append(reports, r), all && r.SignedIn
		}
		if o.json {
			return all, writeJSON(p.Out, message.OneLine(p.Version), reports)
		}
		return all, nil
	}
}

// options are the command's flags.
type options struct {
	json, offline, fix bool
	file               string
}

// doctor is one run of the command.
type doctor struct {
	options
	program  *cli.Program
	system   system
	patience budget
}

// registry examines one registry and, with --fix, once more when something was
// mended.
func (d *doctor) registry(ctx context.Context, key string, another bool) *report {
	var s *screen
	if !d.json {
		s = &screen{out: d.program.Out, color: d.program.Colors(), live: d.program.Escapes(), width: widthOf(d.program)}
	}
	if another {
		s.say("")
	}
	s.say("docker-credential-ssm %s, for %s", message.OneLine(d.program.Version), message.OneLine(registry.Lookups(key)[0]))
	s.say("")
	x := d.examine(ctx, key, s)
	if !d.fix || ctx.Err() != nil {
		return &x.report
	}
	added, err := x.mend()
	switch {
	case err != nil:
		s.say("--fix: %s", message.OneLine(err.Error()))
	case len(added) == 0:
		s.say("--fix: nothing to mend that is safe to change")
	default:
		for _, line := range added {
			s.say("--fix: %s", line)
		}
		s.say("")
		x = d.examine(ctx, key, s)
		x.Fixed = added
	}
	return &x.report
}
