//go:build e2e

package e2e

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// modulePath is the name of a CUE module, which ends the name of its repository.
const modulePath = "example.com/app"

// cue gets a module. Its registry is given by a host: Docker Hub is index.docker.io.
const cue = `
image=IMAGE registry=${image%/` + modulePath + `:*}
case $registry in docker.io/*) registry=index.$registry ;; esac
export CUE_REGISTRY="$registry" CUE_CACHE_DIR=DIR/cache CUE_CONFIG_DIR=DIR/config
mkdir DIR/client
cd DIR/client
cue mod init example.com/client@v0
cue mod get ` + modulePath + `@v0.1.0
chmod -R u+w DIR`

// module is a CUE module, as CUE publishes one.
// Source: https://cuelang.org/docs/reference/modules/
func module(t *testing.T) v1.Image {
	t.Helper()
	file := []byte("module: \"" + modulePath + "@v0\"\nlanguage: version: \"v0.9.0\"\nsource: kind: \"self\"\n// " + rand.Text() + "\n")
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("cue.mod/module.cue")
	if err == nil {
		_, err = w.Write(file)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	img := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	img = mutate.ConfigMediaType(img, "application/vnd.cue.module.v1+json")
	img, err = mutate.AppendLayers(img, static.NewLayer(b.Bytes(), "application/zip"), static.NewLayer(file, "application/vnd.cue.modulefile.v1"))
	if err != nil {
		t.Fatal(err)
	}
	return img
}
