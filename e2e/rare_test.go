//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// pluginsDir is the variable that names a folder with plugins for the docker CLI,
// besides those that it finds by itself.
const pluginsDir = "E2E_PLUGINS"

// rarePullers are the clients of make e2e-all: a machine seldom has all of them.
var rarePullers = []puller{
	{name: "docker buildx build", args: words("docker buildx build --builder e2e DIR"), version: words("docker buildx version"), rare: true, needs: "buildkitd"},
	{name: "docker compose pull", args: words("docker compose --file DIR/docker-compose.yml pull"), version: words("docker compose version"), rare: true},
	{name: "docker compose up", args: words("docker compose --file DIR/docker-compose.yml up"), version: words("docker compose version"), rare: true},
	{name: "docker compose build", args: words("docker compose --file DIR/build.yml build --builder e2e"), version: words("docker compose version"), rare: true, needs: "buildkitd"},
	{name: "buildctl build", args: words("buildctl build --frontend dockerfile.v0 --local context=DIR --local dockerfile=DIR"), needs: "buildctl"},
	{name: "nerdctl pull", args: words("nerdctl --data-root DIR/nerdctl pull IMAGE"), needs: "containerd"},
	{name: "kaniko", args: kaniko("--no-push"), version: words("executor version"), rare: true, needs: "executor"},
	{name: "act", args: steps(act), needs: "act", version: words("act --version"), content: runner},
	{name: "CUE", merges: true, args: steps(cue), needs: "cue", version: words("cue version"), content: module, suffix: "/" + modulePath + ":v0.1.0"},
}

var rarePushers = []puller{
	{name: "docker buildx build --push", args: words("docker buildx build --builder e2e --push --tag COPY DIR"), version: words("docker buildx version"), rare: true, needs: "buildkitd"},
	{name: "docker compose push", args: steps("docker pull IMAGE; docker tag IMAGE COPY; echo '    image: COPY' >>DIR/build.yml; docker compose --file DIR/build.yml push"), version: words("docker compose version"), rare: true, needs: "docker"},
	{name: "nerdctl push", args: pullTagPush("nerdctl --data-root DIR/nerdctl"), needs: "nerdctl"},
	{name: "kaniko", args: kaniko("--destination COPY"), version: words("executor version"), rare: true, needs: "executor"},
}

// kaniko builds. Its executor takes the root of the file system for its own: it
// gets a copy on write of it, which nobody else sees.
func kaniko(options string) []string {
	return append(words("unshare --mount"), steps(`
mkdir DIR/root DIR/changes
mount -t tmpfs none DIR/changes
mkdir DIR/changes/upper DIR/changes/work
mount -t overlay -o lowerdir=/,upperdir=DIR/changes/upper,workdir=DIR/changes/work none DIR/root
for path in /proc /dev /tmp; do mount --rbind $path DIR/root$path; done
cp /etc/hosts /etc/resolv.conf DIR/root/etc
chroot DIR/root executor --force --context DIR --dockerfile DIR/Dockerfile `+options)...)
}

// TestRareDays is [TestDays] for the others.
func TestRareDays(t *testing.T) {
	if !all {
		t.Skip("E2E_ALL is not set")
	}
	everywhere(t, rarePullers, backends)
}

// backends starts what the clients want behind them, where it is there.
func backends(t *testing.T) {
	t.Helper()
	dir := os.Getenv(pluginsDir)
	if _, err := os.Stat(dir); err == nil {
		link := filepath.Join(os.Getenv("DOCKER_CONFIG"), "cli-plugins")
		if err := os.Symlink(dir, link); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := exec.LookPath("buildkitd"); err == nil {
		testenv.Need(t, "runc")
		dir := daemon(t, func(dir string) bool {
			return exec.Command("buildctl", "--addr", "unix://"+dir+"/sock", "debug", "workers").Run() == nil
		}, "buildkitd", "--addr", "unix://DIR/sock", "--root", "DIR/root", "--containerd-worker=false", "--oci-worker-snapshotter=native")
		t.Setenv("BUILDKIT_HOST", "unix://"+dir+"/sock")
		if exec.Command("docker", "buildx", "version").Run() == nil {
			run(t, "", "docker", "buildx", "create", "--name", "e2e", "--driver", "remote", "unix://"+dir+"/sock")
		}
	}
	if _, err := exec.LookPath("nerdctl"); err == nil {
		testenv.Need(t, "containerd")
		dir := daemon(t, func(dir string) bool {
			return exec.Command("nerdctl", "--address", dir+"/sock", "info").Run() == nil
		}, "containerd", "--address", "DIR/sock", "--root", "DIR/root", "--state", "DIR/state")
		t.Setenv("CONTAINERD_ADDRESS", dir+"/sock")
		t.Setenv("CONTAINERD_SNAPSHOTTER", "native")
	}
}
