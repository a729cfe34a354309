//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"docker-credential-ssm/internal/dockerhub"
	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

var update = flag.Bool("update", false, "write docs/clients.md anew")

// puller is a client, doing what people do with it. In its arguments IMAGE is
// an image of Docker Hub, COPY another name for it, and DIR a folder with a Dockerfile and a
// docker-compose.yml that use it.
type puller struct {
	name    string
	program string // that has to be there
	version []string
	args    []string
	env     []string
}

var pullers = []puller{
	{"docker pull", "docker", []string{"docker", "--version"}, []string{"docker", "pull", "IMAGE"}, nil},
	{"docker run", "docker", []string{"docker", "--version"}, []string{"docker", "run", "--rm", "--network=none", "IMAGE", "/busybox", "true"}, nil},
	{"docker build, classic", "docker", []string{"docker", "--version"}, []string{"docker", "build", "DIR"}, []string{"DOCKER_BUILDKIT=0"}},
	{"docker pull, Debian's", "/usr/bin/docker", []string{"/usr/bin/docker", "--version"}, []string{"/usr/bin/docker", "pull", "IMAGE"}, nil},
	{"docker build with BuildKit, Debian's", "/usr/bin/docker", []string{"/usr/bin/docker", "--version"}, []string{"/usr/bin/docker", "build", "DIR"}, []string{"DOCKER_BUILDKIT=1"}},
	{"docker-py", "python3", []string{"python3", "-c", "import docker; print(docker.__version__)"}, []string{"python3", "-c", "import docker; docker.from_env().images.pull('IMAGE')"}, nil},
	{"docker-py, build", "python3", []string{"python3", "-c", "import docker; print(docker.__version__)"}, []string{"python3", "-c", "import docker; docker.from_env().images.build(path='DIR')"}, nil},
	{"docker-compose pull", "docker-compose", []string{"docker-compose", "version", "--short"}, []string{"docker-compose", "--file", "DIR/docker-compose.yml", "pull"}, nil},
	{"podman pull", "podman", []string{"podman", "--version"}, []string{"podman", "--root", "DIR/root", "--runroot", "DIR/run", "--storage-driver", "vfs", "pull", "IMAGE"}, nil},
	{"buildah from", "buildah", []string{"buildah", "--version"}, []string{"buildah", "--root", "DIR/root", "--runroot", "DIR/run", "--storage-driver", "vfs", "from", "IMAGE"}, nil},
	{"buildah bud", "buildah", []string{"buildah", "--version"}, []string{"buildah", "--root", "DIR/root", "--runroot", "DIR/run", "--storage-driver", "vfs", "bud", "--isolation", "chroot", "DIR"}, nil},
	{"skopeo inspect", "skopeo", []string{"skopeo", "--version"}, []string{"skopeo", "inspect", "docker://IMAGE"}, nil},
	{"skopeo copy", "skopeo", []string{"skopeo", "--version"}, []string{"skopeo", "--insecure-policy", "copy", "docker://IMAGE", "dir:DIR/copy"}, nil},
	{"crane pull", "crane", nil, []string{"crane", "pull", "IMAGE", "DIR/image.tar"}, nil},
	{"oras pull", "oras", nil, []string{"oras", "manifest", "fetch", "IMAGE"}, nil},
	{"regctl manifest get", "regctl", nil, []string{"regctl", "manifest", "get", "IMAGE"}, nil},
}

// days are the four: what the store has, and what is seen of it.
var days = []struct {
	name       string
	credential string // in the protocol's JSON; "" for none
	denied     bool
}{
	{name: "there", credential: good},
	{name: "none"},
	{name: "denied", denied: true},
	{name: "wrong", credential: `{"ServerURL":"docker.io","Username":"alice","Secret":"old"}`},
}

const good = `{"ServerURL":"docker.io","Username":"alice","Secret":"s3cret"}`

