//go:build e2e

package e2e

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// installed are the clients that come with go install, by their names. A new
// version goes here, and into docs/clients-details.md by itself.
var installed = map[string]string{
	"crane":  "github.com/google/go-containerregistry/cmd/crane@v0.22.1",
	"oras":   "oras.land/oras/cmd/oras@v1.3.6",
	"regctl": "github.com/regclient/regclient/cmd/regctl@v0.11.7",
}

// rare are those that only the run of all clients wants, with what go install needs in
// its environment.
var rare = map[string]string{
	"cosign": "github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3",
	"grype":  "github.com/anchore/grype/cmd/grype@v0.121.3",
	"helm":   "helm.sh/helm/v3/cmd/helm@v3.22.0",
	"act":    "github.com/nektos/act@v0.2.89",
	"cue":    "cuelang.org/go/cmd/cue@v0.17.1",
	"ko":     "github.com/google/ko@v0.19.1",
	"trivy":  "GOEXPERIMENT=jsonv2 github.com/aquasecurity/trivy/cmd/trivy@v0.74.0",
}

// all says that this is the run of all clients.
var all = os.Getenv("E2E_ALL") != ""

// toolsDir keeps what is built, from one run to the next.
func toolsDir() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "docker-credential-ssm", "e2e")
}

// helperPath is the variable that names the helper that is tested.
const helperPath = "E2E_HELPER"

// wanted are the clients of this run that come with go install.
func wanted() map[string]string {
	tools := maps.Clone(installed)
	if all {
		maps.Copy(tools, rare)
	}
	return tools
}

// buildTools builds the helper into a folder, and the clients that are not there
// yet into the cache, with a root for packages. It also fetches the modules that TestImage
// serves to a build.
func buildTools(dir string) error {
	helper := filepath.Join(dir, "docker-credential-ssm")
	if err := os.Setenv(helperPath, helper); err != nil {
		return err
	}
	steps := [][]string{
		{"go", "build", "-o", helper, "docker-credential-ssm"},
		{"go", "mod", "download"},
	}
	for name, at := range wanted() {
		if _, err := os.Stat(toolPath(name, at)); err != nil {
			words := strings.Fields(at)
			last := len(words) - 1
			steps = append(steps, slices.Concat([]string{"env", "GOBIN=" + filepath.Dir(toolPath(name, at))}, words[:last], []string{"go", "install", words[last]}))
		}
	}
	programs, err := programSteps(filepath.Join(dir, "programs"))
	if err != nil {
		return err
	}
	for _, step := range slices.Concat(steps, programs) {
		if out, err := exec.Command(step[0], step[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%q: %w\n%s", step, err, out)
		}
	}
	return buildRoot()
}

// toolPath is below a folder of the version's, so that another one is built anew.
func toolPath(name, at string) string {
	return filepath.Join(toolsDir(), filepath.Base(at), name)
}

// putTools links the clients that were built into a folder.
func putTools(t *testing.T, bin string) {
	t.Helper()
	for _, path := range programPaths() {
		if _, err := os.Stat(path); err != nil {
			continue
		}
		if err := os.Symlink(path, filepath.Join(bin, filepath.Base(path))); err != nil {
			t.Fatal(err)
		}
	}
	for name, at := range wanted() {
		if err := os.Symlink(toolPath(name, at), filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
}
