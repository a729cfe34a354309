//go:build e2e

package e2e

import (
	"crypto/subtle"
	"encoding/json"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/docker/cli/cli/config"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"

	"docker-credential-ssm/internal/testenv"
)

const hub = "https://index.docker.io/v1/"

// isolate puts the helper on the PATH of an isolated environment.
func isolate(t *testing.T) (home string) {
	t.Helper()
	bin := t.TempDir()
	if err := os.Symlink(os.Getenv(helperPath), filepath.Join(bin, "docker-credential-ssm")); err != nil {
		t.Fatal(err)
	}
	putTools(t, bin)
	home = testenv.Isolate(t)
	t.Setenv("DOCKER_CONFIG", home)
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_REGION", "eu-central-1")
	t.Setenv("AWS_DEFAULT_REGION", "eu-central-1") // the AWS CLI 1 knows no other
	return home
}

// run runs a program and returns its standard output.
func run(t *testing.T, stdin, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Stdin = strings.NewReader(stdin)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s%s", program, args, err, out, stderr.String())
	}
	return string(out)
}

func writeConfig(t *testing.T, home, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(home, "config.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestClientsWithMoto: an administrator writes the parameter with the AWS CLI,
// and the clients' own code gets the credential.
func TestClientsWithMoto(t *testing.T) {
	aws := testenv.Need(t, "aws")
	url := testenv.Moto(t)
	home := isolate(t)
	t.Setenv("AWS_ENDPOINT_URL", url)
	run(t, "", aws, "ssm", "put-parameter", "--type", "SecureString", "--name", "/CodeBuild/docker-credentials/docker.io", "--value", `{"username":"alice","password":"s3cret"}`)
	run(t, "", aws, "secretsmanager", "create-secret", "--name", "team/ghcr", "--secret-string", `{"username":"bob","accessToken":"t0ken"}`)
	writeConfig(t, home, `{
	"credHelpers": {"`+hub+`": "ssm", "docker.io": "ssm", "index.docker.io": "ssm", "ghcr.io": "ssm"},
	"plugins": {"docker-credential-ssm/ghcr.io": {"parameter": "/aws/reference/secretsmanager/team/ghcr"}}
}`)

	t.Run("docker CLI's library", func(t *testing.T) {
		file, err := config.Load(home)
		if err != nil {
			t.Fatal(err)
		}
		for registry, want := range map[string][2]string{hub: {"alice", "s3cret"}, "ghcr.io": {"bob", "t0ken"}} {
			auth, err := file.GetAuthConfig(registry)
			if err != nil || auth.Username != want[0] || auth.Password != want[1] {
				t.Errorf("%s: %q, %q, %v; want %q", registry, auth.Username, auth.Password, err, want)
			}
		}
	})
	t.Run("docker-py", func(t *testing.T) {
		python := testenv.Need(t, "python3")
		if err := exec.Command(python, "-c", "import docker").Run(); err != nil {
			t.Skip("python3 has no docker module")
		}
		got := run(t, "", python, "-c", `import docker, json
config = docker.auth.load_config()
print(json.dumps([config.resolve_authconfig("docker.io"), config.resolve_authconfig("ghcr.io")]))`)
		if !strings.Contains(got, `"Username": "alice", "Password": "s3cret"`) || !strings.Contains(got, `"Username": "bob", "Password": "t0ken"`) {
			t.Errorf("docker-py resolved %s", got)
		}
	})
	t.Run("crane", func(t *testing.T) {
		if got := run(t, "", "crane", "auth", "get", "docker.io"); !strings.Contains(got, `{"Username":"alice","Secret":"s3cret"}`) {
			t.Errorf("crane auth get: %s", got)
		}
	})
	t.Run("crane's library under credsStore", func(t *testing.T) {
		writeConfig(t, home, `{"credsStore": "ssm"}`)
		repository, err := name.NewRepository("alpine") // it asks for index.docker.io/library/alpine first
		if err != nil {
			t.Fatal(err)
		}
		auth, err := authn.Resolve(t.Context(), authn.DefaultKeychain, repository)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := auth.Authorization(); err != nil || got.Username != "alice" || got.Password != "s3cret" {
			t.Errorf("resolved %+v, %v", got, err)
		}
	})
}

// TestDockerLoginAndLogout: with the docker command and a registry on loopback.
// A login with what is stored works under a read-only role, a logout leaves
// the parameter alone and says why, and the plugins sections stay as they are.
func TestDockerLoginAndLogout(t *testing.T) {
	for _, program := range []string{"docker", "docker29"} {
		t.Run(program, func(t *testing.T) { loginAndLogout(t, testenv.Need(t, program)) })
	}
}

func loginAndLogout(t *testing.T, docker string) {
	aws := testenv.Need(t, "aws")
	url := testenv.Moto(t)
	home := isolate(t)
	t.Setenv("AWS_ENDPOINT_URL", url)
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(home, "no.sock")) // the CLI signs in by itself then

	registry := httptest.NewTLSServer( // the docker command 29 speaks no HTTP, not even on loopback
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			user, password, _ := r.BasicAuth()
			if user != "alice" || subtle.ConstantTimeCompare([]byte(password), []byte("s3cret")) != 1 {
				w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
				w.WriteHeader(http.StatusUnauthorized)
			}
		}))
	defer registry.Close()
	trust(t, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: registry.Certificate().Raw}))
	_, port, _ := net.SplitHostPort(registry.Listener.Addr().String())
	host := "127.0.0.1:" + port
	parameter := "/team/docker/127.0.0.1_3A" + port

	plugins := map[string]any{
		"docker-credential-ssm":         map[string]any{"prefix": "/team/docker"},
		"docker-credential-ssm/" + host: map[string]any{"timeout": "20s"},
		"docker-credential-ssm/" + hub:  map[string]any{"parameter": "/x"},
		"-x-cli-hints":                  map[string]any{"enabled": "false"},
	}
	text, err := json.MarshalIndent(map[string]any{"credHelpers": map[string]any{host: "ssm"}, "plugins": plugins}, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	writeConfig(t, home, string(text))
	run(t, "", aws, "ssm", "put-parameter", "--type", "SecureString", "--name", parameter, "--value", `{"username":"alice","password":"s3cret"}`)

	if out := run(t, "s3cret", docker, "login", "-u", "alice", "--password-stdin", host); !strings.Contains(out, "Login Succeeded") {
		t.Errorf("docker login: %s", out)
	}
	out, err := exec.Command(docker, "logout", host).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "DOCKER_CREDENTIAL_SSM_WRITABLE=true") {
		t.Errorf("docker logout: %v\n%s", err, out)
	}
	if out := run(t, "", aws, "ssm", "get-parameter", "--with-decryption", "--name", parameter); !strings.Contains(out, "s3cret") || !strings.Contains(out, `"Version": 1`) {
		t.Errorf("the parameter after login and logout: %s", out)
	}

	// With leave to write, login changes the parameter and logout deletes it.
	t.Setenv("DOCKER_CREDENTIAL_SSM_WRITABLE", "true")
	run(t, "", aws, "ssm", "put-parameter", "--overwrite", "--type", "SecureString", "--name", parameter, "--value", `{"username":"alice","password":"old"}`)
	run(t, "s3cret", docker, "login", "-u", "alice", "--password-stdin", host)
	if out := run(t, "", aws, "ssm", "get-parameter", "--with-decryption", "--name", parameter); !strings.Contains(out, "s3cret") || !strings.Contains(out, `"Version": 3`) {
		t.Errorf("the parameter after login: %s", out)
	}
	run(t, "", docker, "logout", host)
	if out, err := exec.Command(aws, "ssm", "get-parameter", "--name", parameter).CombinedOutput(); err == nil || !strings.Contains(string(out), "ParameterNotFound") {
		t.Errorf("the parameter after logout: %s", out)
	}

	var after struct{ Plugins map[string]any }
	data, err := os.ReadFile(filepath.Join(home, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &after); err != nil || !reflect.DeepEqual(after.Plugins, plugins) {
		t.Errorf("plugins after login and logout: %v, %v; want %v", after.Plugins, err, plugins)
	}
	if strings.Contains(string(data), "s3cret") || strings.Contains(string(data), "YWxpY2U6czNjcmV0") {
		t.Errorf("config.json holds the secret: %s", data)
	}
}
