package ssm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"docker-credential-ssm/internal/transport"
)

// maxAnswer is in bytes. Ten parameters of 8 KB each are a tenth of it.
const maxAnswer = 1 << 20

// wholeAnswers holds each answer to its protocol before the SDK reads it. The SDK
// takes an empty body for an empty answer, ignores what follows the first JSON
// value, and does not mind an error's body under a status of 200: each would
// look like "there is no such parameter".
func wholeAnswers(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("docker-credential-ssm/answer", func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleDeserialize(ctx, in)
		resp, ok := out.RawResponse.(*smithyhttp.Response)
		if err != nil || !ok {
			return out, metadata, err
		}
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
		_ = resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(body))
		if errors.Is(err, transport.ErrTooLong) {
			err = &answerError{Status: resp.StatusCode, Cause: "answer-long"}
		}
		if err == nil {
			err = checkAnswer(resp.StatusCode, resp.Header, body)
		}
		return out, metadata, err
	}), middleware.After)
}

// checkAnswer returns an [answerError] for what is no answer of the protocol.
func checkAnswer(status int, header http.Header, body []byte) error {
	bad := func(cause string) error { return &answerError{Status: status, Cause: cause} }
	success := status/100 == 2
	code := header.Get("X-Amzn-Errortype")
	encoding := header.Get("Content-Encoding")
	switch {
	case len(body) > maxAnswer:
		return bad("answer-long")
	case len(bytes.TrimSpace(body)) == 0 && !success && code != "":
		return nil
	case len(bytes.TrimSpace(body)) == 0:
		return bad("answer-empty")
	case encoding != "" && encoding != "identity":
		return bad("answer-shape") // the SDK asks for no encoding, and decodes none
	}
	var fields map[string]json.RawMessage
	dec := json.NewDecoder(bytes.NewReader(body))
	if err := dec.Decode(&fields); err != nil || fields == nil {
		return bad("answer-shape")
	}
	if len(bytes.TrimSpace(body[dec.InputOffset():])) != 0 {
		return bad("answer-more")
	}
	dec = json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber() // one that is too large for a float64 is no error of the document
	switch again, err := repeats(dec); {
	case err != nil:
		return bad("answer-shape")
	case again:
		return &answerError{Status: status, Cause: "answer-twice", Missing: "one field"}
	}
	for name, value := range fields {
		if strings.EqualFold(name, "__type") || strings.EqualFold(name, "code") {
			var s string
			if json.Unmarshal(value, &s) == nil && s != "" {
				code = s
			}
		}
	}
	switch {
	case success && code != "":
		return bad("answer-error")
	case !success && code == "":
		return bad("answer-shape")
	}
	return nil
}

// repeats reports whether an object in a JSON document has a field twice: which of
// them the SDK takes is not what others would take. The error is the decoder's.
func repeats(dec *json.Decoder) (bool, error) {
	token, err := dec.Token()
	if err != nil || token != json.Delim('{') && token != json.Delim('[') {
		return false, err
	}
	seen := map[json.Token]bool{}
	for dec.More() {
		if token == json.Delim('{') {
			name, err := dec.Token()
			if err != nil || seen[name] {
				return true, err
			}
			seen[name] = true
		}
		if again, err := repeats(dec); err != nil || again {
			return again, err
		}
	}
	_, err = dec.Token() // the end
	return false, err
}

// answerError is an answer that says nothing that can be relied on. None of what
// the answer says is in it.
type answerError struct {
	Status  int
	Cause   string // the row of the table of causes, for a status of success
	Missing string // what is not there, or there twice
}

func (e *answerError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("answered %d %s %s", e.Status, e.Cause, e.Missing))
}

// HTTPStatusCode is what the SDK's retryer looks for.
func (e *answerError) HTTPStatusCode() int { return e.Status }

// partial is an answer whose text is right and that leaves something open.
func partial(missing string) error {
	return &answerError{Status: http.StatusOK, Cause: "answer-partial", Missing: missing}
}

// other is an answer about something that was not asked for.
func other() error { return &answerError{Status: http.StatusOK, Cause: "answer-other"} }

// twice is an answer that says one thing two times.
func twice(what string) error {
	return &answerError{Status: http.StatusOK, Cause: "answer-twice", Missing: what}
}

// throttling reports whether an answer without a code of AWS's says that there
// were too many requests.
func throttling(err error) bool {
	var e *answerError
	return errors.As(err, &e) && (e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable)
}
