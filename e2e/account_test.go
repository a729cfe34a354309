//go:build e2e

package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"docker-credential-ssm/internal/dockerhub"
	"docker-credential-ssm/internal/testenv"
)

// pushers push IMAGE under another name.
var pushers = []puller{
	{"docker push", "docker", nil, []string{"sh", "-ec", "docker pull IMAGE; docker tag IMAGE COPY; docker push COPY"}, nil},
	{"docker push, Debian's", "/usr/bin/docker", nil, []string{"sh", "-ec", "/usr/bin/docker pull IMAGE; /usr/bin/docker tag IMAGE COPY; /usr/bin/docker push COPY"}, nil},
	{"docker-py", "python3", nil, []string{"python3", "-c", `import docker
client = docker.from_env()
client.images.pull("IMAGE").tag("COPY")
for line in client.images.push("COPY", stream=True, decode=True):
    if "error" in line:
        raise SystemExit(line["error"])`}, nil},
	{"podman push", "podman", nil, []string{"sh", "-ec", `storage="--root DIR/root --runroot DIR/run --storage-driver vfs"; podman $storage pull IMAGE; podman $storage push IMAGE COPY`}, nil},
	{"buildah push", "buildah", nil, []string{"sh", "-ec", `storage="--root DIR/root --runroot DIR/run --storage-driver vfs"; buildah $storage pull IMAGE; buildah $storage push IMAGE docker://COPY`}, nil},
	{"skopeo copy", "skopeo", nil, []string{"skopeo", "--insecure-policy", "copy", "docker://IMAGE", "docker://COPY"}, nil},
	{"crane copy", "crane", nil, []string{"crane", "copy", "IMAGE", "COPY"}, nil},
	{"oras copy", "oras", nil, []string{"oras", "copy", "IMAGE", "COPY"}, nil},
	{"regctl image copy", "regctl", nil, []string{"regctl", "image", "copy", "IMAGE", "COPY"}, nil},
}

// TestPush: Docker Hub takes an image from every client, as the user.
func TestPush(t *testing.T) {
	h, store := room(t)
	t.Setenv("AWS_ENDPOINT_URL", store)
	keep(t, good)
	for i, client := range pushers {
		t.Run(client.name, func(t *testing.T) {
			testenv.Need(t, client.program)
			image := "team/push-" + string(rune('a'+i))
			fresh(t, h, image)
			h.Forget()
			record := filepath.Join(t.TempDir(), "calls")
			t.Setenv(recordTo, record)
			said, status := client.run(t, "docker.io/"+image+":latest")
			pushed := 0
			for _, r := range h.Requests() {
				if r.Method == http.MethodPut && strings.HasPrefix(r.Path, "/v2/"+image+"-copy/manifests/") && r.Status == http.StatusCreated && r.User == "alice" {
					pushed++
				}
			}
			if status != 0 || pushed == 0 || len(recorded(t, record)) == 0 || strings.Contains(said, "s3cret") {
				t.Errorf("status %d, %d manifests, helper calls %+v\n%s", status, pushed, recorded(t, record), said)
			}
		})
	}
}

// TestLoginLeftOver: a docker login that is still in a buildspec succeeds under a
// read-only role, with what is stored already, and so does the other clients'. It
// leaves nothing in the file. With another password it fails, and says why; a
// logout logs nobody else out.
func TestLoginLeftOver(t *testing.T) {
	h, store := room(t)
	t.Setenv("AWS_ENDPOINT_URL", store)
	keep(t, good)
	config := filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json")
	for _, client := range []struct{ name, login, logout string }{
		{"docker", "docker login -u alice --password-stdin", "docker logout"},
		{"docker, Debian's", "/usr/bin/docker login -u alice --password-stdin", "/usr/bin/docker logout"},
		{"oras", "oras login -u alice --password-stdin docker.io", "oras logout docker.io"},
		{"crane", "crane auth login -u alice --password-stdin index.docker.io", "crane auth logout index.docker.io"},
	} {
		t.Run(client.name, func(t *testing.T) {
			testenv.Need(t, strings.Fields(client.login)[0])
			record := filepath.Join(t.TempDir(), "calls")
			t.Setenv(recordTo, record)
			in := func(secret, command string) (string, int) {
				return puller{args: []string{"sh", "-c", "printf " + secret + " | " + command}}.run(t, "")
			}
			if said, status := in("s3cret", client.login); status != 0 {
				t.Errorf("login: status %d\n%s", status, said)
			}
			stored := false
			for _, c := range recorded(t, record) {
				stored = stored || c.Verb == "store" && c.Status == 0
			}
			if !stored {
				t.Errorf("the helper was asked %+v", recorded(t, record))
			}
			h.SetAccount("alice", dockerhub.Account{Password: "other"})
			said, status := in("other", client.login)
			if status == 0 || !strings.Contains(said, "DOCKER_CREDENTIAL_SSM_WRITABLE=true") {
				t.Errorf("login with another password: status %d\n%s", status, said)
			}
			h.SetAccount("alice", dockerhub.Account{Password: "s3cret"})
			if said, _ := in("x", client.logout); !strings.Contains(said, "DOCKER_CREDENTIAL_SSM_WRITABLE=true") {
				t.Errorf("logout: %s", said)
			}
			text, err := os.ReadFile(config)
			if err != nil || strings.Contains(string(text), "czNjcmV0") || strings.Contains(string(text), "YWxpY2U6") {
				t.Errorf("%v, config.json: %s", err, text)
			}
			if got := run(t, "docker.io", os.Getenv(helperPath), "get"); !strings.Contains(got, "s3cret") {
				t.Errorf("the store has %s", got)
			}
		})
	}
}
