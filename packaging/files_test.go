//go:build dist

package packaging

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const dist = "../dist/"

// platforms are those of a release, as GOOS/GOARCH.
var platforms = []string{
	"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64",
	"windows/amd64", "windows/arm64", "freebsd/amd64", "freebsd/arm64",
}

// metadata is what goreleaser says of the release.
type metadata struct {
	Version string
	Date    time.Time
	Commit  string
}

func release(t *testing.T) (m metadata) {
	t.Helper()
	text, err := os.ReadFile(dist + "metadata.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatal("there is no dist/: make dist makes it")
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil || m.Version == "" {
		t.Fatalf("dist/metadata.json: %v: %s", err, text)
	}
	return m
}

// named is the name of a file of the release for a platform.
func (m metadata) named(platform, suffix string) string {
	return "docker-credential-ssm_" + m.Version + "_" + strings.ReplaceAll(platform, "/", "_") + suffix
}

// archive is the name of a platform's archive.
func (m metadata) archive(platform string) string {
	if strings.HasPrefix(platform, "windows/") {
		return m.named(platform, ".zip")
	}
	return m.named(platform, ".tar.gz")
}

// packed is a file in an archive or a package.
type packed struct {
	mode  fs.FileMode
	owner string // user and group, where the format has them
	time  time.Time
	text  []byte
}

// open reads an archive, or a package of Alpine, which is one.
func open(t *testing.T, name string) map[string]packed {
	t.Helper()
	text, err := os.ReadFile(dist + name)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(name, ".zip") {
		return openZip(t, text)
	}
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return openTar(t, z)
}

func openTar(t *testing.T, r io.Reader) map[string]packed {
	t.Helper()
	files := map[string]packed{}
	for archive := tar.NewReader(r); ; {
		header, err := archive.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		text, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimPrefix(header.Name, "./")] = packed{header.FileInfo().Mode(), header.Uname + ":" + header.Gname, header.ModTime, text}
	}
}

func openZip(t *testing.T, text []byte) map[string]packed {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]packed{}
	for _, f := range archive.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = packed{f.Mode(), "", f.Modified, text}
	}
	return files
}

// program is the one in a platform's archive.
func program(t *testing.T, m metadata, platform string) packed {
	t.Helper()
	name := "docker-credential-ssm"
	if strings.HasPrefix(platform, "windows/") {
		name += ".exe"
	}
	p, ok := open(t, m.archive(platform))[name]
	if !ok {
		t.Fatalf("%s has no %s", m.archive(platform), name)
	}
	return p
}

// TestFiles: dist/ has every file of a release, and checksums.txt the sum of each.
func TestFiles(t *testing.T) {
	m := release(t)
	want := map[string]bool{"docker-credential-ssm_" + m.Version + "_source.tar.gz": true}
	for _, p := range platforms {
		want[m.archive(p)], want[m.named(p, ".cdx.json")] = true, true
	}
	for _, p := range []string{"linux/amd64", "linux/arm64"} {
		for _, format := range []string{".deb", ".rpm", ".apk"} {
			want[m.named(p, format)] = true
		}
	}
	sums, err := os.ReadFile(dist + "checksums.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(sums)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if !want[name] {
			t.Errorf("checksums.txt has %q", name)
			continue
		}
		delete(want, name)
		text, err := os.ReadFile(dist + name)
		if got := sha256.Sum256(text); err != nil || hex.EncodeToString(got[:]) != sum {
			t.Errorf("%s: %v, sum %x, in checksums.txt %s", name, err, got, sum)
		}
	}
	for name := range want {
		t.Errorf("there is no %s", name)
	}
	for name, platforms := range map[string][]string{
		"homebrew/Casks/docker-credential-ssm.rb": {"darwin/amd64", "darwin/arm64", "linux/amd64", "linux/arm64"},
		"scoop/docker-credential-ssm.json":        {"windows/amd64", "windows/arm64"},
	} {
		text, err := os.ReadFile(dist + name)
		if err != nil || !strings.Contains(string(text), m.Version) {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
		for _, p := range platforms {
			if sum := sumOf(t, m.archive(p)); !strings.Contains(string(text), sum) {
				t.Errorf("%s lacks the checksum of %s:\n%s", name, m.archive(p), text)
			}
		}
	}
}

func sumOf(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(dist + name)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// beside are the files that go with the program, by their names in an archive and in the
// repository.
func beside(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{"docker-credential-ssm.1": "../docs/docker-credential-ssm.1"}
	for _, pattern := range []string{"../LICENSE", "../THIRD_PARTY_LICENSES*", "../README*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			files[filepath.Base(path)] = path
		}
	}
	for _, name := range []string{"docker-credential-ssm", "_docker-credential-ssm", "docker-credential-ssm.fish"} {
		files["completions/"+name] = "../completions/" + name
	}
	return files
}

// TestArchives: each has the program and the files that go with it, and nothing else,
// all with the time of the commit, so that the same commit gives the same archive.
func TestArchives(t *testing.T) {
	m := release(t)
	var committed time.Time
	for _, platform := range platforms {
		t.Run(platform, func(t *testing.T) {
			files := open(t, m.archive(platform))
			want := beside(t)
			for name, path := range want {
				text, err := os.ReadFile(path)
				if err != nil || !bytes.Equal(files[name].text, text) || files[name].mode != 0o644 {
					t.Errorf("%s: %v, mode %v, %d bytes instead of %d", name, err, files[name].mode, len(files[name].text), len(text))
				}
			}
			if p := program(t, m, platform); p.mode != 0o755 || len(files) != len(want)+1 {
				t.Errorf("the program has mode %v, and there are %d files beside it", p.mode, len(files)-1)
			}
			for name, f := range files {
				if committed.IsZero() {
					committed = f.time
				}
				if f.owner != "" && f.owner != "root:root" {
					t.Errorf("%s belongs to %s", name, f.owner)
				}
				if !f.time.Equal(committed) && f.time.Sub(committed).Abs() > 2*time.Second { // a zip's times are even
					t.Errorf("%s is of %v, another of %v", name, f.time, committed)
				}
			}
		})
	}
}
