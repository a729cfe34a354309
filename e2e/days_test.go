//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// puller is a client, doing what people do with it. In its arguments IMAGE is
// an image of the registry, COPY another name for it, and DIR a folder with a
// Dockerfile and a docker-compose.yml that use it.
type puller struct {
	name    string
	args    []string
	env     []string
	version []string // says its version; without it, the program's --version
	needs   string   // the program that has to be there, unless it is the first of args
	rare    bool     // a machine may have the program, and not what version says
}

func names(clients []puller) (names []string) {
	for _, c := range clients {
		names = append(names, c.name)
	}
	return names
}

// storage are the options of podman and buildah for a place of the test's own.
const storage = "--root DIR/root --runroot DIR/run --storage-driver vfs"

var pullers = []puller{
	{name: "docker pull", args: words("docker pull IMAGE")},
	{name: "docker run", args: words("docker run --rm --network=none IMAGE /busybox true")},
	{name: "docker manifest inspect", args: words("docker manifest inspect IMAGE")},
	{name: "docker build, classic", args: words("docker build DIR"), env: words("DOCKER_BUILDKIT=0")},
	{name: "docker pull, Debian's", args: words("/usr/bin/docker pull IMAGE")},
	{name: "docker run, Debian's", args: words("/usr/bin/docker run --rm --network=none IMAGE /busybox true")},
	{name: "docker build with BuildKit, Debian's", args: words("/usr/bin/docker build DIR"), env: words("DOCKER_BUILDKIT=1")},
	{name: "docker-py", args: dockerPy("docker.from_env().images.pull('IMAGE')"), version: dockerPy("print(docker.__version__)")},
	{name: "docker-py, build", args: dockerPy("docker.from_env().images.build(path='DIR')"), version: dockerPy("print(docker.__version__)")},
	{name: "docker-compose pull", args: words("docker-compose --file DIR/docker-compose.yml pull")},
	{name: "docker-compose up", args: words("docker-compose --file DIR/docker-compose.yml up")},
	{name: "podman pull", args: words("podman " + storage + " pull IMAGE")},
	{name: "podman pull, with Docker's file", args: steps("mkdir -p ~/.docker; cp $DOCKER_CONFIG/config.json ~/.docker; unset REGISTRY_AUTH_FILE DOCKER_CONFIG; podman " + storage + " pull IMAGE"), version: words("podman --version"), needs: "podman"},
	{name: "buildah from", args: words("buildah " + storage + " from IMAGE")},
	{name: "buildah bud", args: words("buildah " + storage + " bud --isolation chroot DIR")},
	{name: "skopeo inspect", args: words("skopeo inspect docker://IMAGE")},
	{name: "skopeo copy", args: words("skopeo --insecure-policy copy docker://IMAGE dir:DIR/copy")},
	{name: "crane pull", args: words("crane pull IMAGE DIR/image.tar")},
	{name: "oras manifest fetch", args: words("oras manifest fetch IMAGE")},
	{name: "regctl manifest get", args: words("regctl manifest get IMAGE")},
}

func words(line string) []string { return strings.Fields(line) }

func dockerPy(program string) []string {
	return []string{"python3", "-c", "import docker; " + program}
}

// days are the four: what the store has, and what is seen of it.
var days = []struct {
	name     string
	password string // of alice, in the store; "" for no credential
	denied   bool
}{
	{name: "there", password: "s3cret"},
	{name: "none"},
	{name: "denied", denied: true},
	{name: "wrong", password: "old"},
}

