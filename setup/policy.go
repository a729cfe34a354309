package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/setup/policy"
)

func policyCommand() cli.Command {
	return cli.Command{
		Name:  "policy",
		Short: "Print the smallest IAM policy for the settings in force.",
		Long: `It prints what a role needs so that the helper can serve the registries as they
are configured: each action, on the very parameters, secrets and keys. REGISTRY
defaults to those of config.json, and to docker.io where there are none. The
account and the Region are filled in from the AWS credentials at hand, which need
no permission for that; without any, ACCOUNT and REGION stand in their places.`,
		Examples: []cli.Example{
			{Line: "docker-credential-ssm policy", What: "what a build's role needs"},
			{Line: "docker-credential-ssm policy --write docker.io", What: "what docker login and docker logout need besides"},
			{Line: "docker-credential-ssm policy --format cloudformation", What: "the same, as a resource of a template"},
		},
		Define: policyFlags,
	}
}

func policyFlags(set *pflag.FlagSet) cli.Runner {
	var what policy.What
	set.BoolVar(&what.Write, "write", false, "add what store and erase need")
	set.BoolVar(&what.List, "list", false, "add what list needs")
	account := set.String("account", "", "the account's `ID`, so that nobody is asked for it")
	format := set.String("format", "json", "json, cloudformation or terraform")
	return func(ctx context.Context, p *cli.Program, args []string) (bool, error) {
		write, ok := map[string]func([]policy.Statement) string{"json": policy.JSON, "cloudformation": policy.CloudFormation, "terraform": policy.Terraform}[*format]
		if !ok {
			return false, cli.Misused("policy", errors.New("--format is json, cloudformation or terraform"))
		}
		if *account != "" && (len(*account) != 12 || strings.Trim(*account, "0123456789") != "") {
			return false, cli.Misused("policy", errors.New("--account has twelve digits"))
		}
		s, err := settings.Load(p.Environ, p.Dir)
		if err != nil {
			return false, err
		}
		keys, err := cli.Registries(args, s.Keys()...)
		if err != nil {
			return false, err
		}
		if len(keys) == 0 {
			keys = []string{registry.DockerHub}
		}
		// A template uses the account and the Region in which it is deployed.
		where := policy.Account{}
		if *format == "json" || *account != "" {
			where = whereabouts(ctx, p, s, keys[0], *account)
		}
		statements, err := policy.For(s, keys, where, what)
		if err != nil {
			return false, err
		}
		if _, err := io.WriteString(p.Out, write(statements)); err != nil {
			return false, err
		}
		remark(p, s, keys, where, what, *format)
		return true, nil
	}
}

// whereabouts gets the Region from AWS's configuration and, unless the account is
// given, the account from STS. What it cannot get stays empty.
func whereabouts(ctx context.Context, p *cli.Program, s *settings.Settings, key, account string) policy.Account {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	where := policy.Account{ID: account}
	inspection, err := p.Store(s).Inspect(ctx, key)
	if err != nil {
		return where
	}
	where.Region = inspection.Region()
	if account != "" {
		return where
	}
	if arn, err := inspection.Identity(ctx); err == nil { // arn:aws:sts::111122223333:…
		parts := strings.SplitN(arn, ":", 6)
		if len(parts) == 6 {
			where.Partition, where.ID = parts[1], parts[4]
		}
	}
	return where
}

// remark writes notes on what the policy does not contain.
func remark(p *cli.Program, s *settings.Settings, keys []string, where policy.Account, what policy.What, format string) {
	note := func(format string, args ...any) { message.Note(fmt.Sprintf(format, args...), p.Err) }
	if format == "json" && where.Region == "" {
		note("the Region is not known: write it in the place of %s, or set AWS_REGION", policy.NoRegion)
	}
	if format == "json" && where.ID == "" {
		note("the account is not known: write its ID in the place of %s, or give --account", policy.NoAccount)
	}
	roles, keysNamed := map[string]bool{}, map[string]bool{}
	for _, key := range keys {
		o, err := s.For(key)
		if err != nil {
			continue
		}
		if what.Write && o.Location.ReadOnly() != "" {
			note("store and erase never change %s: %s", o.Location, o.Location.ReadOnly())
		}
		if what.Write && o.KMSKeyID != "" && o.Location.ReadOnly() == "" && !keysNamed[o.KMSKeyID] {
			keysNamed[o.KMSKeyID] = true
			note("a credential of more than 4 KB is stored in the advanced tier, for which the role needs kms:GenerateDataKey on %s too", o.KMSKeyID)
		}
		if o.RoleARN != "" && !roles[o.RoleARN] {
			roles[o.RoleARN] = true
			note(`the statement AssumeRole is for whoever calls the helper, the others are for %s, whose trust policy has to let that caller do sts:AssumeRole`, o.RoleARN)
		}
	}
}
