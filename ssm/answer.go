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
		if err == nil {
			err = checkAnswer(resp.StatusCode, resp.Header, body)
		}
		return out, metadata, err
	}), middleware.After)
}

// checkAnswer returns an [answerError] for what is no answer of the protocol.
func checkAnswer(status int, header http.Header, body []byte) error {
	bad := func(problem string) error { return &answerError{Status: status, Problem: problem} }
	success := status/100 == 2
	if len(body) > maxAnswer {
		return bad("with more than a megabyte")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		switch {
		case !success && header.Get("X-Amzn-Errortype") != "":
			return nil
		case len(bytes.TrimSpace(body)) == 0:
			return bad("with nothing")
		}
		return bad("with something other than one JSON object")
	}
	code := header.Get("X-Amzn-Errortype")
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
		return bad("with an error under a status of success")
	case !success && code == "":
		return bad("without an error code")
	}
	return nil
}

// answerError is an answer that says nothing that can be relied on. None of what
// the answer says is in it.
type answerError struct {
	Status  int
	Problem string // "with nothing", "without PREFIX/KEY"
}

func (e *answerError) Error() string {
	return fmt.Sprintf("answered %d %s %s", e.Status, http.StatusText(e.Status), e.Problem)
}

// HTTPStatusCode is what the SDK's retryer looks for.
func (e *answerError) HTTPStatusCode() int { return e.Status }

// incomplete is an answer whose text is right and that leaves something open.
func incomplete(problem string) error { return &answerError{Status: http.StatusOK, Problem: problem} }

// throttling reports whether an answer without a code of AWS's says that there
// were too many requests.
func throttling(err error) bool {
	var e *answerError
	return errors.As(err, &e) && (e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable)
}
