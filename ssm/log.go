package ssm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"
)

// sdkLogger takes what the SDK logs, and would print on standard error by
// itself, to the debug log: the fixed part of it, since the rest can quote what the
// SDK has read.
type sdkLogger struct{ log *slog.Logger }

func (l sdkLogger) Logf(class logging.Classification, format string, v ...any) {
	l.log.Debug("SDK: "+format, "class", string(class))
}

// logCalls logs each call's name, duration, tries and request id, and nothing
// of what was sent or answered.
func logCalls(log *slog.Logger) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("docker-credential-ssm/log", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			start := time.Now()
			out, metadata, err := next.HandleInitialize(ctx, in)
			id, _ := awsmiddleware.GetRequestIDMetadata(metadata)
			attrs := []any{"call", awsmiddleware.GetOperationName(ctx), "took", time.Since(start), "request id", id}
			if err != nil {
				// The code alone: the text of a validation error may repeat a value.
				attrs = append(attrs, "failed", code(err))
			}
			log.Debug("called Parameter Store", attrs...)
			return out, metadata, err
		}), middleware.Before)
	}
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return safeCode(api.ErrorCode())
	}
	return fmt.Sprintf("%T", err)
}
