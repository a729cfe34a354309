package settings

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// EnvPrefix begins the name of every environment variable of the program.
const EnvPrefix = "DOCKER_CREDENTIAL_SSM_"

// Options are what is in force for one registry.
type Options struct {
	Prefix   string        // of the parameters' names, without a slash at its end
	Region   string        // "" leaves it to AWS's own configuration
	Profile  string        // "" likewise
	RoleARN  string        // the role to assume from there; "" for none
	KMSKeyID string        // what new values are encrypted with; "" for the account's aws/ssm
	Writable bool          // whether store and erase may change anything
	CacheTTL time.Duration // how long the kernel's keyring keeps an answer; 0 for not at all
	Timeout  time.Duration // for the whole run
	Debug    bool          // whether to log on standard error

	// Where this registry's credential is, if not under the prefix: one
	// parameter, or one for the user name and one for the password.
	Parameter, UsernameParameter, PasswordParameter Name
}

// Option is one of the settings: its names, and what it is for.
type Option struct {
	Name    string // in config.json; "" where it is an environment variable only
	Env     string // the environment variable without [EnvPrefix]; "" where it is in a registry's section only
	Default string // "" for none
	Example string
	Help    string // a few words, for --help

	set func(*Options, string) error
}

// Known lists all options, in the order in which they are shown.
var Known = []Option{
	{"prefix", "PREFIX", "/CodeBuild/docker-credentials", "/team/docker", "what the parameters' names begin with", func(o *Options, v string) (err error) {
		o.Prefix, err = parsePrefix(v)
		return err
	}},
	{"region", "REGION", "", "eu-central-1", "the Region to ask, before AWS_REGION", func(o *Options, v string) error {
		o.Region = v
		return onlyOf(v, "abcdefghijklmnopqrstuvwxyz0123456789-", "is no Region")
	}},
	{"profile", "PROFILE", "", "build", "the AWS profile to use, before AWS_PROFILE and keys in the environment", func(o *Options, v string) error {
		o.Profile = v
		return nil
	}},
	{"roleArn", "ROLE_ARN", "", "arn:aws:iam::111122223333:role/pull", "the role to assume with the credentials found", func(o *Options, v string) error {
		o.RoleARN = v
		if !strings.HasPrefix(v, "arn:") || !strings.Contains(v, ":role/") {
			return errors.New("is no role's ARN, such as arn:aws:iam::111122223333:role/pull")
		}
		return nil
	}},
	{"kmsKeyId", "KMS_KEY_ID", "", "alias/docker", "the KMS key that store encrypts with", func(o *Options, v string) error {
		o.KMSKeyID = v
		return nil
	}},
	{"writable", "WRITABLE", "false", "true", "let store and erase change Parameter Store", func(o *Options, v string) (err error) {
		o.Writable, err = parseBool(v)
		return err
	}},
	{"cacheTTL", "CACHE_TTL", "0", "5m", "keep answers in the kernel's keyring this long (Linux)", func(o *Options, v string) (err error) {
		if o.CacheTTL, err = parseDuration(v); err == nil && o.CacheTTL < 0 {
			err = errors.New("is less than nothing")
		}
		return err
	}},
	{"timeout", "TIMEOUT", "30s", "10s", "the deadline of the whole run", func(o *Options, v string) (err error) {
		if o.Timeout, err = parseDuration(v); err == nil && o.Timeout <= 0 {
			err = errors.New("leaves no time at all")
		}
		return err
	}},
	{"", "DEBUG", "false", "true", "log steps on standard error, never a secret", func(o *Options, v string) (err error) {
		o.Debug, err = parseBool(v)
		return err
	}},
	{"parameter", "", "", "/team/docker-hub", "one registry only: the parameter with its credential", func(o *Options, v string) (err error) {
		o.Parameter, err = ParseName(v)
		return err
	}},
	{"usernameParameter", "", "", "/team/docker-hub/user", "one registry only: the parameter with its user name", func(o *Options, v string) (err error) {
		o.UsernameParameter, err = ParseName(v)
		return err
	}},
	{"passwordParameter", "", "", "/team/docker-hub/pass", "one registry only: the parameter with its password", func(o *Options, v string) (err error) {
		o.PasswordParameter, err = ParseName(v)
		return err
	}},
}

// RegistryOnly reports whether an option belongs to one registry's section.
func (o *Option) RegistryOnly() bool { return o.Env == "" }

// names lists what is known of a kind, for an error's text.
func names(name func(*Option) string) string {
	var all []string
	for i := range Known {
		if n := name(&Known[i]); n != "" {
			all = append(all, n)
		}
	}
	return strings.Join(all, ", ")
}

func parsePrefix(v string) (string, error) {
	v = strings.TrimRight(v, "/")
	if v == "" {
		return "", nil // the root: names such as /docker.io
	}
	if !strings.HasPrefix(v, "/") {
		return "", errors.New("is no prefix: it begins with a slash")
	}
	return v, checkPlainName(v)
}

func parseBool(v string) (bool, error) {
	b, err := strconv.ParseBool(strings.ToLower(v))
	if err != nil {
		return false, errors.New("is neither true nor false")
	}
	return b, nil
}

func parseDuration(v string) (time.Duration, error) {
	d, err := time.ParseDuration(v)
	if err != nil {
		return 0, errors.New("is no duration, such as 500ms, 30s or 5m")
	}
	return d, nil
}

func onlyOf(v, allowed, problem string) error {
	if i := strings.IndexFunc(v, func(r rune) bool { return !strings.ContainsRune(allowed, r) }); i >= 0 {
		return fmt.Errorf("%s: it has a %q", problem, v[i:i+1])
	}
	return nil
}
