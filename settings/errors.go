package settings

import (
	"errors"
	"strconv"
	"strings"
)

// OptionError is an option that is unknown or has a value that is none.
type OptionError struct {
	Where string // the variable with its value, or the file, section and option
	Why   string
	Known string // what would be right
}

func (e *OptionError) Error() string { return e.Where + " " + e.Why }

// Hint says what is known.
func (e *OptionError) Hint() string { return "Known: " + e.Known }

// apply sets the option. A token that somebody has put where its place belongs is
// refused before it can be asked for, and shown, as a name.
func (o *Option) apply(d *draft, value string) error {
	if isToken(value) {
		return errors.New("is a token itself, where the name of its place belongs")
	}
	return o.set(d, value)
}

// isToken knows the beginnings of the tokens of Docker Hub, GitHub and GitLab.
func isToken(value string) bool {
	for _, begin := range []string{"dckr_pat_", "dckr_oat_", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-"} {
		if strings.HasPrefix(value, begin) {
			return true
		}
	}
	return false
}

// shown is a value in quotes.
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
