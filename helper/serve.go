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

// Serve runs one of [Verbs] and writes the result: the answer to standard output; a
// failure as one line to both standard output and standard error, since some clients
// discard the first and most show the second; the texts that the protocol defines
// unchanged to standard output, since clients compare them. It reports whether the verb
// succeeded. For list and version it reads nothing from the reader.
func Serve(h credentials.Helper, verb string, in io.Reader, out *output.Output) bool {
	text, err := input(verb, in)
	// The library writes in several steps and ignores write errors. The answer is
	// therefore collected here and written at once, and a write error is reported.
	var answer bytes.Buffer
	if err == nil {
		err = credentials.HandleCommand(h, verb, text.lines(), &answer)
	}
	switch {
	case err == nil:
		if err := out.Answer(message.JSON(answer.Bytes())); err != nil {
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

// subject is the verb as messages name it: followed by the registry, where the text
// contains one.
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

// explain turns an error of the library, which is about standard input, into a
// [message.Error]. The text of a JSON error is not used: it can quote the input, and so
// a part of the secret.
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
