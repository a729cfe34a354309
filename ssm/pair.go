package ssm

import (
	"fmt"
	"strings"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/resource"
)

// A credential in two parameters cannot be changed in one step. Where the user name
// stays, only the password is written. Where both change, the password's parameter first
// gets both, in one text that says so; then the user name's parameter gets its value,
// and at last the password's the password alone. Whoever reads at any time between finds
// one whole credential, the old one or the new one, and so does whoever reads after a
// writer was killed. Others that read the two parameters, such as a buildspec, see that
// text in place of the password for the time of the change.
//
// Two writers at the same time may still leave the user name of one and the password of
// the other. Each reads both back after its last write, so that at least the one whose
// write came last sees it, and fails: TestTwoWriters.

// underWay is how the text begins that holds both. No password does.
const underWay = "docker-credential-ssm is changing user name and password: "

// maxStandard is the length, in bytes, of the longest value of a standard parameter. A
// longer one would make the parameter an advanced one, which costs, for good.
const maxStandard = 4096

// formatUnderWay is the text with both; "" where it is too long.
func formatUnderWay(c credential.Credential) string {
	value, err := credential.Format(c)
	if value = underWay + value; err != nil || len(value) > maxStandard {
		return ""
	}
	return value
}

// parseUnderWay reads that text. It reports false for any other text.
func parseUnderWay(text string) (credential.Credential, bool) {
	value, ok := strings.CutPrefix(text, underWay)
	if !ok {
		return credential.Credential{}, false
	}
	parsed, err := credential.Parse(value, credential.Reading{})
	if err != nil {
		return credential.Credential{}, false
	}
	return parsed.Single()
}

// underWay reports whether a change of both halves has begun and has not ended.
func (p place) underWay(found held) bool {
	_, ok := parseUnderWay(found[p.options.Location.Password].value)
	return ok
}

// noteUnderWay says so. Whether its writer still runs cannot be known.
func (p place) noteUnderWay(found held) {
	if p.note != nil && p.underWay(found) {
		e := p.tell("under-way", p.options.Location.Password)
		p.note(e.Why + ". " + e.Advice)
	}
}

// pair reads user name and password from a value each. The user name may be in the
// settings instead.
func (p place) pair(found held) (c credential.Credential, err error) {
	l := p.options.Location
	half := func(r resource.Resource) (string, error) {
		v, ok := found[r]
		if !ok {
			return "", p.missing(r)
		}
		if err := v.problem(); err != nil {
			return "", p.broken(r, err)
		}
		text, err := credential.Plain(v.value)
		if err != nil {
			return "", p.broken(r, err)
		}
		return text, nil
	}
	c.Username = l.Reading.Username
	both, changing := parseUnderWay(found[l.Password].value)
	switch {
	case c.Username != "":
	case changing:
		return both, nil
	default:
		if c.Username, err = half(l.Username); err != nil {
			return credential.Credential{}, err
		}
	}
	if c.Secret, err = half(l.Password); err != nil {
		return credential.Credential{}, err
	}
	if changing {
		c.Secret = both.Secret
	}
	return c, nil
}

// writePair writes the halves of a pair, by a function that writes one parameter. A user
// name that is a String stays one.
func (p place) writePair(c credential.Credential, found held, put func(resource.Resource, stored) error) error {
	l := p.options.Location
	username, there := found[l.Username]
	if there && username.value == c.Username {
		return put(l.Password, stored{value: c.Secret})
	}
	both := formatUnderWay(c)
	first := both
	if both == "" {
		first = c.Secret
	}
	if err := put(l.Password, stored{value: first}); err != nil {
		return err
	}
	if err := put(l.Username, stored{value: c.Username, kind: username.kind}); err != nil {
		return p.halfDone("half-written", l.Password, l.Username, err)
	}
	if both == "" {
		return nil
	}
	if err := put(l.Password, stored{value: c.Secret}); err != nil {
		return p.halfDone("half-ended", l.Username, l.Password, err)
	}
	return nil
}

// conflict is the error for a write after which something else is stored. Of a pair it
// says what is where.
func (p place) conflict(c credential.Credential, found held) error {
	l := p.options.Location
	state := func(r resource.Resource, own string) (ours bool, text string) {
		v, ok := found[r]
		switch {
		case !ok:
			return false, r.Name + " is not there"
		case v.value == own:
			return true, fmt.Sprintf("%s holds what was written (version %d)", r.Name, v.version)
		}
		return false, fmt.Sprintf("%s holds something else (version %d)", r.Name, v.version)
	}
	if l.Kind == settings.Pair {
		ours, username := state(l.Username, c.Username)
		oursToo, password := state(l.Password, c.Secret)
		if ours != oursToo {
			return &ConflictError{p.tell("conflict-pair", l.Password, "username", username, "password", password)}
		}
	}
	return &ConflictError{p.tell("conflict", l.Value)}
}
