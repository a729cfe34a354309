//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestNoEnvironment: a client that gives the helper no environment at all, no HOME and
// no PATH, gets an error that says what is missing, and never "not found".
func TestNoEnvironment(t *testing.T) {
	needNamespace(t) // there is no network in it that could have credentials
	for _, verb := range []string{"get", "list"} {
		cmd := exec.Command(os.Getenv(helperPath), verb)
		cmd.Env = []string{}
		cmd.Stdin = strings.NewReader(hub)
		out, err := cmd.Output()
		if err == nil || !regexp.MustCompile(`^docker-credential-ssm: `+verb+`( docker\.io)? failed: [^\n]*(Region|credentials)[^\n]*\. [^\n]+\n$`).Match(out) {
			t.Errorf("%s: %v: %s", verb, err, out)
		}
	}
}
