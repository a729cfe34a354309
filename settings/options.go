package settings

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/ssm/resource"
)

// EnvPrefix is the beginning of the name of every environment variable of the program.
const EnvPrefix = "DOCKER_CREDENTIAL_SSM_"

// Options are the values in force for one registry.
type Options struct {
	Prefix   string        // of the parameters' names, without a slash at its end
	Region   string        // "" for the one of AWS's own configuration
	Profile  string        // "" likewise
	RoleARN  string        // the role to assume from there; "" for none
	KMSKeyID string        // what new values are encrypted with; "" for the account's aws/ssm
	Writable bool          // whether store and erase may change anything
	Required bool          // whether a mapped registry without a credential is an error
	CacheTTL time.Duration // how long the kernel's keyring keeps an answer; 0 for not at all
	Timeout  time.Duration // for the whole run
	Debug    bool          // whether to log on standard error

	Location Location // where the credential is
}

// Replaced is the option that configure alone writes and reads: it remembers what was
// there before. It is no flag.
const Replaced = "replaced"

// draft is Options while they are being read.
type draft struct {
	Options
	named named
}

// Option describes an option: its names, its default, and what it is for.
type Option struct {
	Name    string // in config.json; "" where it is an environment variable only
	Env     string // the environment variable without [EnvPrefix]; "" where it is in a section only
	Default string // "" for none
	Example string
	Help    string // a few words, for --help
	Places  Places
	Where   bool // whether it is one of the options that make a [Location]

	set func(*draft, string) error
}

// Places says in which sections of config.json an option is valid.
type Places int

// The places.
const (
	Anywhere    Places = iota
	OneRegistry        // in a registry's own section alone
	Nowhere            // in no section: an environment variable only
)

