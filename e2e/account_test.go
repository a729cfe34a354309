//go:build e2e

package e2e

import (
	"cmp"
	"encoding/base64"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"docker-credential-ssm/internal/dockerhub"
)

// pushers push IMAGE under another name.
var pushers = []puller{
	{name: "docker push", needs: "docker", args: pullTagPush("docker")},
	{name: "docker push, Debian's", needs: "/usr/bin/docker", args: pullTagPush("/usr/bin/docker")},
	{name: "docker push, 29", needs: "docker29", args: pullTagPush("docker29")},
	{name: "docker-py", args: dockerPy(`
client = docker.from_env()
client.images.pull("IMAGE").tag("COPY")
for line in client.images.push("COPY", stream=True, decode=True):
    if "error" in line:
        raise SystemExit(line["error"])`)},
	{name: "podman push", needs: "podman", args: steps("podman " + storage + " pull IMAGE; podman " + storage + " push IMAGE COPY")},
	{name: "buildah push", needs: "buildah", args: steps("buildah " + storage + " pull IMAGE; buildah " + storage + " push IMAGE docker://COPY")},
	{name: "skopeo copy", args: words("skopeo --insecure-policy copy docker://IMAGE docker://COPY")},
	{name: "crane copy", args: words("crane copy IMAGE COPY")},
	{name: "oras copy", args: words("oras copy IMAGE COPY")},
	{name: "regctl image copy", args: words("regctl image copy IMAGE COPY")},
}

func steps(script string) []string { return []string{"sh", "-ec", script} }

func pullTagPush(program string) []string {
	return steps(program + " pull IMAGE; " + program + " tag IMAGE COPY; " + program + " push COPY")
}

// TestPush: Docker Hub takes an image from every client, as the user.
func TestPush(t *testing.T) {
	h, store := atDockerHub(t)
	t.Setenv("AWS_ENDPOINT_URL", store)
	clients := pushers
	if all {
		backends(t)
		clients = slices.Concat(pushers, rarePushers)
	}
	keep(t, "docker.io", "s3cret")
	for i, client := range clients {
		t.Run(client.name, func(t *testing.T) {
			client.need(t)
			image := "team/push-" + string(rune('a'+i))
			if err := h.Push(image+":latest", fresh(t)); err != nil {
				t.Fatal(err)
			}
			h.Forget()
			calls := recording(t)
			said, status := client.run(t, "docker.io/"+image+":latest")
			pushed := 0
			for _, r := range h.Requests() {
				if r.Method == http.MethodPut && strings.HasPrefix(r.Path, "/v2/"+image+"-copy/manifests/") && r.Status == http.StatusCreated && r.User == "alice" {
					pushed++
				}
			}
			if status != 0 || pushed == 0 || len(calls()) == 0 || strings.Contains(said, "s3cret") {
				t.Errorf("status %d, %d manifests, helper calls %+v\n%s", status, pushed, calls(), said)
			}
		})
	}
}

// accounts are how clients log in, with a password from standard input, and out.
var accounts = []struct{ name, program, login, logout string }{
	{"docker", "docker", "docker login -u alice --password-stdin", "docker logout"},
	{"docker, Debian's", "/usr/bin/docker", "/usr/bin/docker login -u alice --password-stdin", "/usr/bin/docker logout"},
	{"docker, 29", "docker29", "docker29 login -u alice --password-stdin", "docker29 logout"},
	{"podman", "podman", "podman login -u alice --password-stdin docker.io", "podman logout docker.io"},
	{"podman, as it comes", "podman", "unset REGISTRY_AUTH_FILE DOCKER_CONFIG; XDG_RUNTIME_DIR=~ podman login -u alice --password-stdin docker.io", "unset REGISTRY_AUTH_FILE DOCKER_CONFIG; XDG_RUNTIME_DIR=~ podman logout docker.io"},
	{"buildah", "buildah", "buildah login -u alice --password-stdin docker.io", "buildah logout docker.io"},
	{"skopeo", "skopeo", "skopeo login -u alice --password-stdin docker.io", "skopeo logout docker.io"},
	{"crane", "crane", "crane auth login -u alice --password-stdin index.docker.io", "crane auth logout index.docker.io"},
	{"oras", "oras", "oras login -u alice --password-stdin docker.io", "oras logout docker.io"},
	{"regctl", "regctl", "regctl registry login -u alice --pass-stdin docker.io", "regctl registry logout docker.io"},
	{"Helm", "helm", "helm registry login -u alice --password-stdin registry-1.docker.io", "helm registry logout registry-1.docker.io"},
	{"Helm, with Docker's file", "helm", "HELM_REGISTRY_CONFIG=$DOCKER_CONFIG/config.json helm registry login -u alice --password-stdin registry-1.docker.io", "HELM_REGISTRY_CONFIG=$DOCKER_CONFIG/config.json helm registry logout registry-1.docker.io"},
	{"nerdctl", "nerdctl", "nerdctl login -u alice --password-stdin", "nerdctl logout"},
}

