//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"docker-credential-ssm/internal/dockerhub"
)

// dockerHub is the stand-in, under Docker Hub's own names, trusted by every
// program that the test starts.
func dockerHub(t *testing.T) *dockerhub.Server {
	t.Helper()
	s, err := dockerhub.Start(address+":443", dockerhub.New())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, s.CA, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", ca)
	t.Setenv("SSL_CERT_DIR", dir)
	return s
}
