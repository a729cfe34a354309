package ssmtest

import (
	"fmt"
	"strings"
)

const (
	nameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/"
	maxName        = 1011 // with the ARN before it
	maxLevels      = 15
	secretsPrefix  = "/aws/reference/secretsmanager/"
)

// checkName holds a new parameter's name to Parameter Store's rules, see
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
func checkName(name, region string) *failure {
	bare := strings.TrimPrefix(name, "/")
	first := strings.ToLower(bare)
	switch {
	case bare == "":
		return invalid("1 validation error detected: Value at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1")
	case strings.HasPrefix(first, "aws") || strings.HasPrefix(first, "ssm"):
		return invalid("Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).")
	case !onlyNameCharacters(name) || strings.Contains(name, "//") || strings.HasSuffix(name, "/"):
		return invalid("Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_")
	case strings.Contains(bare, "/") && bare == name:
		return invalid("Parameter name must be a fully qualified name.")
	case len(ownARN(region, name)) > maxName:
		return invalid("Parameter name is too long: with its ARN it can have a maximum of %d characters.", maxName)
	case strings.Count(name, "/") > maxLevels:
		return refuse("HierarchyLevelLimitExceededException", "A hierarchy can have a maximum of %d levels.", maxLevels)
	}
	return nil
}

func onlyNameCharacters(name string) bool {
	return strings.Trim(name, nameCharacters) == "" && !strings.ContainsFunc(name, foreign)
}

func foreign(r rune) bool { return !strings.ContainsRune(nameCharacters, r) }

// checkNames holds the names of a request to what the operations for several
// of them want.
func checkNames(names []string) *failure {
	switch {
	case len(names) < 1:
		return invalid("1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length greater than or equal to 1")
	case len(names) > 10:
		return invalid("1 validation error detected: Value '[%s]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 10.", strings.Join(names, ", "))
	}
	seen := map[string]bool{}
	for _, name := range names {
		if fail := checkAsked(name); fail != nil {
			return fail
		}
		if seen[clean(name)] {
			return invalid("Parameter names must be unique: %s", name)
		}
		seen[clean(name)] = true
	}
	return nil
}

// checkAsked refuses what no parameter, version, ARN or secret can be called.
func checkAsked(name string) *failure {
	if name = clean(name); name == "" || len(name) > 2048 || strings.Contains(name, " ") {
		return invalid("1 validation error detected: Value '%s' at 'name' failed to satisfy constraint: Member must have length between 1 and 2048, and no spaces", name)
	}
	return nil
}

// clean takes away the spaces around a name, as the service does.
func clean(name string) string { return strings.Trim(name, " ") }

// split takes the selector, a version or a label, off a name or an ARN.
func split(asked string) (name, selector string) {
	asked = clean(asked)
	colons := 1
	if strings.HasPrefix(asked, "arn:") {
		colons = 6
	}
	parts := strings.SplitN(asked, ":", colons+1)
	if len(parts) <= colons {
		return asked, ""
	}
	return strings.Join(parts[:colons], ":"), parts[colons]
}

// ownARN is the ARN of a parameter of the callers' account.
func ownARN(region, name string) string { return arnOf(AccountID, region, name) }

// arnOf does not tell "x" from "/x", for AWS's do not either.
func arnOf(account, region, name string) string {
	return fmt.Sprintf("arn:aws:ssm:%s:%s:parameter/%s", region, account, strings.TrimPrefix(name, "/"))
}

// ownName is the name, with a slash before it, in an ARN of the callers' account.
func ownName(arn string) (string, bool) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || parts[2] != "ssm" || parts[4] != AccountID {
		return "", false
	}
	return strings.CutPrefix(parts[5], "parameter")
}

// find looks a parameter up by its name or its ARN; nil where there is none.
// An ARN of another Region names nothing here.
func (s *Server) find(name, region string) *parameter {
	if p := s.parameters[name]; p != nil {
		return p
	}
	parts := strings.SplitN(name, ":", 6)
	if len(parts) != 6 || parts[3] != region {
		return nil
	}
	own, ok := ownName(name)
	if !ok {
		return s.shared[name]
	}
	if p := s.parameters[own]; p != nil {
		return p
	}
	return s.parameters[strings.TrimPrefix(own, "/")]
}
