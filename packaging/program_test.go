//go:build dist

package packaging

import (
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// TestPrograms: the program in each archive is of its platform, has its version, needs no
// library, and its SBOM lists the modules that the compiler has written into it.
func TestPrograms(t *testing.T) {
	m := release(t)
	for _, platform := range platforms {
		t.Run(platform, func(t *testing.T) {
			text := program(t, m, platform).text
			info, err := buildinfo.Read(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			built := map[string]string{}
			for _, s := range info.Settings {
				built[s.Key] = s.Value
			}
			if got := built["GOOS"] + "/" + built["GOARCH"]; got != platform || built["CGO_ENABLED"] != "0" || built["-trimpath"] != "true" || built["-tags"] != "nethttpomithttp2" {
				t.Errorf("built as %v", built)
			}
			// As a string of its own: the linker gives a variable set by -X its length.
			if !bytes.Contains(text, []byte("v"+m.Version)) {
				t.Errorf("the program does not contain v%s", m.Version)
			}
			if f, err := elf.NewFile(bytes.NewReader(text)); err == nil {
				libraries, err := f.ImportedLibraries()
				if err != nil || len(libraries) > 0 {
					t.Errorf("linked with %q, %v", libraries, err)
				}
			}
			checkSBOM(t, m.named(platform, ".cdx.json"), info)
		})
	}
}

// checkSBOM compares the list of components with the modules of a program.
func checkSBOM(t *testing.T, name string, info *buildinfo.BuildInfo) {
	t.Helper()
	var bom struct {
		BOMFormat  string
		Components []struct{ Name, Version, PURL string }
	}
	text, err := os.ReadFile(dist + name)
	if err == nil {
		err = json.Unmarshal(text, &bom)
	}
	if err != nil || bom.BOMFormat != "CycloneDX" {
		t.Fatalf("%s: %v, %q", name, err, bom.BOMFormat)
	}
	listed := map[string]bool{}
	for _, c := range bom.Components {
		listed[c.Name+" "+c.Version] = true
	}
	for _, module := range info.Deps {
		if !listed[module.Path+" "+module.Version] {
			t.Errorf("%s lacks %s %s", name, module.Path, module.Version)
		}
	}
	if want := "std " + info.GoVersion; !listed[want] {
		t.Errorf("%s lacks %s among %d components", name, want, len(listed))
	}
}

// TestSameBytes: make build makes the very program that the archive contains.
func TestSameBytes(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("make build makes the program of another platform here")
	}
	testenv.Need(t, "make")
	m := release(t)
	out := filepath.Join(t.TempDir(), "docker-credential-ssm")
	if said, err := exec.Command("make", "-C", "..", "build", "VERSION=v"+m.Version, "OUTPUT="+out).CombinedOutput(); err != nil {
		t.Fatalf("make build: %v\n%s", err, said)
	}
	built, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if released := program(t, m, "linux/"+runtime.GOARCH).text; !bytes.Equal(built, released) {
		t.Errorf("make build makes another program: %d bytes, in the archive %d", len(built), len(released))
	}
}

// TestStarts: the programs that this machine can run, itself or by an emulator, say their
// version and their help.
func TestStarts(t *testing.T) {
	m := release(t)
	for platform, emulator := range map[string]string{"linux/amd64": "qemu-x86_64-static", "linux/arm64": "qemu-aarch64-static"} {
		t.Run(platform, func(t *testing.T) {
			if runtime.GOOS != "linux" {
				t.Skip("another system")
			}
			path := filepath.Join(t.TempDir(), "docker-credential-ssm")
			if err := os.WriteFile(path, program(t, m, platform).text, 0o755); err != nil {
				t.Fatal(err)
			}
			command := []string{path}
			if platform != runtime.GOOS+"/"+runtime.GOARCH {
				command = []string{testenv.Need(t, emulator), path}
			}
			for argument, want := range map[string]string{
				"--version": "docker-credential-ssm (docker-credential-ssm) v" + m.Version + "\n",
				"--help":    "Usage: docker-credential-ssm",
			} {
				out, err := exec.Command(command[0], append(command[1:], argument)...).CombinedOutput()
				if err != nil || !strings.HasPrefix(string(out), want) {
					t.Errorf("%s: %v, %s", argument, err, out)
				}
			}
		})
	}
}
