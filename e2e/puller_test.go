//go:build e2e

package e2e

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"docker-credential-ssm/internal/testenv"
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
	anyhow  bool     // it asks its questions in an order that differs from run to run
	blind   bool     // it does not look at credsStore
	merges  bool     // it runs the helper with one pipe for both streams: there is no note then
	slow    bool     // it tries again and again: for the run of all clients alone

	// What it pulls: an image made by this, under the image's name and this suffix.
	// Without them, [fresh] and ":latest".
	content func(*testing.T) v1.Image
	suffix  string
}

// image is a name for what the client pulls, and that, not pulled before.
func (p puller) image(t *testing.T, name string) (string, v1.Image) {
	content := p.content
	if content == nil {
		content = fresh
	}
	return name + cmp.Or(p.suffix, ":latest"), content(t)
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
	{name: "docker build, classic", args: words("docker build DIR"), env: words("DOCKER_BUILDKIT=0"), anyhow: true},
	{name: "docker pull, Debian's", args: words("/usr/bin/docker pull IMAGE")},
	{name: "docker run, Debian's", args: words("/usr/bin/docker run --rm --network=none IMAGE /busybox true")},
	{name: "docker build with BuildKit, Debian's", args: words("/usr/bin/docker build DIR"), env: words("DOCKER_BUILDKIT=1")},
	{name: "docker pull, 29", args: words("docker29 pull IMAGE")},
	{name: "docker run, 29", args: words("docker29 run --rm --network=none IMAGE /busybox true")},
	{name: "docker manifest inspect, 29", args: words("docker29 manifest inspect IMAGE")},
	{name: "docker build, classic, 29", args: words("docker29 build DIR"), env: words("DOCKER_BUILDKIT=0"), anyhow: true},
	{name: "docker-py", args: dockerPy("docker.from_env().images.pull('IMAGE')"), version: dockerPy("print(docker.__version__)")},
	{name: "docker-py, build", args: dockerPy("docker.from_env().images.build(path='DIR')"), version: dockerPy("print(docker.__version__)")},
	{name: "docker-compose pull", args: words("docker-compose --file DIR/docker-compose.yml pull")},
	{name: "docker-compose up", args: words("docker-compose --file DIR/docker-compose.yml up")},
	{name: "podman pull", blind: true, args: words("podman " + storage + " pull IMAGE")},
	{name: "podman pull, with Docker's file", blind: true, args: steps("mkdir -p ~/.docker; cp $DOCKER_CONFIG/config.json ~/.docker; unset REGISTRY_AUTH_FILE DOCKER_CONFIG; podman " + storage + " pull IMAGE"), version: words("podman --version"), needs: "podman"},
	{name: "buildah from", blind: true, args: words("buildah " + storage + " from IMAGE")},
	{name: "buildah bud", blind: true, args: words("buildah " + storage + " bud --isolation chroot DIR")},
	{name: "skopeo inspect", blind: true, args: words("skopeo inspect docker://IMAGE")},
	{name: "skopeo copy", blind: true, args: words("skopeo --insecure-policy copy docker://IMAGE dir:DIR/copy")},
	{name: "crane pull", args: words("crane pull IMAGE DIR/image.tar")},
	{name: "oras manifest fetch", args: words("oras manifest fetch IMAGE")},
	{name: "regctl manifest get", args: words("regctl manifest get IMAGE")},
}

func words(line string) []string { return strings.Fields(line) }

func dockerPy(program string) []string {
	return []string{"python3", "-c", "import docker; " + program}
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
	program := cmp.Or(p.needs, p.args[0])
	if at := installed[program] + rare[program]; at != "" {
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
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
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
