//go:build dist

package packaging

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"

	"docker-credential-ssm/internal/testenv"
)

// TestImage builds the image of a release for both of its platforms, without a network
// and without an engine, from the programs of the archives.
func TestImage(t *testing.T) {
	buildah := testenv.Need(t, "buildah")
	if os.Geteuid() != 0 {
		t.Skip("buildah's storage wants root here")
	}
	m := release(t)
	testenv.Isolate(t)
	dir := t.TempDir()
	run := func(args ...string) {
		t.Helper()
		all := append([]string{"--root", dir + "/root", "--runroot", dir + "/run", "--storage-driver", "vfs"}, args...)
		cmd := exec.Command(buildah, all...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("buildah %q: %v\n%s", args, err, out)
		}
	}

	// What goreleaser gives the builder: a folder for each platform, and extra_files.
	for _, p := range []string{"linux/amd64", "linux/arm64"} {
		put(t, filepath.Join(dir, "context", p, "docker-credential-ssm"), program(t, m, p).text, 0o755)
	}
	licenses, err := filepath.Glob("../build/licenses/*")
	if err != nil || len(licenses) == 0 {
		t.Fatalf("build/licenses: %v, %q", err, licenses)
	}
	for _, path := range licenses {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(dir, "context/build/licenses", filepath.Base(path)), text, 0o644)
	}
	dockerfile, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "Dockerfile"), dockerfile, 0o644)

	// The base image stands in for the official one: nothing but certificates is taken
	// from it.
	const certificates = "# the base image's certificates\n"
	base := "golang:" + string(regexp.MustCompile(`(?m)^ARG GO_VERSION=(\S+)$`).FindSubmatch(dockerfile)[1])
	put(t, filepath.Join(dir, "base/etc/ssl/certs/ca-certificates.crt"), []byte(certificates), 0o644)
	put(t, filepath.Join(dir, "Dockerfile.base"), []byte("FROM scratch\nCOPY base /\n"), 0o644)
	run("build", "--file", "Dockerfile.base", "--tag", base, ".")
	run("build", "--pull-never", "--platform", "linux/amd64,linux/arm64", "--build-arg", "VERSION="+m.Version, "--manifest", "image", "--file", "Dockerfile", "context")
	run("manifest", "push", "--all", "image", "oci:"+dir+"/layout")

	index, err := layout.ImageIndexFromPath(filepath.Join(dir, "layout"))
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for platform, image := range images(t, index) {
		seen = append(seen, platform)
		config, err := image.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if c := config.Config; c.User != "65532:65532" || !slices.Equal(c.Entrypoint, []string{"/usr/local/bin/docker-credential-ssm"}) || c.Labels["org.opencontainers.image.version"] != m.Version {
			t.Errorf("%s: %+v", platform, c)
		}
		files := openTar(t, mutate.Extract(image))
		if p := files["usr/local/bin/docker-credential-ssm"]; p.mode != 0o755 || !bytes.Equal(p.text, program(t, m, platform).text) {
			t.Errorf("%s: the program has mode %v and %d bytes", platform, p.mode, len(p.text))
		}
		if got := string(files["etc/ssl/certs/ca-certificates.crt"].text); got != certificates {
			t.Errorf("%s: certificates %q", platform, got)
		}
		if len(files["licenses/LICENSE"].text) == 0 {
			t.Errorf("%s: no license", platform)
		}
	}
	slices.Sort(seen)
	if strings.Join(seen, " ") != "linux/amd64 linux/arm64" {
		t.Errorf("platforms %q", seen)
	}
}

// images are those of an index, and of the indexes in it, by their platforms.
func images(t *testing.T, index v1.ImageIndex) map[string]v1.Image {
	t.Helper()
	all := map[string]v1.Image{}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range manifest.Manifests {
		if d.MediaType.IsIndex() {
			inner, err := index.ImageIndex(d.Digest)
			if err != nil {
				t.Fatal(err)
			}
			for platform, image := range images(t, inner) {
				all[platform] = image
			}
			continue
		}
		image, err := index.Image(d.Digest)
		if err != nil {
			t.Fatal(err)
		}
		config, err := image.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		all[config.OS+"/"+config.Architecture] = image
	}
	return all
}

func put(t *testing.T, path string, text []byte, mode os.FileMode) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, text, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
}
