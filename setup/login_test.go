package setup

import (
	"strings"
	"testing"

	"docker-credential-ssm/ssm"
)

// TestDescribed: the user name that is stored already, whoever wrote it, is shown with
// nothing that acts on the terminal.
func TestDescribed(t *testing.T) {
	got := described(&ssm.Found{Username: "a\x1b]0;x\x07\u009b31m\u202eb\nc"})
	if !strings.HasPrefix(got, "the credential of a") || strings.ContainsAny(got, "\x1b\x07\u009b\u202e\n") {
		t.Errorf("%q", got)
	}
}
