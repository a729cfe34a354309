//go:build dist

package packaging

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// where says where a package has the files that go with the program: a folder for zsh's
// completion, and one for licences.
var where = map[string]struct{ zsh, licenses string }{
	".deb": {"usr/share/zsh/vendor-completions/", "usr/share/doc/docker-credential-ssm/"},
	".rpm": {"usr/share/zsh/site-functions/", "usr/share/licenses/docker-credential-ssm/"},
	".apk": {"usr/share/zsh/site-functions/", "usr/share/licenses/docker-credential-ssm/"},
}

// unpack reads the files of a package.
func unpack(t *testing.T, name string) map[string]packed {
	t.Helper()
	switch filepath.Ext(name) {
	case ".apk":
		return open(t, name)
	case ".deb":
		out, err := exec.Command(testenv.Need(t, "dpkg-deb"), "--fsys-tarfile", dist+name).Output()
		if err != nil {
			t.Fatal(err)
		}
		return openTar(t, bytes.NewReader(out))
	}
	text, err := os.ReadFile(dist + name)
	if err != nil {
		t.Fatal(err)
	}
	// From its standard input, or it writes a file beside the package.
	cmd := exec.Command(testenv.Need(t, "rpm2archive"), "-n", "-")
	cmd.Stdin = bytes.NewReader(text)
	archive, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return openTar(t, bytes.NewReader(archive))
}

// TestPackages: each has the program of the archive, and the files that go with it where
// its system looks for them.
func TestPackages(t *testing.T) {
	m := release(t)
	for _, platform := range []string{"linux/amd64", "linux/arm64"} {
		for format, at := range where {
			t.Run(platform+format, func(t *testing.T) {
				files := unpack(t, m.named(platform, format))
				if p := files["usr/bin/docker-credential-ssm"]; p.mode != 0o755 || !bytes.Equal(p.text, program(t, m, platform).text) {
					t.Errorf("the program has mode %v and %d bytes, and is not the archive's", p.mode, len(p.text))
				}
				for name, path := range beside(t) {
					if strings.HasSuffix(name, ".md") {
						continue
					}
					name, _ = strings.CutPrefix(name, "completions/")
					folder := at.licenses
					switch {
					case name == "docker-credential-ssm":
						folder = "usr/share/bash-completion/completions/"
					case strings.HasPrefix(name, "_"):
						folder = at.zsh
					case strings.HasSuffix(name, ".fish"):
						folder = "usr/share/fish/vendor_completions.d/"
					case strings.HasSuffix(name, ".1"):
						folder, name = "usr/share/man/man1/", name+".gz"
					}
					want, err := os.ReadFile(path)
					if err != nil {
						t.Fatal(err)
					}
					f, ok := files[folder+name]
					if strings.HasSuffix(name, ".gz") {
						f.text = unzip(t, f.text)
					}
					if !ok || f.mode != 0o644 || !bytes.Equal(f.text, want) {
						t.Errorf("%s%s: %v, mode %v, %d bytes instead of %d", folder, name, ok, f.mode, len(f.text), len(want))
					}
				}
			})
		}
	}
}

func unzip(t *testing.T, text []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Error(err)
		return nil
	}
	text, err = io.ReadAll(z)
	if err != nil {
		t.Error(err)
	}
	return text
}

// TestLabels: what the packages say of themselves, by the tools of their systems.
func TestLabels(t *testing.T) {
	m := release(t)
	version, snapshot, _ := strings.Cut(m.Version, "-")
	if snapshot != "" {
		version += "~"
	}
	t.Run("deb", func(t *testing.T) {
		out, err := exec.Command(testenv.Need(t, "dpkg-deb"), "--field", dist+m.named("linux/arm64", ".deb")).Output()
		for _, want := range []string{"Package: docker-credential-ssm\n", "Architecture: arm64\n", "Version: " + version} {
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("%v, no %q in\n%s", err, want, out)
			}
		}
		if strings.Contains(string(out), "Depends:") {
			t.Errorf("a static program depends on nothing:\n%s", out)
		}
	})
	t.Run("rpm", func(t *testing.T) {
		out, err := exec.Command(testenv.Need(t, "rpm"), "-qp", "--nosignature", "--qf", "%{NAME} %{VERSION} %{ARCH} %{LICENSE}\n[%{FILENAMES} %{FILEFLAGS:fflags}\n]", dist+m.named("linux/arm64", ".rpm")).Output()
		for _, want := range []string{"docker-credential-ssm " + version, " aarch64 Apache-2.0\n", "/usr/share/licenses/docker-credential-ssm/LICENSE l\n"} {
			if err != nil || !strings.Contains(string(out), want) {
				t.Errorf("%v, no %q in\n%s", err, want, out)
			}
		}
	})
	t.Run("apk", func(t *testing.T) {
		info := strings.Split(string(open(t, m.named("linux/arm64", ".apk"))[".PKGINFO"].text), "\n")
		for _, want := range []string{"pkgname = docker-credential-ssm", "arch = aarch64", "license = Apache-2.0"} {
			if !slices.Contains(info, want) {
				t.Errorf("no %q in %q", want, info)
			}
		}
	})
}

// TestImages: the Dockerfile of a release and the one for a clone make the same image but
// for the program's origin.
func TestImages(t *testing.T) {
	var last []string
	for _, name := range []string{"Dockerfile", "../Dockerfile"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, stage, found := strings.Cut(string(text), "\nFROM scratch\n")
		if !found {
			t.Fatalf("%s has no last stage", name)
		}
		var kept []string
		for line := range strings.Lines(stage) {
			if !strings.HasPrefix(line, "COPY") && !strings.HasPrefix(line, "ARG TARGETPLATFORM") {
				kept = append(kept, line)
			}
		}
		last = append(last, strings.Join(kept, ""))
		if version := "ARG GO_VERSION=" + strings.Join(strings.Split(strings.TrimPrefix(runtime.Version(), "go"), ".")[:2], ".") + "\n"; !strings.Contains(string(text), version) {
			t.Errorf("%s has no %q", name, version)
		}
	}
	if last[0] != last[1] {
		t.Errorf("the last stages differ:\n%s\n%s", last[0], last[1])
	}
}
