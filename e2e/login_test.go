//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// TestFromNothing: login, configure, doctor, and a docker pull of an image that
// Docker Hub gives to its user alone; then the same with a secret of Secrets
// Manager.
func TestFromNothing(t *testing.T) {
	needNamespace(t)
	docker, aws := testenv.Need(t, "docker"), testenv.Need(t, "aws")
	h, store := atDockerHub(t)
	t.Setenv("AWS_ENDPOINT_URL", store)
	config := filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json")

	pulls := func(image string) {
		t.Helper()
		h.SetPrivate(image)
		if err := h.Push(image+":latest", fresh(t)); err != nil {
			t.Fatal(err)
		}
		h.Forget()
		recording(t)
		run(t, "", docker, "pull", "--quiet", "docker.io/"+image)
		if h.Pulls()["alice"] == 0 || h.Pulls()[""] != 0 {
			t.Errorf("pulls of %s: %v", image, h.Pulls())
		}
		if text, err := os.ReadFile(config); err != nil || strings.Contains(string(text), "s3cret") || strings.Contains(string(text), "czNjcmV0") {
			t.Errorf("%v, config.json: %s", err, text)
		}
	}

	if err := os.Remove(config); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if out, err := loginWith("wrong"); err == nil || !strings.Contains(out, "docker.io does not accept this user name and token") {
		t.Errorf("a wrong token: %v: %s", err, out)
	}
	if out, err := loginWith("s3cret"); err != nil || !strings.Contains(out, "stored and read back, the credential of alice") {
		t.Fatalf("login: %v: %s", err, out)
	}
	run(t, "", os.Getenv(helperPath), "configure")
	doctor := exec.Command(os.Getenv(helperPath), "doctor")
	doctor.Env = append(os.Environ(), "PATH="+filepath.Dir(os.Getenv(helperPath))+":"+os.Getenv("PATH")) // before the recorder
	if out, err := doctor.CombinedOutput(); err != nil || !strings.Contains(string(out), "alice") {
		t.Errorf("doctor: %v: %s", err, out)
	}
	pulls("team/from-nothing")

	run(t, "", aws, "secretsmanager", "create-secret", "--name", "from-nothing", "--secret-string", `{"DOCKERHUB_USERNAME":"alice","DOCKERHUB_PASSWORD":"s3cret"}`)
	run(t, "", os.Getenv(helperPath), "configure", "--secret", "from-nothing", "--username-field", "DOCKERHUB_USERNAME", "--password-field", "DOCKERHUB_PASSWORD")
	pulls("team/from-a-secret")
}

func loginWith(token string) (string, error) {
	cmd := exec.Command(os.Getenv(helperPath), "login", "--username", "alice", "--password-stdin")
	cmd.Stdin = strings.NewReader(token)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
