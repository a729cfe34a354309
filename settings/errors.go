package settings

import (
	"errors"
	"strconv"
	"strings"
)

// OptionError is an option that is unknown, or whose value is not valid.
type OptionError struct {
	Where string // the variable with its value, or the file, section and option
	Why   string
	Known string // the valid options or values
}

func (e *OptionError) Error() string { return e.Where + " " + e.Why }

// Hint lists the valid options or values.
func (e *OptionError) Hint() string { return "Known: " + e.Known }

// apply sets the option. It refuses a token where the name of a parameter or secret is
// expected: the token would be sent to AWS, and shown in messages, as a name.
func (o *Option) apply(d *draft, value string) error {
	if isToken(value) {
		return errors.New("is a token itself, which must not be in the settings")
	}
	return o.set(d, value)
}

// isToken reports whether a value begins as the tokens of Docker Hub, GitHub and GitLab
// do.
func isToken(value string) bool {
	for _, begin := range []string{"dckr_pat_", "dckr_oat_", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-"} {
		if strings.HasPrefix(value, begin) {
			return true
		}
	}
	return false
}

// shown is a value as messages quote it: shortened, and withheld where it is a token.
func shown(value string) string {
	const limit = 200
	switch {
	case isToken(value):
		return "whose value is withheld"
	case len(value) > limit:
		value = strings.ToValidUTF8(value[:limit], "") + "…"
	}
	return strconv.Quote(value)
}

func (o *Option) known() string {
	switch {
	case o.Default == "true" || o.Default == "false":
		return "true, false"
	case o.Example != "":
		return "values such as " + o.Example
	}
	return "any value"
}