// TestLoginLeftOver: a docker login that is still in a buildspec succeeds under a
// read-only role, with what is stored already, and so does the other clients'. It
// leaves nothing in the file. With another password it fails, and says why; a
// logout logs nobody else out. docs/clients-details.md has what each client makes of it.
func TestLoginLeftOver(t *testing.T) {
	h, store := atDockerHub(t)
	t.Setenv("AWS_ENDPOINT_URL", store)
	keep(t, "docker.io", "s3cret")
	config := filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json")
	rows := map[string]string{}
	var order []string
	for _, client := range accounts {
		order = append(order, client.name)
		t.Run(client.name, func(t *testing.T) {
			p := puller{args: words(client.program)}
			p.need(t)
			row := "| " + client.name + " | " + p.release(t) + " |"
			for _, step := range []struct{ command, password string }{{client.login, "s3cret"}, {client.login, "other"}, {client.logout, ""}} {
				h.SetAccount("alice", dockerhub.Account{Password: cmp.Or(step.password, "s3cret")})
				calls := recording(t)
				said, status := puller{args: steps("printf '" + step.password + "' | { " + step.command + "; }")}.run(t, "")
				row += " " + account{said, status, calls(), left(t, step.password)}.String() + " |"
			}
			rows[client.name] = row
			if text, err := os.ReadFile(config); err != nil || strings.Contains(string(text), "czNjcmV0") || strings.Contains(string(text), "YWxpY2U6") {
				t.Errorf("%v, config.json: %s", err, text)
			}
			if got := run(t, "docker.io", os.Getenv(helperPath), "get"); !strings.Contains(got, "s3cret") {
				t.Errorf("the store has %s", got)
			}
		})
	}
	compare(t, "Login and logout", order, rows)
}

// account is what was seen of a login or a logout.
type account struct {
	said   string
	status int
	asked  []call
	left   []string // files with the password
}

// String is what was seen, as the page has it.
func (a account) String() string {
	refused := strings.Contains(a.said, "DOCKER_CREDENTIAL_SSM_WRITABLE=true")
	stored := slices.ContainsFunc(a.asked, func(c call) bool { return c.Verb == "store" && c.Status == 0 })
	switch {
	case len(a.left) > 0:
		return "**leaves the password in `" + strings.Join(a.left, "`, `") + "`**"
	case len(a.asked) == 0 && a.status == 0:
		return "does not ask the helper"
	case refused && strings.Contains(a.said, "goroutine 1 ["):
		return "says why not, and **crashes**"
	case refused && a.status == 0:
		return "warns why not"
	case refused:
		return "fails, and says why"
	case a.status == 0 && stored:
		return "succeeds, with nothing written"
	}
	return "fails"
}

// left are the user's files that have a password, as it is or in base64.
func left(t *testing.T, password string) (files []string) {
	t.Helper()
	if password == "" {
		return nil
	}
	home := os.Getenv("HOME")
	auth := base64.StdEncoding.EncodeToString([]byte("alice:" + password))
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil && (strings.Contains(string(text), password) || strings.Contains(string(text), auth)) {
			files = append(files, "~"+strings.TrimPrefix(path, home))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
