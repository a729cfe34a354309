package ssm

import (
	"errors"
	"fmt"
	"strings"

	"docker-credential-ssm/settings"
)

// Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
const (
	maxName   = 1011 // characters, with the ARN's prefix
	maxLevels = 15
	maxValue  = 8192 // bytes, in the advanced tier
	maxPlain  = 4096 // bytes, in the standard tier, which costs nothing
)

const (
	usernameSuffix = "/username"
	passwordSuffix = "/password"
)

// location is where a registry's credential lives: in one parameter, in two,
// or, by default, in either form under the prefix.
type location struct {
	value              string // the parameter with both; "" for none
	username, password string // the parameters with one each; "" for none
	readOnly           string // why nothing can be written there; "" where it can
}

// locate says where the credential with a key lives.
func locate(key string, o settings.Options) (location, error) {
	switch {
	case o.Parameter.Text != "":
		return location{value: o.Parameter.Text, readOnly: o.Parameter.ReadOnly}, nil
	case o.UsernameParameter.Text != "":
		l := location{username: o.UsernameParameter.Text, password: o.PasswordParameter.Text, readOnly: o.PasswordParameter.ReadOnly}
		if l.readOnly == "" {
			l.readOnly = o.UsernameParameter.ReadOnly
		}
		return l, nil
	case strings.HasSuffix(key, usernameSuffix), strings.HasSuffix(key, passwordSuffix):
		// ghcr.io/username is a repository that crane may ask for, and its name
		// is that of a half of ghcr.io's pair: nothing can be kept there.
		return location{}, &Error{Why: errReserved.Error(), Advice: `Give the registry a "parameter" of its own in config.json`, Err: errReserved}
	}
	l := location{value: o.Prefix + "/" + key}
	if err := checkName(l.value, o.Region); err != nil {
		return location{}, &Error{Why: err.Error(), Advice: `Shorten the prefix, or give the registry a "parameter" of its own in config.json`, Err: err}
	}
	// A name that is only just short enough has no room for a pair below it.
	if checkName(l.value+passwordSuffix, o.Region) == nil {
		l.username, l.password = l.value+usernameSuffix, l.value+passwordSuffix
	}
	return l, nil
}

// errReserved says that a key's name is that of a half of a pair.
var errReserved = errors.New("a name that ends in /username or /password is half of another registry's pair")

// names are all of them, as GetParameters takes them: at most three.
func (l location) names() []string {
	var all []string
	for _, name := range []string{l.value, l.username, l.password} {
		if name != "" {
			all = append(all, name)
		}
	}
	return all
}

// String is how messages call the location.
func (l location) String() string {
	if l.value != "" {
		return l.value
	}
	return l.username + " and " + l.password
}

// decode makes a credential of the values found, by name. It reports false
// where there is none at all. An error is a [ValueError].
func (l location) decode(found map[string]stored) (credential, bool, error) {
	if value, ok := found[l.value]; ok && l.value != "" {
		c, err := parseValue(value.value)
		if err != nil {
			return credential{}, false, &ValueError{Parameter: l.value, Err: err}
		}
		return c, true, nil
	}
	username, okUsername := found[l.username]
	password, okPassword := found[l.password]
	switch {
	case !okUsername && !okPassword:
		return credential{}, false, nil
	case !okUsername:
		return credential{}, false, &ValueError{Parameter: l.password, Err: fmt.Errorf("it is half of a pair, and there is no %s", l.username)}
	case !okPassword:
		return credential{}, false, &ValueError{Parameter: l.username, Err: fmt.Errorf("it is half of a pair, and there is no %s", l.password)}
	}
	var c credential
	var err error
	if c.username, err = parseHalf(username.value); err != nil {
		return credential{}, false, &ValueError{Parameter: l.username, Err: err}
	}
	if c.secret, err = parseHalf(password.value); err != nil {
		return credential{}, false, &ValueError{Parameter: l.password, Err: err}
	}
	return c, true, nil
}

// checkName holds a name to the limits that depend on the key's length.
func checkName(name, region string) error {
	// The partition's and account's places are as long everywhere but in
	// aws-us-gov and the like, which Parameter Store itself then minds.
	arn := len("arn:aws:ssm::111122223333:parameter") + len(region)
	if len(name)+arn > maxName {
		return fmt.Errorf("the parameter's name would be longer than the %d characters that Parameter Store takes, with its ARN", maxName)
	}
	if levels := strings.Count(name, "/"); levels > maxLevels {
		return fmt.Errorf("the parameter's name would have %d levels, and Parameter Store takes %d", levels, maxLevels)
	}
	return nil
}