// keep lets the helper itself put a credential into the store, or erase it.
func keep(t *testing.T, credential string) {
	t.Helper()
	verb, input := "store", credential
	if credential == "" {
		verb, input = "erase", "docker.io"
	}
	cmd := exec.Command(os.Getenv(helperPath), verb)
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = append(os.Environ(), "DOCKER_CREDENTIAL_SSM_WRITABLE=true")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// parameterStore is moto, or the stand-in where there is no moto.
func parameterStore(t *testing.T) (url string) {
	t.Helper()
	if _, err := exec.LookPath("moto_server"); err == nil {
		return testenv.Moto(t)
	}
	s := ssmtest.NewServer()
	t.Cleanup(s.Close)
	return s.URL
}

// room is what every client finds: an environment of its own, Docker Hub with
// used up anonymous pulls, an engine, a store, and the recorder for a helper.
func room(t *testing.T) (h *dockerhub.Server, store string) {
	t.Helper()
	needNamespace(t)
	home := isolate(t)
	bin := t.TempDir()
	putRecorder(t, bin)
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("REGISTRY_AUTH_FILE", filepath.Join(home, "config.json"))
	store = parameterStore(t)
	h = dockerHub(t)
	h.SetAccount("alice", dockerhub.Account{Password: "s3cret", Quota: dockerhub.Quota{Limit: 500, Remaining: 500}})
	h.SetAnonymous(dockerhub.Quota{Limit: 100})
	engine(t)
	writeConfig(t, home, `{"credHelpers": {"`+hub+`": "ssm", "docker.io": "ssm"}}`)
	return h, store
}

// TestDays runs every client on each of the days, against a Docker Hub whose
// anonymous pulls are used up, and holds docs/clients.md to what it saw.
func TestDays(t *testing.T) {
	h, store := room(t)
	denied := ssmtest.NewServer()
	defer denied.Close()
	denied.Deny("ssm:GetParameters", "*")
	denied.Deny("ssm:GetParametersByPath", "*")

	var rows []string
	calls, cases := 0, 0
	for _, client := range pullers {
		t.Run(client.name, func(t *testing.T) {
			testenv.Need(t, client.program)
			row := "| " + client.name + " | " + client.release(t) + " |"
			for i, day := range days {
				t.Setenv("AWS_ENDPOINT_URL", store)
				if keep(t, day.credential); day.denied {
					t.Setenv("AWS_ENDPOINT_URL", denied.URL)
				}
				image := fmt.Sprintf("team/app-%d-%d", cases, i)
				fresh(t, h, image)
				h.Forget()
				record := filepath.Join(t.TempDir(), "calls")
				t.Setenv(recordTo, record)

				said, status := client.run(t, "docker.io/"+image+":latest")
				asked := recorded(t, record)
				calls += len(asked)
				cases++
				o := outcome{said: said, status: status, asked: asked, pulls: h.Pulls()}
				if problem := o.check(day.name); problem != "" {
					t.Errorf("%s: %s; status %d, helper calls %+v, pulls %v\n%s", day.name, problem, status, asked, h.Pulls(), said)
				}
				row += " " + o.String() + " |"
			}
			rows = append(rows, row)
		})
	}
	t.Logf("%d clients, %d cases, %d calls of the helper", len(rows), cases, calls)
	if !t.Failed() && len(rows) == len(pullers) {
		compare(t, "../docs/clients.md", strings.Join(rows, "\n")+"\n")
	}
}

// outcome is what the three sides have seen.
type outcome struct {
	said   string
	status int
	asked  []call
	pulls  map[string]int
}

var (
	limit    = regexp.MustCompile(`(?i)toomanyrequests|too many requests|pull rate limit|status:? 429 `)
	rejected = regexp.MustCompile(`(?i)incorrect username or password|unauthorized|authentication required`)
)

func (o outcome) note() bool   { return strings.Contains(o.said, "the client goes on anonymously") }
func (o outcome) reason() bool { return strings.Contains(o.said, "is denied") }

// check says what is wrong with an outcome; "" for nothing.
func (o outcome) check(day string) string {
	switch {
	case strings.Contains(o.said, "s3cret"):
		return "the password is on the screen"
	case len(o.asked) == 0:
		return "the helper was not asked"
	case o.pulls[""] > 0:
		return "an anonymous pull"
	case day == "there" && (o.status != 0 || o.pulls["alice"] == 0):
		return "not signed in"
	case day != "there" && (o.status == 0 || o.pulls["alice"] > 0):
		return "it succeeds"
	case day == "none" && !(limit.MatchString(o.said) && o.note()):
		return "neither the limit nor the note is on the screen"
	case day == "denied" && !o.reason():
		return "the reason is not on the screen"
	case day == "wrong" && !rejected.MatchString(o.said):
		return "the rejection is not on the screen"
	}
	return ""
}

// String is the outcome as the page has it.
func (o outcome) String() string {
	switch {
	case o.status == 0 && o.pulls["alice"] > 0:
		return "signed in"
	case o.note():
		return "429, and the note says why"
	case o.reason() && limit.MatchString(o.said):
		return "goes on anonymously: 429, and the reason"
	case o.reason():
		return "fails with the reason"
	case strings.Contains(o.said, "incorrect username or password"):
		return "“incorrect username or password”"
	}
	return "“unauthorized”"
}

// release is a client's version, as it says.
func (p puller) release(t *testing.T) string {
	if p.version == nil {
		at := installed[p.program]
		return at[strings.LastIndexByte(at, 'v')+1:]
	}
	return regexp.MustCompile(`\d+(\.\d+)+`).FindString(run(t, "", p.version[0], p.version[1:]...))
}

// run runs the client, with a limit to its patience.
func (p puller) run(t *testing.T, image string) (said string, status int) {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "pull") // the storage of some has long paths of its own
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{"Dockerfile": "FROM " + image + "\n", "docker-compose.yml": "version: '3'\nservices:\n  app:\n    image: " + image + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var args []string
	for _, arg := range p.args {
		args = append(args, strings.NewReplacer("IMAGE", image, "COPY", strings.Replace(image, ":latest", "-copy:latest", 1), "DIR", dir).Replace(arg))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// fresh puts an image there that nobody has pulled before.
func fresh(t *testing.T, h *dockerhub.Server, repository string) {
	t.Helper()
	img, err := random.Image(500, 1)
	if err == nil {
		var layer v1.Layer
		if layer, err = busybox(t); err == nil {
			img, err = mutate.AppendLayers(img, layer)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", "amd64"
	if img, err = mutate.ConfigFile(img, config); err != nil {
		t.Fatal(err)
	}
	if err := h.Push(repository+":latest", img); err != nil {
		t.Fatal(err)
	}
}

// versionless leaves the versions out: another one that does the same is no drift.
func versionless(rows string) string {
	return regexp.MustCompile(`(?m)^(\| [^|]+ \|)[^|]+\|`).ReplaceAllString(rows, "$1")
}

// busybox is a layer with something to run.
func busybox(t *testing.T) (v1.Layer, error) {
	t.Helper()
	program, err := os.ReadFile(testenv.Need(t, "busybox"))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "busybox", Mode: 0o755, Size: int64(len(program))}); err != nil {
		return nil, err
	}
	if _, err := w.Write(program); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
}

// compare holds the rows of a page's table to what was seen.
func compare(t *testing.T, path, rows string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const head = "|---|---|---|---|---|---|\n"
	before, after, ok := strings.Cut(string(text), head)
	if !ok {
		t.Fatalf("%s has no table", path)
	}
	end := strings.Index(after, "\n\n") + 1
	if !*update && versionless(after[:end]) == versionless(rows) {
		return
	}
	if !*update {
		t.Errorf("%s is out of step: run the test with -update\n%s", path, rows)
		return
	}
	if err := os.WriteFile(path, []byte(before+head+rows+after[end:]), 0o644); err != nil {
		t.Fatal(err)
	}
}
