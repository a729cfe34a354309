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
	if hasToken(value) {
		return errors.New("has a token in it, which must not be in the settings")
	}
	return o.set(d, value)
}

// hasToken reports whether a text has a token of Docker Hub, GitHub or GitLab in it: it
// begins as one, or one that is long enough stands within.
func hasToken(text string) bool {
	const shortest = 16 // characters after the beginning
	text = strings.TrimLeft(text, " \t\"'")
	for _, begin := range []string{"dckr_pat_", "dckr_oat_", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-"} {
		for i, part := range strings.Split(text, begin) {
			end := strings.IndexFunc(part, func(r rune) bool { return !strings.ContainsRune(tokenCharacters, r) })
			if i == 1 && strings.HasPrefix(text, begin) || i > 0 && (end < 0 && len(part) >= shortest || end >= shortest) {
				return true
			}
		}
	}
	return false
}

const (
	tokenCharacters = "_-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	nameCharacters  = tokenCharacters + ":/ .@=+" // of the names and ARNs of parameters and secrets
)

// shown is a value of the option as messages quote it: shortened, and withheld where it
// may be a secret. Of an option for a location that is what is no name, since people
// put there what they should only name; of any option a token, JSON, and a URL with a
// password.
func (o *Option) shown(value string) string {
	const limit = 200
	switch {
	case hasToken(value), strings.HasPrefix(strings.TrimSpace(value), "{"), strings.Contains(value, "://") && strings.Contains(value, "@"),
		o.Where && strings.Trim(value, nameCharacters) != "":
		return "whose value is withheld"
	case len(value) > limit:
		value = strings.ToValidUTF8(value[:limit], "") + "…"
	}
	return strconv.Quote(value)
}

// quoted is the name of an option or a section as messages quote it. User info, which
// can hold a password, and tokens are left out.
func quoted(name string) string { return strconv.Quote(hidden(name)) }

func hidden(name string) string {
	own, ofOne := strings.CutPrefix(name, Section+"/")
	switch at := strings.LastIndexByte(own, '@'); {
	case hasToken(own):
		own = "…"
	case ofOne && at >= 0:
		own = "…" + own[at:]
	}
	if ofOne {
		return Section + "/" + own
	}
	return own
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