// Known lists all options, in the order in which they are shown. It is a function and
// not a variable, so that package initialisation does not build the list.
func Known() []Option {
	parameter := func(to func(*draft) *resource.Resource) func(*draft, string) error {
		return func(d *draft, v string) (err error) { *to(d), err = resource.Parameter(v); return err }
	}
	secret := func(to func(*draft) *resource.Resource) func(*draft, string) error {
		return func(d *draft, v string) (err error) { *to(d), err = resource.Secret(v); return err }
	}
	text := func(to func(*draft) *string) func(*draft, string) error {
		return func(d *draft, v string) error { *to(d) = v; return checkText(v) }
	}
	boolean := func(to func(*draft) *bool) func(*draft, string) error {
		return func(d *draft, v string) (err error) { *to(d), err = parseBool(v); return err }
	}
	return []Option{
		{"prefix", "PREFIX", "/CodeBuild/docker-credentials", "/team/docker", "what the parameters' names begin with", Anywhere, false,
			func(d *draft, v string) (err error) { d.Prefix, err = resource.ParsePrefix(v); return err }},
		{"region", "REGION", "", "eu-central-1", "the Region to ask, before AWS_REGION", Anywhere, false,
			func(d *draft, v string) error { d.Region = v; return checkRegion(v) }},
		{"profile", "PROFILE", "", "build", "the AWS profile to use, before AWS_PROFILE and keys in the environment", Anywhere, false,
			text(func(d *draft) *string { return &d.Profile })},
		{"roleArn", "ROLE_ARN", "", "arn:aws:iam::111122223333:role/pull", "the role to assume with the credentials found", Anywhere, false,
			func(d *draft, v string) error { d.RoleARN = v; return checkRole(v) }},
		{"kmsKeyId", "KMS_KEY_ID", "", "alias/docker", "the KMS key that store encrypts with", Anywhere, false,
			func(d *draft, v string) error { d.KMSKeyID = v; return checkKey(v) }},
		{"writable", "WRITABLE", "false", "true", "let store and erase change Parameter Store", Anywhere, false,
			boolean(func(d *draft) *bool { return &d.Writable })},
		{"required", "REQUIRED", "false", "true", "make a registry of credHelpers without a credential an error", Anywhere, false,
			boolean(func(d *draft) *bool { return &d.Required })},
		{"cacheTTL", "CACHE_TTL", "0", "5m", "keep answers in the kernel's keyring this long (Linux)", Anywhere, false,
			func(d *draft, v string) (err error) {
				if d.CacheTTL, err = parseDuration(v); err == nil && d.CacheTTL < 0 {
					err = errors.New("must not be less than 0")
				}
				return err
			}},
		{"timeout", "TIMEOUT", "20s", "10s", "the deadline of the whole run", Anywhere, false,
			func(d *draft, v string) (err error) {
				if d.Timeout, err = parseDuration(v); err == nil && d.Timeout <= 0 {
					err = errors.New("must be more than 0")
				}
				return err
			}},
		{"", "DEBUG", "false", "true", "log steps on standard error, never a secret", Nowhere, false,
			boolean(func(d *draft) *bool { return &d.Debug })},
		{"parameter", "", "", "/team/docker-hub", "the parameter with the credential", Anywhere, true,
			parameter(func(d *draft) *resource.Resource { return &d.named.parameter })},
		{"secret", "", "", "docker-hub", "the secret of Secrets Manager with the credential, by name or ARN", Anywhere, true,
			secret(func(d *draft) *resource.Resource { return &d.named.secret })},
		{"username", "", "", "alice", "the user name itself, where only the password is kept in AWS", OneRegistry, true,
			text(func(d *draft) *string { return &d.named.reading.Username })},
		{"usernameField", "", "", "user", "the field with the user name, where it is not username", Anywhere, true,
			text(func(d *draft) *string { return &d.named.reading.UsernameField })},
		{"passwordField", "", "", "token", "the field with the password, where it is not password, secret or accessToken", Anywhere, true,
			text(func(d *draft) *string { return &d.named.reading.PasswordField })},
		{"usernameParameter", "", "", "/team/docker-hub/user", "the parameter with the user name alone", OneRegistry, true,
			parameter(func(d *draft) *resource.Resource { return &d.named.usernameParameter })},
		{"passwordParameter", "", "", "/team/docker-hub/pass", "the parameter with the password alone", OneRegistry, true,
			parameter(func(d *draft) *resource.Resource { return &d.named.passwordParameter })},
		{"usernameSecret", "", "", "docker-hub-user", "the secret with the user name alone", OneRegistry, true,
			secret(func(d *draft) *resource.Resource { return &d.named.usernameSecret })},
		{"passwordSecret", "", "", "docker-hub-password", "the secret with the password alone", OneRegistry, true,
			secret(func(d *draft) *resource.Resource { return &d.named.passwordSecret })},
		{Replaced, "", "", "docker.io=desktop", "what configure --replace has put ssm in place of, for configure --remove", Anywhere, false,
			func(*draft, string) error { return nil }}, // it decides nothing, and never hinders a get
	}
}

// names lists the names of options, for error messages.
func names(known []Option, name func(*Option) string) string {
	var all []string
	for i := range known {
		if n := name(&known[i]); n != "" && n != Replaced { // which nobody writes by hand
			all = append(all, n)
		}
	}
	return strings.Join(all, ", ")
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
		return 0, errors.New("is not a duration; use 500ms, 30s or 5m")
	}
	return d, nil
}

func checkRegion(v string) error {
	if strings.ContainsFunc(v, func(r rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-", r) }) {
		return errors.New("is not the name of a Region, such as eu-central-1")
	}
	return nil
}

// checkKey checks the ID, the alias or the ARN of a KMS key.
// Source: https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html
func checkKey(v string) error {
	if i := strings.IndexFunc(v, func(r rune) bool { return !strings.ContainsRune(tokenCharacters+":/", r) }); i >= 0 {
		return fmt.Errorf("is not a KMS key's ID, alias or ARN: it has a %q", []rune(v[i:])[0])
	}
	return nil
}

func checkRole(v string) error {
	parts := strings.SplitN(v, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[4] == "" || strings.Trim(parts[4], "0123456789") != "" || !strings.HasPrefix(parts[5], "role/") {
		return errors.New("is not a role's ARN, such as arn:aws:iam::111122223333:role/pull")
	}
	return checkText(v)
}

// checkText refuses white space at either end, and characters that are not seen, which
// come from copying.
func checkText(v string) error {
	switch {
	case strings.TrimSpace(v) != v:
		return errors.New("begins or ends with white space")
	case strings.ContainsFunc(v, message.Unseen):
		return errors.New("has a control character, or one that is not seen, in it")
	}
	return nil
}
