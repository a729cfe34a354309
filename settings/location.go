package settings

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/ssm/resource"
)

// Kind is the kind of a [Location].
type Kind int

// The kinds of location.
const (
	// BelowPrefix is the default: the parameter PREFIX/KEY with user name and password,
	// or the pair PREFIX/KEY/username and PREFIX/KEY/password. PREFIX/KEY is used where
	// both exist.
	BelowPrefix Kind = iota
	// Whole is one parameter or secret that the settings name.
	Whole
	// Pair is two parameters or secrets that the settings name, one for the user name
	// and one for the password; or a user name in the settings and one for the
	// password.
	Pair
)

// Location is where a registry's credential is. It is comparable: two registries with
// equal Locations have one credential, or one value that holds the credentials of both.
type Location struct {
	Kind Kind

	Value              resource.Resource // with user name and password; zero for a Pair
	Username, Password resource.Resource // with one of the two each; zero for a Whole

	// Reading is how Value is read. Its user name is also that of a Pair without a
	// Username resource.
	Reading credential.Reading

	// Shared says that Value is the common section's: it holds one credential for
	// each registry, never one for all registries.
	Shared bool
}

const (
	usernameSuffix = "/username"
	passwordSuffix = "/password"
)

// ErrReserved is the error for a key whose default location is one of the two
// parameters of another registry's pair. Example: PREFIX/ghcr.io/username holds the
// user name for ghcr.io, so that the repository ghcr.io/username, which crane may ask
// for, has no credential.
var ErrReserved = errors.New("a name that ends in /username or /password is half of another registry's pair")

// BelowPrefixOf is the default location of a key.
func BelowPrefixOf(prefix, key, region string) (Location, error) {
	if strings.HasSuffix(key, usernameSuffix) || strings.HasSuffix(key, passwordSuffix) {
		return Location{}, &LocationError{ErrReserved}
	}
	parameter := func(name string) resource.Resource {
		return resource.Resource{Service: resource.ParameterStore, Name: name}
	}
	name := prefix + "/" + key
	if err := resource.CheckLength(name, region); err != nil {
		return Location{}, &LocationError{err}
	}
	l := Location{Kind: BelowPrefix, Value: parameter(name)}
	// A name near the maximum length has no pair: the pair's names would be too long.
	if resource.CheckLength(name+passwordSuffix, region) == nil {
		l.Username, l.Password = parameter(name+usernameSuffix), parameter(name+passwordSuffix)
	}
	return l, nil
}

// SplitPair returns the key of a parameter below a prefix: the name without /username
// or /password at its end.
func SplitPair(key string) string {
	return strings.TrimSuffix(strings.TrimSuffix(key, usernameSuffix), passwordSuffix)
}

// Resources are the parameters and secrets of the location: at most three.
func (l Location) Resources() []resource.Resource {
	var all []resource.Resource
	for _, r := range []resource.Resource{l.Value, l.Username, l.Password} {
		if r != (resource.Resource{}) {
			all = append(all, r)
		}
	}
	return all
}

// Services are the services of AWS that the location's resources are in.
func (l Location) Services() []resource.Service {
	if l.Kind == BelowPrefix {
		return []resource.Service{resource.ParameterStore}
	}
	var all []resource.Service
	for _, r := range l.Resources() {
		if !slices.Contains(all, r.Service) {
			all = append(all, r.Service)
		}
	}
	return all
}

// String is the location as messages name it.
func (l Location) String() string {
	switch {
	case l.Kind != Pair:
		return l.Value.Name
	case l.Username.Name == "":
		return l.Password.Name
	}
	return l.Username.Name + " and " + l.Password.Name
}

// ReadOnly is the reason why the helper never writes the location; "" where it may.
func (l Location) ReadOnly() string {
	why := cmp.Or(l.Value.ReadOnly, l.Password.ReadOnly, l.Username.ReadOnly)
	switch {
	case why == "" && l.Shared:
		return "it holds the credentials of many registries"
	case why == "" && l.Reading != (credential.Reading{}):
		return "the settings give its user name or its fields"
	}
	return why
}

