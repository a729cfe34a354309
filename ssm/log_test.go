package ssm

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

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
	for _, id := range []string{"s3cret", "AKIA s3cret", "AKIAs3cret", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AKIA" + strings.Repeat("A", 60)} {
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
	for _, code := range []string{"s3cret", "S3cretException", "Sw0rdfish", "swordfish", "Swordfish", strings.Repeat("A", 80) + "Exception", "Bad\nException"} {
		if got := safeCode(code); got == code {
			t.Errorf("safeCode(%q) = %q", code, got)
		}
	}
}
