//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"io"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// act runs a workflow with one step in IMAGE, which it pulls for that. An image of Docker
// Hub is named as most people do, without a host.
const act = `
image=IMAGE
mkdir -p DIR/.github/workflows
cat >DIR/.github/workflows/ci.yml <<'END'
on: push
jobs:
  job:
    runs-on: ubuntu-latest
    steps:
    - run: echo done
      shell: sh
END
act push --directory DIR --platform "ubuntu-latest=${image#docker.io/}" --pull --network none --rm \
	--container-daemon-socket - --cache-server-addr 127.0.0.1 --artifact-server-addr 127.0.0.1`

// runner is an image that act can run a step in: it wants a shell and tail.
func runner(t *testing.T) v1.Image {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range []string{"sh", "tail", "cat", "chmod", "echo", "env", "mkdir", "rm", "sleep"} {
		if err := w.WriteHeader(&tar.Header{Name: "bin/" + name, Typeflag: tar.TypeSymlink, Linkname: "/busybox", Mode: 0o777}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	img, err := mutate.AppendLayers(fresh(t), layer)
	if err != nil {
		t.Fatal(err)
	}
	return img
}
