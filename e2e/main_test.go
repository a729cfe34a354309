//go:build e2e

// Package e2e runs the clients that people use, unmodified, against the helper
// as it is built, a Parameter Store and a stand-in for Docker Hub, and looks at
// all three sides: what the client showed its user, what it asked the helper,
// and as whom the registry saw it.
//
// TestMain builds what is needed, while there is a network, and runs the tests
// in namespaces of their own: there port 443 and Docker Hub's names are free,
// and no process outlives the last test. Without root they run outside, and those
// that need one or the other are skipped.
package e2e

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "docker-credential-ssm" {
		os.Exit(record(os.Args[1:]))
	}
	flag.Parse()
	os.Exit(prepareAndRun(m))
}

func prepareAndRun(m *testing.M) int {
	if inside() {
		if err := furnish(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := buildTools(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if os.Geteuid() != 0 {
		return m.Run()
	}
	return testenv.RunInNamespaces()
}
