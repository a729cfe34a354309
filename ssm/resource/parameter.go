package resource

import (
	"errors"
	"fmt"
	"strings"
)

// Reference is the beginning of the names with which Parameter Store reads a secret of
// Secrets Manager.
// Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
const Reference = "/aws/reference/secretsmanager/"

// Limits of Parameter Store.
// Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
const (
	maxName   = 1011 // characters, with the ARN's prefix
	maxLevels = 15

	MaxValue         = 8192 // bytes of a value, in the advanced tier
	MaxStandardValue = 4096 // bytes of a value, in the standard tier, which costs nothing

	// MaxNames is how many names GetParameters and DeleteParameters take at once.
	MaxNames = 10
)

// Parameter parses the name of a parameter as GetParameters accepts it: a name of this
// account, with or without a version or a label; a shared parameter's ARN; or a
// reference to a secret of Secrets Manager.
func Parameter(s string) (Resource, error) {
	r := Resource{Service: ParameterStore, Name: s}
	if s == "" {
		return Resource{}, errEmpty
	}
	if secret, ok := strings.CutPrefix(s, Reference); ok {
		r.ReadOnly = "it is a reference to a Secrets Manager secret"
		return r, checkReference(secret)
	}
	if strings.HasPrefix(s, "arn:") {
		a, ok := cutARN(s)
		if ok && a.service == "secretsmanager" {
			return Resource{}, errors.New(`is a secret's ARN; write it as "secret", which reads it from Secrets Manager`)
		}
		name, _ := strings.CutPrefix(a.rest, "parameter")
		if !ok || a.service != "ssm" || !a.complete() || !strings.HasPrefix(name, "/") {
			return Resource{}, errors.New("is not a parameter's ARN, such as arn:aws:ssm:eu-west-1:111122223333:parameter/name")
		}
		r.Region = a.region
		r.ReadOnly = "it is an ARN, which Parameter Store takes only for reading"
		name, err := cutSelector(name)
		if err != nil {
			return Resource{}, err
		}
		return r, checkParameter(name)
	}
	name, err := cutSelector(s)
	if err != nil {
		return Resource{}, err
	}
	if name != s {
		r.ReadOnly = "it is one version of a parameter"
	}
	return r, checkParameter(name)
}

// cutSelector splits a name from its version or label.
func cutSelector(s string) (name string, err error) {
	name, selector, selected := strings.Cut(s, ":")
	if selected && (selector == "" || onlyOf(selector, letters+"_.-", "") != nil) {
		return "", errors.New("has something other than one version or label after its colon, such as /team/docker-hub:3")
	}
	return name, nil
}

// checkReference checks what follows [Reference] in a name. Parameter Store accepts the
// name of a secret of this account and Region, with at most one stage or version.
func checkReference(secret string) error {
	if strings.HasPrefix(secret, "arn:") {
		return fmt.Errorf(`has an ARN, which Parameter Store does not take in a reference; write "secret": %s`, one(secret))
	}
	name, selector, selected := strings.Cut(secret, ":")
	if name == "" {
		return errors.New("names no secret")
	}
	if err := checkSecretName(name); err != nil {
		return err
	}
	if selected && (selector == "" || checkSecretName(selector) != nil) {
		return errors.New("has something other than one stage or version after its colon, such as " + Reference + name + ":AWSCURRENT")
	}
	return nil
}

// checkParameter checks a name without a selector against Parameter Store's rules,
// except those that depend on the account.
// Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
func checkParameter(name string) error {
	const problem = "is not a parameter's name"
	if err := onlyOf(name, letters+"_.-/", problem); err != nil {
		return err
	}
	bare := strings.TrimPrefix(name, "/")
	for level := range strings.SplitSeq(bare, "/") {
		if level == "" {
			return errors.New(problem + ": it has an empty level")
		}
	}
	if bare == name && strings.Contains(name, "/") {
		return errors.New(problem + ": one with levels begins with a slash")
	}
	return nil
}

// ParsePrefix parses a prefix of parameters' names. The result has no slash at its end,
// and is "" for the root.
func ParsePrefix(s string) (string, error) {
	s = strings.TrimRight(s, "/")
	if s == "" {
		return "", nil
	}
	if !strings.HasPrefix(s, "/") {
		return "", errors.New("is not a prefix: one begins with a slash")
	}
	first, _, _ := strings.Cut(s[1:], "/")
	if strings.EqualFold(first, "aws") || strings.EqualFold(first, "ssm") {
		return "", fmt.Errorf("is not a prefix: Parameter Store keeps the names below /%s for itself", first)
	}
	return s, checkParameter(s)
}

// CheckLength checks the length and the depth of a name in a Region.
func CheckLength(name, region string) error {
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
