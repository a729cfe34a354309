package helper

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/docker/docker-credential-helpers/credentials"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/output"
	"docker-credential-ssm/registry"
)

// Serve carries one of [Verbs] out and says what the protocol wants: the answer on
// standard output; a failure as one line on standard output and standard error
// alike, since some clients swallow the first and all of them pass on the second;
// the library's own texts on standard output exactly as they are, since clients
// compare them. It reports whether the verb succeeded. Of the reader, list and
// version read nothing.
func Serve(h credentials.Helper, verb string, in io.Reader, out *output.Output) bool {
	text, err := input(verb, in)
	// The library writes as it goes and does not look at the outcome. A client
	// that gets half an answer has to see a failure.
	var answer bytes.Buffer
	if err == nil {
		err = credentials.HandleCommand(h, verb, text.lines(), &answer)
	}
	switch {
	case err == nil:
		if err := out.Answer(answer.Bytes()); err != nil {
			if !errors.Is(err, output.ErrSaid) {
				out.Lost(&message.Error{What: text.subject(verb), Err: message.Advise(errors.New("the answer cannot be written to standard output: "+system(err)), "Run it where somebody reads standard output")})
			}
			return false
		}
		return true
	case credentials.IsErrCredentialsNotFound(err):
		out.RefuseExactly(err.Error(), nil)
	case credentials.IsCredentialsMissingServerURL(err), credentials.IsCredentialsMissingUsername(err):
		out.RefuseExactly(err.Error(), explain(verb, text, err))
	default:
		out.Refuse(explain(verb, text, err))
	}
	return false
}

// subject is what a message calls the verb: with the registry, where the text names
// one.
func (t text) subject(verb string) string {
	url := string(t)
	if verb == credentials.ActionStore {
		var c struct{ ServerURL string }
		if json.Unmarshal(t, &c) != nil {
			return verb
		}
		url = c.ServerURL
	}
	if key, err := registry.Key(url); err == nil {
		return verb + " " + registry.Name(key)
	}
	return verb
}

// explain gives an error of the library's own, which comes from standard
// input, the form of all others. What JSON says about broken input can quote
// it, and so a piece of the secret: that text is withheld.
func explain(verb string, t text, err error) error {
	var (
		e    *message.Error
		kind *json.UnmarshalTypeError
	)
	advice := `Write {"ServerURL":"…","Username":"…","Secret":"…"} to standard input`
	if verb != credentials.ActionStore {
		advice = "Write a server URL to standard input, as in echo docker.io | docker-credential-ssm " + verb
	}
	switch {
	case errors.As(err, &e):
		return err
	case errors.As(err, &kind):
		err = errNoJSON
	case errors.Is(err, context.DeadlineExceeded):
		err = errors.New("standard input did not end before the deadline")
	case errors.Is(err, context.Canceled):
		err, advice = errors.New("interrupted while reading standard input"), "Run it again"
	}
	return &message.Error{What: t.subject(verb), Err: message.Advise(err, advice)}
}
