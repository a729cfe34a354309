//go:build e2e

package e2e

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestHelm pushes a chart to Docker Hub and pulls it again.
func TestHelm(t *testing.T) {
	if !all {
		t.Skip("E2E_ALL is not set: Helm takes minutes to build")
	}
	h, store := atDockerHub(t)
	t.Setenv("AWS_ENDPOINT_URL", store)
	keep(t, "docker.io", "s3cret")
	h.SetPrivate("team/hello")
	dir := t.TempDir()
	calls := recording(t)
	run(t, "", "helm", "create", filepath.Join(dir, "hello"))
	run(t, "", "helm", "package", "--destination", dir, filepath.Join(dir, "hello"))
	run(t, "", "helm", "push", filepath.Join(dir, "hello-0.1.0.tgz"), "oci://registry-1.docker.io/team")
	h.Forget()
	run(t, "", "helm", "pull", "--destination", t.TempDir(), "oci://registry-1.docker.io/team/hello", "--version", "0.1.0")
	if h.Pulls()["alice"] == 0 || h.Pulls()[""] > 0 {
		t.Errorf("pulls: %v", h.Pulls())
	}
	var asked []string
	for _, c := range calls() {
		asked = append(asked, c.Verb+" "+c.Server)
	}
	if len(asked) == 0 {
		t.Error("the helper was not asked")
	}
	t.Logf("the helper was asked: %s", strings.Join(asked, ", "))
}
