package ssm

import "strings"

// cause is a row of the table of causes, which has the text and the hint of each error.
// The texts are made of the program's own words and of parts that it has checked: error
// codes, actions, names, hosts, variables, files, status codes. They never contain text
// of the SDK, a server or a subprocess, which can quote a secret.
type cause struct {
	name string // a test names it in a comment "cause: NAME"; TestCauses checks that
	why  string // {parts} in braces are replaced

	// What the reader can do: at a machine, and in a build. Where build is empty, hint
	// is for both.
	hint, build string
}

// causes is the table. It is a function and not a variable, so that the table is built
// only after an error.
func causes() []cause { return append(callCauses(), credentialCauses()...) }

// because makes an error of a row. The parts are pairs of a name and a text, for {name}
// in the row.
func because(name string, building bool, parts ...string) *Error {
	for i := 0; i < len(parts); i += 2 {
		parts[i] = "{" + parts[i] + "}"
	}
	fill := strings.NewReplacer(parts...).Replace
	for _, c := range causes() {
		if c.name == name {
			hint := c.hint
			if building && c.build != "" {
				hint = c.build
			}
			return &Error{Cause: name, Why: fill(c.why), Advice: fill(hint)}
		}
	}
	panic("ssm: there is no cause " + name)
}
