//go:build e2e

package e2e

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// TestConfigureMigrate takes a config.json as they are found: a link, with old
// logins in plain text, Windows' line ends, and much that is nobody's business.
// After configure --migrate, docker pulls with what Parameter Store has.
func TestConfigureMigrate(t *testing.T) {
	docker := testenv.Need(t, "docker")
	aws := testenv.Need(t, "aws")
	url := testenv.Moto(t)
	home := isolate(t)
	t.Setenv("AWS_ENDPOINT_URL", url)
	host := privateRegistry(t, "alice", "s3cret")
	engine(t)

	auth := base64.StdEncoding.EncodeToString([]byte("alice:s3cret"))
	lines := []string{
		`{`,
		`    "HttpHeaders":   {"User-Agent": "Docker-Client/28"},`,
		`    "auths": {`,
		`        "https://index.docker.io/v1/": {"auth": "` + auth + `"},`,
		`        "quay.io": {"auth": "` + base64.StdEncoding.EncodeToString([]byte("bob:other")) + `"},`,
		`        "` + host + `": {"auth": "` + auth + `", "email": "alice@example.com"}`,
		`    },`,
		`    "credHelpers": {"public.ecr.aws": "ecr-login"},`,
		`    "nobody": [1,  {"knows": null}]`,
		`}`,
		``,
	}
	before := strings.Join(lines, "\r\n")
	real := filepath.Join(t.TempDir(), "real.json")
	if err := os.WriteFile(real, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(home, "config.json")
	if err := os.Symlink(real, path); err != nil {
		t.Fatal(err)
	}
	if out := run(t, "", docker, "pull", "--quiet", host+"/team/app"); !strings.Contains(out, host) {
		t.Fatalf("docker pull with the old login: %s", out)
	}
	run(t, "", docker, "image", "rm", host+"/team/app")

	out := run(t, "", "docker-credential-ssm", "configure", "--migrate", "--writable", "docker.io", host)
	if strings.Count(out, "is in Parameter Store now") != 2 {
		t.Errorf("configure says %s", out)
	}

	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"s3cret", auth, strings.TrimRight(auth, "=")} {
		if strings.Contains(string(after), secret) {
			t.Errorf("the password is still in the file:\n%s", after)
		}
	}
	kept := strings.Join([]string{
		`{`,
		`    "HttpHeaders":   {"User-Agent": "Docker-Client/28"},`,
		`    "auths": {`,
		lines[4][:len(lines[4])-1],
		`    },`,
		`    "credHelpers": {"public.ecr.aws": "ecr-login", "` + hub + `": "ssm", "docker.io": "ssm", "index.docker.io": "ssm", "` + host + `": "ssm"},`,
	}, "\r\n")
	if !strings.HasPrefix(string(after), kept) || !strings.Contains(string(after), "    \"nobody\": [1,  {\"knows\": null}],\r\n") || strings.Contains(strings.ReplaceAll(string(after), "\r\n", ""), "\n") {
		t.Errorf("more has changed than had to:\n%s", after)
	}
	if !json.Valid(after) {
		t.Errorf("no JSON:\n%s", after)
	}
	link, errLink := os.Lstat(path)
	file, errFile := os.Stat(path)
	if errLink != nil || errFile != nil || link.Mode()&os.ModeSymlink == 0 || file.Mode().Perm() != 0o600 {
		t.Errorf("the link is %v, the file %v", link.Mode(), file.Mode())
	}
	if value := run(t, "", aws, "ssm", "get-parameter", "--with-decryption", "--output", "text", "--query", "Parameter.[Type,Value]", "--name", "/CodeBuild/docker-credentials/docker.io"); strings.TrimSpace(value) != "SecureString\t"+`{"username":"alice","password":"s3cret"}` {
		t.Errorf("Parameter Store has %s", value)
	}

	if out := run(t, "", docker, "pull", "--quiet", host+"/team/app"); !strings.Contains(out, host) {
		t.Errorf("docker pull: %s", out)
	}
	if out, err := exec.Command("docker-credential-ssm", "doctor", host).CombinedOutput(); err != nil || !strings.Contains(string(out), "is signed in as alice") {
		t.Errorf("doctor: %v\n%s", err, out)
	}
	if out := run(t, "", "docker-credential-ssm", "configure", "--migrate", "--writable", "docker.io", host); !strings.Contains(out, "nothing to change") {
		t.Errorf("a second time: %s", out)
	}
}
