package doctor

import (
	"fmt"
	"strings"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/ssm"
)

// result is what a step found.
type result struct {
	outcome outcome
	detail  string
	more    []string
	hints   []hint
}

func ok(format string, args ...any) result {
	return result{outcome: passed, detail: fmt.Sprintf(format, args...)}
}

func wrong(format string, args ...any) result {
	return result{outcome: failed, detail: fmt.Sprintf(format, args...)}
}

// but makes the result a warning: a pull is signed in all the same.
func (r result) but() result {
	r.outcome = warned
	return r
}

// tell adds lines that say more.
func (r result) tell(lines ...string) result {
	r.more = append(r.more, lines...)
	return r
}

// advise adds a hint in words.
func (r result) advise(text string) result {
	r.hints = append(r.hints, hint{Text: text})
	return r
}

// run adds a hint that is a command, with what it is for.
func (r result) run(text, command string) result {
	r.hints = append(r.hints, hint{text, command, nil})
	return r
}

// failure shows an error with its hint, unless that leads back here.
func failure(err error) result {
	r := wrong("%v", err)
	text := strings.TrimSuffix(message.Hint(err), ssm.SeeDoctor)
	command, ok := strings.CutPrefix(text, "Run ")
	switch {
	case text == "":
		return r
	case ok && isCommand(command):
		return r.run("", command)
	}
	return r.advise(text)
}

// isCommand reports whether a text is a command line alone, as in "Run aws sso
// login": the words of sentences have commas or other words around it.
func isCommand(text string) bool {
	for _, begin := range []string{"aws sso login", "aws login", "docker-credential-ssm "} {
		if rest, ok := strings.CutPrefix(text, begin); ok {
			return !strings.ContainsAny(rest, ",;:(") && !strings.Contains(rest, " or ") && !strings.Contains(rest, " to ") && !strings.Contains(rest, " where ")
		}
	}
	return false
}
