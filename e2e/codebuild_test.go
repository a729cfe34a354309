//go:build e2e

package e2e

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/random"
	"go.yaml.in/yaml/v3"

	"docker-credential-ssm/internal/dockerhub"
	"docker-credential-ssm/internal/leak"
	"docker-credential-ssm/internal/testenv"
)

// password is one that nothing else on the machine could hold, not even a compiled test.
var password = "dckr_pat_" + rand.Text()

// buildspec is what the rehearsal carries out of one.
// Source: https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
type buildspec struct {
	Env struct {
		Variables      map[string]string
		SecretsManager map[string]string `yaml:"secrets-manager"`
	}
	Phases map[string]struct{ Commands []string }
}

// ecrToken is the one that moto's ECR gives to everybody.
const ecrToken = "123456789012-auth-token"

// codebuild is what a rehearsed build has around it: AWS, as moto plays it, Docker Hub's
// stand-in, a registry in the place of ECR, and an engine.
type codebuild struct {
	store, credentials, ecr string
	hub                     *dockerhub.Server
	aws                     string
}

func newCodebuild(t *testing.T) *codebuild {
	t.Helper()
	needNamespace(t)
	c := &codebuild{aws: testenv.Need(t, "aws")}
	testenv.Need(t, "docker")
	c.store = testenv.Moto(t)
	c.hub = dockerHub(t)
	c.hub.SetAccount("alice", dockerhub.Account{Password: password, Quota: dockerhub.Quota{Limit: 200, Remaining: 200}})
	c.hub.SetAnonymous(dockerhub.Quota{Limit: 100})
	c.ecr = privateRegistry(t, "AWS", ecrToken)
	engine(t)
	credentials := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"AccessKeyId":"ASIATEST","SecretAccessKey":"x","Token":"y","Expiration":%q}`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}))
	t.Cleanup(credentials.Close)
	c.credentials = credentials.URL
	return c
}

// administer runs the AWS CLI.
func (c *codebuild) administer(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(c.aws, args...)
	cmd.Env = []string{"AWS_ENDPOINT_URL=" + c.store, "AWS_DEFAULT_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=x", "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("aws %q: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// base makes a private image of Docker Hub's, which a build starts from.
func (c *codebuild) base(t *testing.T, name string) {
	t.Helper()
	img, err := random.Image(1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	c.hub.SetPrivate(name)
	if err := c.hub.Push(name+":latest", img); err != nil {
		t.Fatal(err)
	}
	c.hub.Forget()
}

// run runs the phases of a buildspec as CodeBuild does, on a Dockerfile that starts from
// an image, with the variables of the project; the programs of bin are on the PATH. It
// returns what the commands printed.
func (c *codebuild) run(t *testing.T, text []byte, from, bin string, variables ...string) (printed string) {
	t.Helper()
	var spec buildspec
	if err := yaml.Unmarshal(text, &spec); err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	home, source := filepath.Join(root, "root"), filepath.Join(root, "src")
	for path, text := range map[string]string{
		filepath.Join(source, "Dockerfile"): "FROM " + from + "\nCOPY Dockerfile /\n",
		// Debian's engine brings a credential store along, which CodeBuild has not.
		filepath.Join(home, ".docker/config.json"): "{}",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := append([]string{
		"HOME=" + home, "TMPDIR=" + root, "PATH=" + bin + ":" + os.Getenv("PATH"),
		"AWS_REGION=eu-central-1", "AWS_DEFAULT_REGION=eu-central-1", "AWS_CONTAINER_CREDENTIALS_FULL_URI=" + c.credentials, "AWS_ENDPOINT_URL=" + c.store,
		"CODEBUILD_BUILD_ID=app:1234", "CODEBUILD_SRC_DIR=" + source, "DOCKER_HOST=" + os.Getenv("DOCKER_HOST"),
		"SSL_CERT_FILE=" + os.Getenv("SSL_CERT_FILE"),
	}, variables...)
	// As CodeBuild does before the first phase.
	for variable, value := range spec.Env.Variables {
		if variable == "REGISTRY" {
			value = c.ecr // for there is no ECR here
		}
		env = append(env, variable+"="+value)
	}
	for variable, notation := range spec.Env.SecretsManager {
		id, field := notation[:strings.LastIndex(notation, ":")], notation[strings.LastIndex(notation, ":")+1:]
		var secret map[string]string
		if err := json.Unmarshal([]byte(c.administer(t, "secretsmanager", "get-secret-value", "--secret-id", id, "--query", "SecretString", "--output", "text")), &secret); err != nil {
			t.Fatal(err)
		}
		env = append(env, variable+"="+secret[field])
	}
	for _, phase := range []string{"install", "pre_build", "build", "post_build"} {
		cmd := exec.Command("sh", "-ec", strings.Join(spec.Phases[phase].Commands, "\n"))
		cmd.Env, cmd.Dir = env, source
		out, err := cmd.CombinedOutput()
		printed += string(out)
		if err != nil {
			t.Fatalf("%s: %v\n%s", phase, err, out)
		}
	}
	if c.hub.Pulls()["alice"] == 0 || c.hub.Pulls()[""] != 0 {
		t.Errorf("pulls at Docker Hub: %v", c.hub.Pulls())
	}
	return printed
}

// TestCodeBuild rehearses a build, FROM an image of Docker Hub that wants a
// user, to a push: with docker login, and with the helper. Every file that is
// written in the meantime, and the environment and the arguments of every
// process, are searched for the password. The first way is there to show that
// the search finds it.
func TestCodeBuild(t *testing.T) {
	c := newCodebuild(t)
	arn := c.administer(t, "secretsmanager", "create-secret", "--name", "docker-hub", "--secret-string", `{"username":"alice","password":"`+password+`"}`, "--query", "ARN", "--output", "text")
	for _, way := range []struct {
		name, file, base string
		helper           bool
	}{
		{"docker login", "before/buildspec.yml", "team/before", false},
		{"docker-credential-ssm", "buildspec.yml", "team/after", true},
	} {
		t.Run(way.name, func(t *testing.T) {
			c.base(t, way.base)
			text, err := os.ReadFile(filepath.Join("../examples/codebuild", way.file))
			if err != nil {
				t.Fatal(err)
			}
			// The secret has its ARN from moto.
			text = regexp.MustCompile(`arn:aws:secretsmanager:[a-z0-9-]+:\d+:secret:docker-hub-\w{6}`).ReplaceAll(text, []byte(arn))
			bin := t.TempDir()
			if way.helper {
				if err := os.Symlink(os.Getenv(helperPath), filepath.Join(bin, "docker-credential-ssm")); err != nil {
					t.Fatal(err)
				}
			}
			start := time.Now()
			processes := watch()
			c.run(t, text, way.base, bin)
			inProcesses, looked := processes()
			inFiles, files := searchFiles(t, start)
			t.Logf("%s: found in %d of %d files (%q), in %d of %d processes", way.name, len(inFiles), files, inFiles, inProcesses, looked)
			switch {
			case way.helper && (len(inFiles) > 0 || inProcesses > 0):
				t.Error("the password is left behind")
			case !way.helper && (len(inFiles) == 0 || inProcesses == 0):
				t.Error("the search does not find what docker login leaves behind")
			}
		})
	}
}

// traces are the forms in which a password is left behind.
var traces = leak.Forms(password)

func holds(text []byte) bool {
	return slices.ContainsFunc(traces, func(f leak.Form) bool { return bytes.Contains(text, []byte(f.Text)) })
}

// watch looks at the environment and the arguments of all processes, again and
// again, until it is asked how many there were, and how many had the password.
func watch() (result func() (found, looked int)) {
	var (
		wg    sync.WaitGroup
		found = map[string]bool{}
		seen  = map[string]bool{}
		done  = make(chan struct{})
	)
	wg.Go(func() {
		for {
			for _, what := range []string{"environ", "cmdline"} {
				paths, _ := filepath.Glob("/proc/[0-9]*/" + what)
				for _, path := range paths {
					text, err := os.ReadFile(path)
					if err != nil {
						continue
					}
					process := filepath.Dir(path)
					seen[process] = true
					found[process] = found[process] || holds(text)
				}
			}
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
		}
	})
	return func() (int, int) {
		close(done)
		wg.Wait()
		n := 0
		for _, is := range found {
			if is {
				n++
			}
		}
		return n, len(seen)
	}
}

// searchFiles searches what has been written anywhere since a moment.
func searchFiles(t *testing.T, since time.Time) (found []string, looked int) {
	t.Helper()
	const clock = 20 * time.Millisecond // a file's time is that of the last tick
	err := filepath.WalkDir("/", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // it has gone in the meantime
		case d.IsDir() && (path == "/proc" || path == "/sys" || path == "/dev"):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		info, err := d.Info()
		if err != nil || info.ModTime().Before(since.Add(-clock)) {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		looked++
		if holds(text) {
			found = append(found, filepath.Base(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, looked
}
