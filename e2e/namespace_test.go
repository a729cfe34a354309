//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"docker-credential-ssm/internal/dockerhub"
	"docker-credential-ssm/internal/testenv"
)

const (
	// address is where Docker Hub and the private registry answer. It is none
	// of the loopback network's, for oras refuses realms there.
	address = "10.99.0.2"

	// private is the name of the private registry, which has a port as many do.
	private = "registry.example:5000"
)

// inside reports whether this process has namespaces of its own.
func inside() bool { return testenv.InNamespaces() }

// furnish adds one more address to what every namespace has, and names for that.
func furnish() error {
	return errors.Join(
		testenv.FurnishNamespaces(),
		testenv.Raise("lo:0", address),
		nameHosts(),
	)
}

// nameHosts puts an /etc/hosts over the machine's, and takes the name servers away:
// there is no route to them, and a client would wait for their answer.
func nameHosts() error {
	host, _, _ := strings.Cut(private, ":")
	hosts := "127.0.0.1 localhost\n"
	for _, name := range append([]string{host}, dockerhub.Hosts...) {
		hosts += address + " " + name + "\n"
	}
	dir, err := os.MkdirTemp("", "e2e")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) // what is mounted stays
	for path, text := range map[string]string{"/etc/hosts": hosts, "/etc/resolv.conf": "nameserver 127.0.0.1\n"} {
		file := filepath.Join(dir, filepath.Base(path))
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
		if err := unix.Mount(file, path, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// needNamespace skips a test that has to have Docker Hub's names and port 443.
func needNamespace(t *testing.T) {
	t.Helper()
	if !inside() {
		t.Skip("namespaces of its own want root")
	}
}
