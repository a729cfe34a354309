package doctor

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	shape "docker-credential-ssm/credential"
	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/shell"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm"
	"docker-credential-ssm/ssm/resource"
)

// checkParameter reads the credential.
func (x *examination) checkParameter(ctx context.Context) result {
	found, err := x.inspection.Read(ctx)
	var missing *ssm.MissingError
	var r result
	switch {
	case errors.As(err, &missing):
		r = x.missing(err, missing.Resource)
	case errors.Is(err, ssm.ErrNotFound):
		r = x.absent(err)
	case errors.Is(err, ssm.ErrDenied):
		r = x.denied(err)
	case err != nil:
		r = failure(err)
		var value *ssm.ValueError
		if len(r.hints) == 0 || errors.As(err, &value) && strings.Contains(r.hints[0].Text, "login --force") {
			r.hints = nil
			r = x.unreadable(r)
		}
	default:
		x.found, x.credential = found, credential{found.Username, found.Secret, false}
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
		if p.Version == 0 {
			line = p.Type
		}
		if len(found.Parameters) > 1 {
			line = p.Name + ": " + line
		}
		if !p.Modified.IsZero() {
			line += ", " + cli.Age(time.Since(p.Modified)) + " old"
		}
		r = r.tell(line)
	}
	if err != nil {
		return r
	}
	if last := found.Parameters[len(found.Parameters)-1]; last.Type == "String" { // of a pair, the password
		r = r.but().tell("a plain String can be read without permission for any key").
			advise("Store it as a SecureString: delete the parameter, then store it again")
	}
	switch {
	case found.Stale:
		r = r.but().tell("the cache holds another credential, until cacheTTL is over")
	case found.Cached:
		r = r.tell("the cache holds the same")
	}
	return r
}

// absent is a default location with nothing in it. Whether another Region has it is
// not known, so both ways are said.
func (x *examination) absent(err error) result {
	name := x.system.argument(registry.Name(x.key))
	r := wrong("%v", err)
	if x.options.Location.Shared {
		return r.advise("Add the registry to the value of " + x.options.Location.String())
	}
	return r.
		run(x.fromMachine("Store the credential there"), "docker-credential-ssm login"+x.loginArgument()).
		run("Or, if it is in another Region, name that one", "docker-credential-ssm configure --region REGION "+name)
}

// missing is a location that somebody has named.
func (x *examination) missing(err error, r resource.Resource) result {
	name, option := x.system.argument(registry.Name(x.key)), x.naming(r)
	res := wrong("%v", err).tell("the option " + option + " names it, and no other place is looked at")
	region := " --region " + x.inspection.Region()
	from, typed := shell.Value(x.system.goos, x.valueOf(option))
	switch {
	case r.Service == resource.SecretsManager:
		res = res.run(x.fromMachine("Make the secret")+", "+typed, "aws secretsmanager create-secret"+region+" --name "+x.system.argument(r.Name)+" --secret-string "+from)
	case r.ReadOnly == "" && option == "parameter" && x.options.Location.ReadOnly() == "":
		res = res.run(x.fromMachine("Store the credential there"), "docker-credential-ssm login"+x.loginArgument())
	case r.ReadOnly == "":
		res = res.run(x.fromMachine("Make the parameter")+", "+typed, "aws ssm put-parameter"+region+" --type SecureString --name "+x.system.argument(r.Name)+" --value "+from)
	default:
		res = res.advise("Correct the name in the option " + option)
	}
	if r.Region != "" { // an ARN says its Region
		return res
	}
	return res.run("Or, if it is in another Region, name that one", "docker-credential-ssm configure --region REGION "+name)
}

// fromMachine adds to what stores something that a build, in which nobody types and
// whose role only reads, is not the place for it.
func (x *examination) fromMachine(text string) string {
	if !x.building() {
		return text
	}
	return text + ", from a developer's machine, in " + x.inspection.Region()
}

// valueOf is what the place that an option names has to hold.
func (x *examination) valueOf(option string) string {
	what := shape.Shape
	switch {
	case strings.HasPrefix(option, "username"):
		what = "the user name"
	case strings.HasPrefix(option, "password"), x.options.Location.Reading.Username != "":
		what = "the token"
	}
	return what
}

// unreadable is a value that holds no credential.
func (x *examination) unreadable(r result) result {
	if x.options.Location.ReadOnly() != "" || x.options.Location.Kind == settings.Pair {
		return r.advise("Correct the value, where it is kept")
	}
	return r.run(x.fromMachine("Store the credential there in its place"), "docker-credential-ssm login --force"+x.loginArgument())
}

// naming is the option that names a resource.
func (x *examination) naming(r resource.Resource) string {
	for _, o := range x.settings.Origins(x.key) {
		switch o.Option {
		case "parameter", "secret", "usernameParameter", "passwordParameter", "usernameSecret", "passwordSecret":
			if o.Value == r.Name {
				return o.Option
			}
		}
	}
	if r.Service == resource.SecretsManager {
		return "secret"
	}
	return "parameter"
}

// loginArgument is what login wants to hear after its name.
func (x *examination) loginArgument() string {
	if x.key == registry.DockerHub {
		return ""
	}
	return " " + x.system.argument(registry.Name(x.key))
}
