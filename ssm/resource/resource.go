// Package resource parses and checks the names of parameters of Parameter Store and of
// secrets of Secrets Manager, given as a name or an ARN. A [Resource] is one such name;
// it is comparable. What the service would refuse is refused here, with an error that
// says what is valid. The package makes no calls and does not import the SDK, so that
// the settings can be read while the SDK's packages initialise.
package resource

import (
	"errors"
	"fmt"
	"strings"
)

// Service is the service of AWS that a resource is in.
type Service int

// The services. The zero Service is no service.
const (
	_ Service = iota
	ParameterStore
	SecretsManager
)

func (s Service) String() string {
	return map[Service]string{ParameterStore: "Parameter Store", SecretsManager: "Secrets Manager"}[s]
}

// Prefix is the service's name in IAM actions, ARNs and endpoints.
func (s Service) Prefix() string {
	return map[Service]string{ParameterStore: "ssm", SecretsManager: "secretsmanager"}[s]
}

// Resource is a parameter or a secret, by its name. The zero Resource is no resource.
type Resource struct {
	Service Service
	Name    string // as its service takes it: a name, an ARN, with a selector where one was asked for
	Region  string // the ARN's; "" for a name

	// ReadOnly is the reason why the helper never writes it by this name; "" where it
	// may.
	ReadOnly string
}

// String is the resource as messages name it.
func (r Resource) String() string {
	if r.Service == SecretsManager {
		return "the secret " + r.Name
	}
	return "the parameter " + r.Name
}

// Behind is the secret that a reference names; false for any other resource.
func (r Resource) Behind() (secret string, ok bool) {
	secret, ok = strings.CutPrefix(r.Name, Reference)
	secret, _, _ = strings.Cut(secret, ":")
	return secret, ok && r.Service == ParameterStore
}

// Plain is the name or ARN without a version, a label or a stage.
func (r Resource) Plain() string {
	if a, ok := cutARN(r.Name); ok {
		rest, _, selected := strings.Cut(a.rest, ":")
		if r.Service == ParameterStore && selected {
			return strings.Join([]string{"arn", a.partition, a.service, a.region, a.account, rest}, ":")
		}
		return r.Name
	}
	plain, _, _ := strings.Cut(r.Name, ":")
	return plain
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

func onlyOf(s, allowed, problem string) error {
	if i := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(allowed, r) }); i >= 0 {
		r := []rune(s[i:])[0]
		return fmt.Errorf("%s: it has a %q", problem, r)
	}
	return nil
}

// arn is an Amazon Resource Name in its parts.
type arn struct{ partition, service, region, account, rest string }

// cutARN splits an ARN into its parts; false for a text that is not an ARN.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
func cutARN(s string) (arn, bool) {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return arn{}, false
	}
	return arn{parts[1], parts[2], parts[3], parts[4], parts[5]}, true
}

// complete reports whether an ARN has all the parts of a parameter's or a secret's ARN.
func (a arn) complete() bool {
	const word = "abcdefghijklmnopqrstuvwxyz0123456789-"
	return strings.HasPrefix(a.partition, "aws") && onlyOf(a.partition, word, "") == nil && a.region != "" && onlyOf(a.region, word, "") == nil &&
		len(a.account) == 12 && onlyOf(a.account, "0123456789", "") == nil
}

// Partition is the partition that a Region belongs to, the second part of an ARN.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
func Partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// one is a text in quotes, shortened: a value in the settings may be long, or a secret
// in the wrong place.
func one(s string) string {
	const limit = 80
	if len(s) > limit {
		s = strings.ToValidUTF8(s[:limit], "") + "…"
	}
	return fmt.Sprintf("%q", s)
}

var errEmpty = errors.New("names nothing")
