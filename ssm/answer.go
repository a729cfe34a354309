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

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"docker-credential-ssm/internal/transport"
)

// wholeAnswers checks each answer against the protocol before the SDK parses it. The
// SDK reads an empty body as an answer without parameters, ignores what follows the
// first JSON value, and accepts the body of an error with the status 200: each of these
// would look like "there is no such parameter".
func wholeAnswers(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("docker-credential-ssm/answer", func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleDeserialize(ctx, in)
		resp, ok := out.RawResponse.(*smithyhttp.Response)
		if err != nil || !ok {
			return out, metadata, err
		}
		body, err := textOf(resp.Response)
		if err == nil {
			err = checkAnswer(resp.StatusCode, resp.Header, body)
		}
		return out, metadata, err
	}), middleware.After)
}

// checkAnswer returns an [answerError] for an answer that the protocol does not allow.
func checkAnswer(status int, header http.Header, body []byte) error {
	bad := func(cause string) error { return &answerError{Status: status, Cause: cause} }
	success := status/100 == 2
	code := header.Get("X-Amzn-Errortype")
	encoding := header.Get("Content-Encoding")
	switch {
	case len(bytes.TrimSpace(body)) == 0 && !success && code != "":
		return nil
	case len(bytes.TrimSpace(body)) == 0:
		return bad("answer-empty")
	case encoding != "" && encoding != "identity":
		return bad("answer-shape") // the SDK asks for no encoding, and decodes none
	case !isJSON(header.Get("Content-Type")):
		return bad("answer-shape") // whoever changed the type may have changed the rest
	}
	fields, cause := jsonObject(body)
	switch cause {
	case "":
	case "answer-twice":
		return &answerError{Status: status, Cause: cause, Missing: "one field"}
	default:
		return bad(cause)
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

// isJSON reports whether a content type is one of JSON, in UTF-8. One that is not there,
// or that of a text or a page, as servers set it that do not care, says nothing to the
// contrary: the body is held to be JSON in any case.
func isJSON(contentType string) bool {
	kind, parameters, _ := strings.Cut(strings.ToLower(contentType), ";")
	_, charset, other := strings.Cut(parameters, "charset=")
	return contentType == "" || (strings.Contains(kind, "json") || strings.HasPrefix(kind, "text/")) && (!other || strings.HasPrefix(strings.Trim(charset, "\" "), "utf-8"))
}

// jsonObject decodes a JSON document that is an object, with nothing behind it and no field
// twice. The cause is the row for one that is not.
func jsonObject(text []byte) (fields map[string]json.RawMessage, cause string) {
	dec := json.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&fields); err != nil || fields == nil {
		return nil, "answer-shape"
	}
	if len(bytes.TrimSpace(text[dec.InputOffset():])) != 0 {
		return nil, "answer-more"
	}
	dec = json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber() // a number too large for a float64 is valid JSON
	switch again, err := repeats(dec); {
	case err != nil:
		return nil, "answer-shape"
	case again:
		return nil, "answer-twice"
	}
	return fields, ""
}

// sourceClient sends the requests of the sources of credentials. The SDK takes the first
// JSON document of an answer, whatever follows, and the last of two fields of one name.
func sourceClient(t func() *transport.Transport) doer {
	return func(r *http.Request) (*http.Response, error) {
		resp, err := t().Client().Do(r)
		if err != nil || resp.StatusCode/100 != 2 {
			return resp, err
		}
		body, err := textOf(resp)
		if err == nil && bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
			if _, cause := jsonObject(body); cause != "" {
				err = &smithy.DeserializationError{Err: errors.New(cause)}
			}
		}
		if err != nil {
			return nil, err
		}
		return resp, nil
	}
}

// textOf is an answer's body, which the transport limits. It can be read again.
func textOf(resp *http.Response) ([]byte, error) {
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return body, err
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

// repeats reports whether an object in a JSON document has a field twice: JSON decoders
// differ in which of the two they use. The error is the decoder's.
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

// answerError is an answer that cannot be relied on. It holds nothing of the answer's
// text.
type answerError struct {
	Status  int
	Cause   string // the row of the table of causes, for a status of success
	Missing string // what is missing, or there twice
}

func (e *answerError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("answered %d %s %s", e.Status, e.Cause, e.Missing))
}

// HTTPStatusCode is what the SDK's retryer looks for.
func (e *answerError) HTTPStatusCode() int { return e.Status }

// partial is the error for an answer that is well-formed and lacks something.
func partial(missing string) error {
	return &answerError{Status: http.StatusOK, Cause: "answer-partial", Missing: missing}
}

// other is the error for an answer about a name that was not asked for.
func other() error { return &answerError{Status: http.StatusOK, Cause: "answer-other"} }

// twice is the error for an answer that contains something twice.
func twice(what string) error {
	return &answerError{Status: http.StatusOK, Cause: "answer-twice", Missing: what}
}

// throttling reports whether an answer without an AWS error code says, by its status,
// that there were too many requests.
func throttling(err error) bool {
	var e *answerError
	return errors.As(err, &e) && (e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable)
}
