package main

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// Every get pays for what the packages do when the program starts. These tests
// count that in bytes allocated, which do not depend on the machine's speed.

// maxInitBytes is somewhat above what package initialisation allocates with the
// pinned versions of the SDK. The schema-based versions of service/ssm, from
// v1.80.0 on, allocate their whole model and go far beyond it.
const maxInitBytes = 700_000

// maxOwnInitBytes is more than a small map or an error takes, and less than a
// regular expression.
const maxOwnInitBytes = 1000

func TestStartUpIsLean(t *testing.T) {
	program := testenv.Build(t)
	cmd := exec.Command(program, "version")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var trace strings.Builder
	cmd.Stderr = &trace
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	total, packages := 0, 0
	for _, m := range regexp.MustCompile(`(?m)^init (\S+) @.*, (\d+) bytes,`).FindAllStringSubmatch(trace.String(), -1) {
		n, _ := strconv.Atoi(m[2])
		total += n
		packages++
		if strings.HasPrefix(m[1], "docker-credential-ssm/") && n > maxOwnInitBytes {
			t.Errorf("the package %s of the program itself allocates %d bytes at every start: what is it that can be made when it is needed?", m[1], n)
		}
		if n > maxInitBytes/4 {
			t.Errorf("the package %s allocates %d bytes at every start", m[1], n)
		}
	}
	if packages == 0 {
		t.Fatalf("no trace of package initialisation:\n%s", trace.String())
	}
	t.Logf("%d packages allocate %d bytes", packages, total)
	if total > maxInitBytes {
		t.Errorf("package initialisation allocates %d bytes, more than %d: which update of a module brought that?\n%s", total, maxInitBytes, trace.String())
	}
}

// TestNothingUnneeded: text/template, and what imports it, keeps the linker from
// dropping the methods that nobody calls, and so all 150 operations of the SSM
// client in the binary; the other packages are for tests and people.
func TestNothingUnneeded(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command to ask")
	}
	out, err := exec.Command(goTool, "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, unwanted := range []string{"text/template", "html/template", "testing", "net/http/httptest", "docker-credential-ssm/ssm/ssmtest", "github.com/google/go-containerregistry/pkg/registry"} {
		if regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(unwanted) + `$`).Match(out) {
			t.Errorf("the program depends on %s", unwanted)
		}
	}
}
