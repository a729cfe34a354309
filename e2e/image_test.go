//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// TestImage builds the Dockerfile as it is, without a network: the image that
// it starts from is made of the toolchain that runs the test.
func TestImage(t *testing.T) {
	docker := testenv.Need(t, "docker")
	testenv.Need(t, "dockerd")
	if os.Geteuid() != 0 {
		t.Skip("a Docker engine wants root")
	}
	source, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dockerfile, err := os.ReadFile(filepath.Join(source, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^ARG GO_VERSION=(\S+)$`).FindSubmatch(dockerfile)
	if version == nil {
		t.Fatal("the Dockerfile has no default for GO_VERSION")
	}
	golang := "golang:" + string(version[1])

	// The module cache is laid out as a module proxy is, so it serves as one.
	run(t, "", "go", "mod", "download")
	goroot := strings.TrimSpace(run(t, "", "go", "env", "GOROOT"))
	modules := strings.TrimSpace(run(t, "", "go", "env", "GOMODCACHE"))
	proxy := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(modules, "cache", "download"))))
	defer proxy.Close()

	home := testenv.Isolate(t)
	t.Setenv("DOCKER_CONFIG", home)
	t.Setenv("DOCKER_BUILDKIT", "0") // the builder that needs no plugin of the CLI's
	engine(t)
	importGolang(t, docker, golang, goroot, proxy.URL)

	const image = "docker-credential-ssm"
	run(t, "", docker, "build", "--network=host", "--build-arg=VERSION=1.2.3", "-t", image, source)

	t.Run("settings", func(t *testing.T) {
		const format = `{{.Config.User}} {{.Config.Entrypoint}} {{index .Config.Labels "org.opencontainers.image.title"}} {{index .Config.Labels "org.opencontainers.image.version"}}`
		const want = "65532:65532 [/usr/local/bin/docker-credential-ssm] docker-credential-ssm 1.2.3"
		if got := strings.TrimSpace(run(t, "", docker, "image", "inspect", "--format", format, image)); got != want {
			t.Errorf("the image has %q, want %q", got, want)
		}
	})
	t.Run("version", func(t *testing.T) {
		const want = "docker-credential-ssm (docker-credential-ssm) 1.2.3\n"
		if got := run(t, "", docker, "run", "--rm", "--network=none", image, "--version"); got != want {
			t.Errorf("--version prints %q, want %q", got, want)
		}
	})
	t.Run("get", func(t *testing.T) {
		server := ssmtest.NewServer()
		defer server.Close()
		server.Put(ssmtest.Parameter{Name: "/CodeBuild/docker-credentials/docker.io", Value: `{"username":"alice","password":"s3cret"}`})
		got := run(t, hub, docker, "run", "-i", "--rm", "--network=host",
			"-e", "AWS_ENDPOINT_URL_SSM="+server.URL, "-e", "AWS_REGION=eu-central-1",
			"-e", "AWS_ACCESS_KEY_ID=AKIATEST", "-e", "AWS_SECRET_ACCESS_KEY=secret",
			image, "get")
		if want := `{"ServerURL":"` + hub + `","Username":"alice","Secret":"s3cret"}` + "\n"; got != want {
			t.Errorf("get prints %q, want %q", got, want)
		}
	})
	t.Run("copy from", func(t *testing.T) {
		run(t, `FROM `+golang+`
COPY --from=`+image+` /usr/local/bin/docker-credential-ssm /usr/local/bin/
COPY --from=`+image+` /etc/ssl/certs/ca-certificates.crt /
RUN docker-credential-ssm version | { read -r line; test "$line" = "docker-credential-ssm (docker-credential-ssm) 1.2.3"; }
RUN read -r line < /ca-certificates.crt; test "$line" = "`+certificates+`"
`, docker, "build", "--network=none", "-")
	})
}

// certificates stands for the trust store that the image takes from its base.
const certificates = "# the base image's certificates"

// importGolang makes an image of a toolchain, a shell and what that is linked
// with: all that the Dockerfile uses of the official one.
func importGolang(t *testing.T, docker, image, goroot, proxy string) {
	t.Helper()
	cmd := exec.Command(docker, "import",
		"--change", "ENV PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"--change", "ENV GOPATH=/go",
		"--change", "ENV GOTOOLCHAIN=local",
		"--change", "ENV GOPROXY="+proxy, // go.sum vouches for what comes from there
		"-", image)
	pipe, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	err = writeGolang(tar.NewWriter(pipe), goroot)
	_ = pipe.Close()
	if err := errors.Join(err, cmd.Wait()); err != nil {
		t.Fatalf("docker import: %v\n%s", err, log.String())
	}
}

func writeGolang(w *tar.Writer, goroot string) error {
	for name, mode := range map[string]int64{"root/": 0o700, "tmp/": 0o1777} {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: mode}); err != nil {
			return err
		}
	}
	if err := w.WriteHeader(&tar.Header{Name: "etc/ssl/certs/ca-certificates.crt", Mode: 0o644, Size: int64(len(certificates) + 1)}); err != nil {
		return err
	}
	if _, err := io.WriteString(w, certificates+"\n"); err != nil {
		return err
	}

	// A static shell is linked with nothing, and ldd fails for it.
	linked, _ := exec.Command("ldd", "/bin/sh").Output()
	for _, path := range append(regexp.MustCompile(`/\S+`).FindAllString(string(linked), -1), "/bin/sh") {
		if err := writeFile(w, path, path); err != nil {
			return err
		}
	}

	tools := filepath.Join("pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH)
	for _, part := range []string{"VERSION", "go.env", "bin/go", "pkg/include", tools + "/asm", tools + "/compile", tools + "/link", "src"} {
		err := filepath.WalkDir(filepath.Join(goroot, part), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name, err := filepath.Rel(goroot, path)
			if err != nil {
				return err
			}
			switch {
			case entry.IsDir() && (name == "src/cmd" || entry.Name() == "testdata"):
				return fs.SkipDir
			case entry.IsDir() || strings.HasSuffix(name, "_test.go"):
				return nil
			}
			return writeFile(w, path, filepath.Join("/usr/local/go", name))
		})
		if err != nil {
			return err
		}
	}
	return w.Close()
}

// writeFile writes a file, or what a link leads to, under a path of the image's.
func writeFile(w *tar.Writer, path, name string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	header, err := tar.FileInfoHeader(info, "")
	if err != nil {
		return err
	}
	header.Name = strings.TrimPrefix(name, "/")
	header.Uid, header.Gid, header.Uname, header.Gname = 0, 0, "", ""
	if err := w.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.Copy(w, file)
	return err
}
