package ssm

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
)

// TestDebugLog: nothing of what the SDK remarks is logged, and an access key, a
// request's id and an error's code only in the form that they have.
func TestDebugLog(t *testing.T) {
	var out bytes.Buffer
	l := sdkLogger{slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	l.Logf(logging.Warn, "s3cret %s", "s3cret")
	l.Logf("s3cret", "s3cret")
	if strings.Contains(out.String(), "s3cret") || strings.Count(out.String(), "\n") != 2 {
		t.Errorf("logged %s", out.String())
	}
	for _, id := range []string{"s3cret", "AKIA s3cret", "AKIAs3cret", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AKIA" + strings.Repeat("A", 60), "s3cret67-0123-0123-0123-0123456789ab"} {
		if got := safeAccessKey(id); got != "" {
			t.Errorf("safeAccessKey(%q) = %q", id, got)
		}
		if got := safeRequestID(id); got != "" {
			t.Errorf("safeRequestID(%q) = %q", id, got)
		}
	}
	for _, id := range []string{"AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"} {
		if safeAccessKey(id) != id {
			t.Errorf("safeAccessKey(%q) = %q", id, safeAccessKey(id))
		}
	}
	for want, err := range map[string]error{
		"another code":          &smithy.GenericAPIError{Code: "S3cretException"},
		"ValidationException":   &smithy.GenericAPIError{Code: "ValidationException", Message: "s3cret"},
		"AccessDeniedException": &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "s3cret"},
		"request failed":        errors.New("s3cret"),
	} {
		if got := code(err); got != want {
			t.Errorf("code(%v) = %q, want %q", err, got, want)
		}
	}
	for _, code := range []string{"s3cret", "S3cretException", "Sw0rdfish", "swordfish", "Swordfish", strings.Repeat("A", 80) + "Exception", "Bad\nException"} {
		if got := safeCode(code); got == code {
			t.Errorf("safeCode(%q) = %q", code, got)
		}
	}
}