// keep lets the helper itself put alice's password into the store, or erase it.
func keep(t *testing.T, server, password string) {
	t.Helper()
	verb, input := "store", fmt.Sprintf(`{"ServerURL":%q,"Username":"alice","Secret":%q}`, server, password)
	if password == "" {
		verb, input = "erase", server
	}
	cmd := exec.Command(os.Getenv(helperPath), verb)
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = append(os.Environ(), "DOCKER_CREDENTIAL_SSM_WRITABLE=true")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// room is what every client finds: an environment of its own, a store, and the
// recorder for a helper, which the configuration names for registries.
func room(t *testing.T, servers ...string) (store string) {
	t.Helper()
	needNamespace(t)
	home := isolate(t)
	bin := t.TempDir()
	putRecorder(t, bin)
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("REGISTRY_AUTH_FILE", filepath.Join(home, "config.json"))
	writeConfig(t, home, `{"credHelpers": {"`+strings.Join(servers, `": "ssm", "`)+`": "ssm"}}`)
	return parameterStore(t)
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

// place is a registry that the clients pull from on the days.
type place struct {
	host     string         // as an image's name begins
	section  string         // of docs/clients.md that has what is seen there
	refusal  *regexp.Regexp // what a client shows that was refused without a credential
	refused  string         // the same, in the page's words
	registry interface {
		Push(image string, img v1.Image) error
		Forget()
		Pulls() map[string]int // by the user, "" for nobody
	}
}

var (
	limit    = regexp.MustCompile(`(?i)toomanyrequests|too many requests|pull rate limit|status:? 429 `)
	rejected = regexp.MustCompile(`(?i)incorrect username or password|unauthorized|authentication required|no basic auth credentials|basic credential not found|no such manifest`)
)

// TestDays runs every client on each of the days, at a Docker Hub whose
// anonymous pulls are used up, and at a registry that has none, and holds
// docs/clients.md to what it saw.
func TestDays(t *testing.T) {
	t.Run("Docker Hub", func(t *testing.T) {
		h, store := atDockerHub(t)
		onDays(t, store, place{"docker.io", "Docker Hub", limit, "429", h}, pullers)
	})
	t.Run("private registry", func(t *testing.T) {
		r, store := atPrivateRegistry(t)
		onDays(t, store, place{private, "A private registry", rejected, "“unauthorized”", r}, pullers)
	})
}

// onDays runs clients at a place on each of the days.
func onDays(t *testing.T, store string, at place, clients []puller) {
	denied := ssmtest.NewServer()
	defer denied.Close()
	denied.Deny("ssm:GetParameters", "*")
	denied.Deny("ssm:GetParametersByPath", "*")

	rows := map[string]string{}
	calls, cases := 0, 0
	for _, client := range clients {
		t.Run(client.name, func(t *testing.T) {
			client.need(t)
			var asks, cells string
			for i, day := range days {
				t.Setenv("AWS_ENDPOINT_URL", store)
				if keep(t, at.host, day.password); day.denied {
					t.Setenv("AWS_ENDPOINT_URL", denied.URL)
				}
				image := fmt.Sprintf("team/app-%d-%d", cases, i)
				if err := at.registry.Push(image+":latest", fresh(t)); err != nil {
					t.Fatal(err)
				}
				at.registry.Forget()
				record := filepath.Join(t.TempDir(), "calls")
				t.Setenv(recordTo, record)

				said, status := client.run(t, at.host+"/"+image+":latest")
				o := outcome{at: at, said: said, status: status, asked: recorded(t, record), pulls: at.registry.Pulls()}
				calls += len(o.asked)
				cases++
				if problem := o.check(day.name); problem != "" {
					t.Errorf("%s: %s; status %d, helper calls %+v, pulls %v\n%s", day.name, problem, status, o.asked, o.pulls, said)
				}
				if i == 0 {
					asks = o.questions()
				}
				cells += " " + o.String() + " |"
			}
			if !t.Failed() {
				rows[client.name] = "| " + client.name + " | " + client.release(t) + " | " + asks + " |" + cells
			}
		})
	}
	t.Logf("%d clients, %d cases, %d calls of the helper", len(rows), cases, calls)
	compare(t, at.section, names(slices.Concat(pullers, rarePullers)), rows)
}

// outcome is what the three sides have seen.
type outcome struct {
	at     place
	said   string
	status int
	asked  []call
	pulls  map[string]int
}

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
	case day == "none" && !(o.at.refusal.MatchString(o.said) && o.note()):
		return "neither the refusal nor the note is on the screen"
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
		return o.at.refused + ", and the note says why"
	case o.reason() && o.at.refusal.MatchString(o.said):
		return "goes on anonymously: " + o.at.refused + ", and the reason"
	case o.reason():
		return "fails with the reason"
	case strings.Contains(o.said, "incorrect username or password"):
		return "“incorrect username or password”"
	case strings.Contains(o.said, "no such manifest"):
		return "“no such manifest”"
	}
	return "“unauthorized”"
}

// questions are those that the helper was asked, each once.
func (o outcome) questions() string {
	var each []string
	for _, c := range o.asked {
		if q := strings.TrimSpace("`"+c.Verb+" "+c.Server) + "`"; !slices.Contains(each, q) {
			each = append(each, q)
		}
	}
	return strings.Join(each, ", ")
}

// need skips a test where a client is not there.
func (p puller) need(t *testing.T) {
	t.Helper()
	testenv.Need(t, cmp.Or(p.needs, p.args[0]))
	if p.rare && exec.Command(p.version[0], p.version[1:]...).Run() != nil {
		t.Skipf("%s does not run", strings.Join(p.version, " "))
	}
}

// release is a client's version, as it says.
func (p puller) release(t *testing.T) string {
	if at := installed[p.args[0]] + rare[p.args[0]]; at != "" {
		return at[strings.LastIndexByte(at, 'v')+1:]
	}
	version := p.version
	if version == nil {
		version = []string{p.args[0], "--version"}
	}
	return regexp.MustCompile(`\d+(\.\d+)+`).FindString(run(t, "", version[0], version[1:]...))
}

var placeholder = regexp.MustCompile(`\b(?:IMAGE|COPY|DIR)\b`)

// run runs the client, with a limit to its patience.
func (p puller) run(t *testing.T, image string) (said string, status int) {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "pull") // the storage of some has long paths of its own
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{"Dockerfile": "FROM " + image + "\n", "build.yml": "services:\n  app:\n    build: .\n", "docker-compose.yml": "version: '3'\nservices:\n  app:\n    image: " + image + "\n    command: /busybox true\n    network_mode: none\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	value := map[string]string{"IMAGE": image, "COPY": strings.Replace(image, ":latest", "-copy:latest", 1), "DIR": dir}
	var args []string
	for _, arg := range p.args {
		args = append(args, placeholder.ReplaceAllStringFunc(arg, func(name string) string { return value[name] }))
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

// fresh is an image that nobody has pulled before, with something to run.
func fresh(t *testing.T) v1.Image {
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
	return img
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
