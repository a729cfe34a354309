package settings

import (
	"errors"
	"fmt"
	"strings"
)

// SecretReference begins the names through which Parameter Store reads a
// Secrets Manager secret.
// Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html
const SecretReference = "/aws/reference/secretsmanager/"

// Name is a parameter's name as GetParameters takes it: a name of this account,
// with a version or a label where one was asked for, a shared parameter's ARN,
// or a reference to a Secrets Manager secret. The zero Name is none.
type Name struct {
	Text   string // as it was written
	Region string // the ARN's; "" for any other name

	// ReadOnly says why the parameter cannot be written through this name;
	// "" where it can.
	ReadOnly string
}

// ParseName reads a name.
func ParseName(s string) (Name, error) {
	n := Name{Text: s}
	switch {
	case strings.HasPrefix(s, SecretReference):
		n.ReadOnly = "it is a reference to a Secrets Manager secret"
		if s == SecretReference {
			return Name{}, errors.New("names no secret")
		}
		return n, nil
	case strings.HasPrefix(s, "arn:"):
		// arn:partition:ssm:region:account:parameter/name
		parts := strings.SplitN(s, ":", 6)
		if len(parts) == 6 && parts[2] == "secretsmanager" {
			return Name{}, fmt.Errorf("is a secret's ARN; write %s and the secret's name", SecretReference)
		}
		if len(parts) != 6 || parts[2] != "ssm" || parts[3] == "" || len(parts[4]) != 12 || !strings.HasPrefix(parts[5], "parameter/") {
			return Name{}, errors.New("is no parameter's ARN, such as arn:aws:ssm:eu-west-1:111122223333:parameter/name")
		}
		n.Region = parts[3]
		n.ReadOnly = "it is an ARN, which Parameter Store takes for reading alone"
		name, _, _ := strings.Cut(strings.TrimPrefix(parts[5], "parameter"), ":")
		return n, checkPlainName(name)
	}
	name, selector, selected := strings.Cut(s, ":")
	if selected {
		n.ReadOnly = "it is one version of a parameter"
		if selector == "" || strings.Contains(selector, ":") {
			return Name{}, errors.New("has no version or label after its colon")
		}
	}
	return n, checkPlainName(name)
}

// checkPlainName holds a name without a selector to Parameter Store's rules,
// as far as they do not depend on the account.
// Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
func checkPlainName(name string) error {
	if err := onlyOf(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/", "is no parameter's name"); err != nil {
		return err
	}
	bare := strings.TrimPrefix(name, "/")
	for _, level := range strings.Split(bare, "/") {
		if level == "" {
			return errors.New("is no parameter's name: it has an empty level")
		}
	}
	if bare != name || !strings.Contains(name, "/") {
		return nil
	}
	return errors.New("is no parameter's name: one with levels begins with a slash")
}
