//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"docker-credential-ssm/internal/dockerhub"
)

// atDockerHub is a room with an engine and Docker Hub, whose anonymous pulls are used up.
func atDockerHub(t *testing.T) (h *dockerhub.Server, store string) {
	t.Helper()
	store = room(t, hub, "docker.io", "index.docker.io") // as configure writes them
	h = dockerHub(t)
	h.SetAccount("alice", dockerhub.Account{Password: "s3cret", Quota: dockerhub.Quota{Limit: 500, Remaining: 500}})
	h.SetAnonymous(dockerhub.Quota{Limit: 100})
	engine(t)
	return h, store
}

// dockerHub is the stand-in, under Docker Hub's own names, trusted by every
// program that the test starts.
func dockerHub(t *testing.T) *dockerhub.Server {
	t.Helper()
	s, err := dockerhub.Start(address+":443", dockerhub.New())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	trust(t, s.CA)
	return s
}

// trust makes an authority the only one that a test's programs trust.
func trust(t *testing.T, ca []byte) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(file, ca, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", file)
	t.Setenv("SSL_CERT_DIR", dir)
}
