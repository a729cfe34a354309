package ssm

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"

	"docker-credential-ssm/internal/transport"
)

// sdkLogger receives what the SDK logs; without it the SDK prints to standard error.
// The text can quote a file or an answer, and is dropped.
type sdkLogger struct{ log *slog.Logger }

func (l sdkLogger) Logf(class logging.Classification, _ string, _ ...any) {
	if class != logging.Warn {
		class = logging.Debug
	}
	l.log.Debug("the SDK has a remark, which is withheld", "class", string(class))
}

// logCalls logs each call's name, duration, tries and request id, and nothing
// of what was sent or answered.
func logCalls(log *slog.Logger) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("docker-credential-ssm/log", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			start := time.Now()
			out, metadata, err := next.HandleInitialize(ctx, in)
			id, _ := awsmiddleware.GetRequestIDMetadata(metadata)
			attrs := []any{"service", awsmiddleware.GetServiceID(ctx), "call", awsmiddleware.GetOperationName(ctx), "took", time.Since(start), "request id", safeRequestID(id)}
			if err != nil {
				attrs = append(attrs, "failed", code(err))
			}
			log.Debug("called AWS", attrs...)
			return out, metadata, err
		}), middleware.Before)
	}
}

// code is a failure as the log shows it, in words of the program: the text of an error
// may repeat a value.
func code(err error) string {
	var (
		api    smithy.APIError
		answer *answerError
	)
	switch {
	case errors.As(err, &answer):
		return answer.Error()
	case errors.As(err, &api):
		if code := api.ErrorCode(); rowOfCode(code) != "" || throttled(err) || code == "AccessDeniedException" || code == "ResourceNotFoundException" {
			return code
		}
		return "another code"
	}
	return transport.Diagnose(err).Kind.String()
}

// safeRequestID is a request's ID, where it has the form of AWS's.
func safeRequestID(id string) string {
	if len(id) == len("01234567-0123-0123-0123-0123456789ab") && strings.Count(id, "-") == 4 && isOnly(id, hexDigits+"-") {
		return id
	}
	return ""
}

// safeAccessKey is an access key ID, where it has the form of one: the secret access
// key may have been set in its place.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
func safeAccessKey(id string) string {
	if (strings.HasPrefix(id, "AKIA") || strings.HasPrefix(id, "ASIA")) && len(id) <= 32 && isOnly(id, digits+strings.ToUpper(letters)) {
		return id
	}
	return ""
}
