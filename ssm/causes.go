package ssm

import "strings"

// cause is a row of the table from what went wrong to what a person reads. Its
// texts are made of the program's own words and of parts that it knows: error
// codes, actions, names, hosts, variables, files, status codes. They never hold
// what the SDK, a server or a subprocess said, which can quote what it read.
type cause struct {
	name string // every row has a story that names it
	why  string // {parts} in braces are filled in

	// What mends it, or leads to the next cause, where the reader stands. A row
	// without a hint for a build has one for both.
	hint, build string
}

// causes is the table. It is a function, so that nothing of it is made before
// something has gone wrong.
func causes() []cause { return append(callCauses(), credentialCauses()...) }

// because makes an error of a row. The parts are pairs of a name and a text.
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
