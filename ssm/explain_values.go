package ssm

import (
	"errors"
	"strings"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/resource"
)

// tell fills in a row of the table of causes that is about a resource of a registry's
// location.
func (p place) tell(name string, r resource.Resource, parts ...string) Explanation {
	region := ""
	if p.client != nil {
		region = p.region
	}
	secret := r.Name
	if behind, ok := r.Behind(); ok {
		secret = behind
	}
	e := because(name, false, append(parts,
		"name", p.options.Location.String(), "resource", r.String(), "plain", r.Plain(), "secret", secret, "region", region,
		"registry", p.registryName(), "option", option(r), "location", p.locationOptions(), "location alone", "--"+option(r)+" "+r.Name,
		"store", p.storeCommand(r, ""), "replace", p.storeCommand(r, " --force"),
	)...)
	return Explanation{e.Cause, e.Why, e.Advice}
}

// registryName is the registry as an argument of a command.
func (p place) registryName() string {
	name := registry.Name(p.key)
	if !isOnly(name, letters+digits+".-/:_") {
		return "REGISTRY"
	}
	return name
}

// option is configure's option, without dashes, that names a resource with both
// halves.
func option(r resource.Resource) string {
	if r.Service == resource.SecretsManager {
		return "secret"
	}
	return "parameter"
}

// locationOptions are configure's options for a location of one resource.
func (p place) locationOptions() string {
	l := p.options.Location
	options := "--" + option(l.Value) + " " + l.Value.Name
	if l.Shared {
		return "--all-registries " + options
	}
	return options
}

// storeCommand is the command that stores a credential in a resource. login replaces
// another credential only with --force.
func (p place) storeCommand(r resource.Resource, force string) string {
	l := p.options.Location
	region := ""
	if p.client != nil {
		region = p.region
	}
	switch secret, behind := r.Behind(); {
	case l.ReadOnly() == "":
		login := "docker-credential-ssm login" + force
		if p.key != "docker.io" {
			login += " " + p.registryName()
		}
		return login
	case r.Service == resource.SecretsManager:
		return "aws secretsmanager put-secret-value --region " + region + " --secret-id " + r.Name + " --secret-string file://FILE"
	case behind:
		return "aws secretsmanager put-secret-value --region " + region + " --secret-id " + secret + " --secret-string file://FILE"
	}
	return "aws ssm put-parameter --region " + region + " --name " + r.Plain() + " --type SecureString --overwrite --value file://FILE"
}

// notFound is the error for a default location of which no parameter exists.
func (p place) notFound() error {
	l := p.options.Location
	return &NotFoundError{p.tell("not-found", l.Value), l.String(), p.region}
}

// missing is the error for a parameter or secret that the settings name and that does
// not exist.
func (p place) missing(r resource.Resource) error {
	row := "missing-parameter"
	switch _, behind := r.Behind(); {
	case r.Service == resource.SecretsManager, behind:
		row = "missing-secret"
		if secret, ok := r.Behind(); ok {
			return &MissingError{p.tell(row, r, "resource", "the secret "+secret+", behind "+r.Name), r, p.region}
		}
	case strings.HasPrefix(r.Name, "arn:"):
		row = "missing-shared"
	case r.Plain() != r.Name:
		row = "missing-version"
	}
	return &MissingError{p.tell(row, r, "option", p.optionOf(r)), r, p.region}
}

// optionOf is configure's option for one of the location's resources.
func (p place) optionOf(r resource.Resource) string {
	l := p.options.Location
	if l.Kind != settings.Pair {
		return option(r)
	}
	if r == l.Username {
		return "username-" + option(r)
	}
	return "password-" + option(r)
}

// broken is the error for a value that is not a credential.
func (p place) broken(r resource.Resource, err error) error {
	var (
		kind  *kindError
		entry *credential.RegistryError
		field *credential.FieldError
		row   = "value-field"
		parts = []string{"problem", err.Error()}
		pair  = p.options.Location.Kind == settings.Pair || r != p.options.Location.Value
	)
	switch {
	case errors.As(err, &kind):
		row = kind.cause
	case errors.Is(err, credential.ErrEmpty):
		row = "value-empty"
	case errors.Is(err, credential.ErrNoObject) && (pair || p.options.Location.Shared || p.options.Location.Reading != credential.Reading{}):
		row = "value-shape-half"
	case errors.Is(err, credential.ErrNoObject):
		row = "value-shape"
	case errors.Is(err, errSingle):
		row = "value-single"
	case errors.As(err, &entry):
		row = "value-entry"
	case errors.As(err, &field):
		row = "value-fields"
		if fields := fieldOptions(field, p.options.Location.Reading); fields != "" {
			row = "value-fields-found"
			parts = append(parts, "fields", fields)
		}
	}
	return &ValueError{p.tell(row, r, parts...), r, p.key, err}
}

// fieldOptions are configure's options for the fields of an object that look like
// the right ones; "" where that cannot be said.
func fieldOptions(e *credential.FieldError, how credential.Reading) string {
	username, password := credential.GuessFields(e.Has)
	var options []string
	if how.Username == "" {
		if username == "" {
			return ""
		}
		options = append(options, "--username-field "+username)
	}
	if password == "" {
		return ""
	}
	options = append(options, "--password-field "+password)
	for _, name := range []string{username, password} {
		if name != "" && !isOnly(name, letters+digits+"_.-") {
			return "" // it would have to be quoted, in each shell in its own way
		}
	}
	return strings.Join(options, " ")
}

// half is the error for a default pair of which only one parameter exists.
func (p place) half(there, missing resource.Resource) error {
	return &ValueError{p.tell("value-half", there, "other", missing.Name), there, p.key, errHalf}
}

var errHalf = errors.New("it is half of a pair")

// kindError says why a value is not a credential, with the row of the table of causes.
type kindError struct{ cause, problem string }

func (e *kindError) Error() string { return e.problem }

// readOnly says why the location is never written, or what would allow it.
func (p place) readOnly(reason string) error {
	l := p.options.Location
	r := l.Value
	for _, one := range []resource.Resource{l.Value, l.Password, l.Username} {
		if one.ReadOnly != "" {
			r = one
			break
		}
	}
	row := "read-only"
	_, behind := r.Behind()
	switch {
	case reason == "":
	case r.Service == resource.SecretsManager || behind:
		row = "read-only-secret"
	case strings.HasPrefix(r.Name, "arn:"):
		row = "read-only-shared"
	case r.ReadOnly != "":
		row = "read-only-version"
	case l.Reading != (credential.Reading{}) && !l.Shared:
		row = "read-only-fields"
		if r == (resource.Resource{}) {
			r = l.Password
		}
	default:
		row = "read-only-registries"
	}
	return &ReadOnlyError{p.tell(row, r, "problem", reason), reason}
}

// halfDone is the error for a change that was made to one of two parameters only.
func (p place) halfDone(row string, done, undone resource.Resource, err error) error {
	return &HalfError{p.tell(row, undone, "done", done.Name, "undone", undone.Name, "problem", err.Error(), "hint", message.Hint(err)), done.Name, undone.Name, err}
}