// named are the options for the location, as they are in one section.
type named struct {
	parameter, usernameParameter, passwordParameter resource.Resource
	secret, usernameSecret, passwordSecret          resource.Resource
	reading                                         credential.Reading
}

// none reports whether no option is set.
func (n named) none() bool { return n == named{} }

// location makes a [Location] of the options. An error says which options contradict
// each other or lack another one.
func (n named) location() (Location, error) {
	var none resource.Resource
	given := func(options ...resource.Resource) (count int) {
		for _, r := range options {
			if r != none {
				count++
			}
		}
		return count
	}
	whole := given(n.parameter, n.secret)
	usernames := given(n.usernameParameter, n.usernameSecret)
	passwords := given(n.passwordParameter, n.passwordSecret)
	literal := n.reading.Username != ""
	fields := n.reading.UsernameField != "" || n.reading.PasswordField != ""
	switch {
	case whole == 2:
		return Location{}, errors.New("has both parameter and secret")
	case usernames == 2:
		return Location{}, errors.New("has both usernameParameter and usernameSecret")
	case passwords == 2:
		return Location{}, errors.New("has both passwordParameter and passwordSecret")
	case whole > 0 && usernames+passwords > 0:
		return Location{}, errors.New("has a parameter or secret with both halves, and one with a single half")
	case literal && usernames > 0:
		return Location{}, errors.New("has the user name twice: in username, and in usernameParameter or usernameSecret")
	case literal && n.reading.UsernameField != "":
		return Location{}, errors.New("has the user name twice: in username, and in usernameField")
	case fields && whole == 0:
		return Location{}, errors.New("has usernameField or passwordField without the parameter or secret that has these fields")
	case whole == 1:
		return Location{Kind: Whole, Value: cmp.Or(n.parameter, n.secret), Reading: n.reading}, nil
	case passwords == 0 && usernames > 0:
		return Location{}, errors.New("has the user name's parameter or secret without the password's")
	case passwords == 0:
		return Location{}, errors.New("has username without a password")
	case usernames == 0 && !literal:
		return Location{}, errors.New("has the password's parameter or secret without the user name's")
	}
	l := Location{Kind: Pair, Username: cmp.Or(n.usernameParameter, n.usernameSecret), Password: cmp.Or(n.passwordParameter, n.passwordSecret), Reading: n.reading}
	switch {
	case l.Username == l.Password:
		return Location{}, fmt.Errorf("has one %s for both user name and password", kindOf(l.Password))
	case l.Username.Region != "" && l.Password.Region != "" && l.Username.Region != l.Password.Region:
		return Location{}, errors.New("has user name and password in two Regions")
	}
	return l, nil
}

func kindOf(r resource.Resource) string {
	if r.Service == resource.SecretsManager {
		return "secret"
	}
	return "parameter"
}

// region is the Region of the location's ARNs; "" where there is no ARN.
func (l Location) region() string {
	return cmp.Or(l.Value.Region, l.Username.Region, l.Password.Region)
}

// rightLocations lists the valid combinations of options, for error messages.
const rightLocations = "parameter or secret alone (with username, or with usernameField and passwordField, if need be); " +
	"or usernameParameter, usernameSecret or username, with passwordParameter or passwordSecret"

// LocationError is a default location that cannot be used: its name is too long, or the
// error is [ErrReserved].
type LocationError struct{ error }

func (e *LocationError) Unwrap() error { return e.error }

// Hint says what a person can do.
func (e *LocationError) Hint() string {
	hint := `ive the registry a "parameter" of its own in config.json`
	if errors.Is(e.error, ErrReserved) {
		return "G" + hint
	}
	return "Shorten the prefix, or g" + hint
}
