//go:build e2e && linux

package systems

import (
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// processor is a kind of processor that the program is built for.
type processor struct {
	arch  string // as Go names it
	qemu  string // as qemu does
	pages []int  // sizes of a page, in KB, that Linux has there
	whole bool   // whether all commands are run, and not the verbs alone
}

var processors = []processor{
	{arch: "amd64", qemu: "x86_64", pages: []int{4}, whole: true},
	{arch: "arm64", qemu: "aarch64", pages: []int{4, 16, 64}, whole: true},
	{arch: "arm", qemu: "arm", pages: []int{4}},
	{arch: "riscv64", qemu: "riscv64", pages: []int{4}},
	{arch: "ppc64le", qemu: "ppc64le", pages: []int{4, 64}},
	{arch: "s390x", qemu: "s390x", pages: []int{4}},
}

// emulator is the program that runs another processor's programs.
func (p processor) emulator() string { return "qemu-" + p.qemu + "-static" }

// TestProcessors runs the program of each processor, with pages of each size.
func TestProcessors(t *testing.T) {
	var l ledger
	for _, processor := range processors {
		for _, size := range processor.pages {
			name := fmt.Sprintf("linux/%s, pages of %d KB", processor.arch, size)
			t.Run(name, func(t *testing.T) {
				emulate := processor.arch != runtime.GOARCH
				if emulate {
					testenv.Need(t, processor.emulator())
				}
				p := newPlace(t, release(processor.arch), "/usr/local/bin", l.system(name))
				p.env["HOME"] = "/root"
				if emulate {
					p.emulate(processor, size)
				}
				p.version()
				p.get()
				p.list()
				if !processor.whole {
					return
				}
				p.put("/authority.pem", p.hub(), 0o644)
				p.env["SSL_CERT_FILE"] = "/authority.pem"
				p.configure("/root/.docker/config.json", "", "")
				p.doctor(true).step("helper", "✓").step("parameter", "✓").step("registry", "✓")
				p.env["DOCKER_CREDENTIAL_SSM_PREFIX"] = "/none"
				p.doctor(false, "--offline").step("parameter", "✗")
			})
		}
	}
	l.show(t)
}

// emulate has a place's programs run by qemu, which is put there, with pages of a size.
// A program of the same processor proves it.
func (p *place) emulate(processor processor, size int) {
	p.t.Helper()
	emulator, err := os.ReadFile(testenv.Need(p.t, processor.emulator()))
	must(p.t, err)
	p.put("/qemu", string(emulator), 0o755)
	p.emulator = []string{"/qemu", "-p", strconv.Itoa(size * 1024)}
	small, err := os.ReadFile(pageSize(processor.arch))
	must(p.t, err)
	p.put("/pagesize", string(small), 0o755)
	if a := p.start("", append(p.emulator, "/pagesize")...); a.out != strconv.Itoa(size*1024)+"\n" {
		p.t.Errorf("the size of a page: %s", a)
	}
}

// pageSize is the program for a processor that prints the size of a page.
func pageSize(arch string) string { return "../../dist/systems/pagesize-" + arch }

// TestPages: the segments of each program are aligned to the largest page that Linux has
// on its processor, and nothing of the machine is needed to load it.
func TestPages(t *testing.T) {
	for _, processor := range processors {
		t.Run(processor.arch, func(t *testing.T) {
			f, err := elf.Open(release(processor.arch))
			if os.IsNotExist(err) {
				testenv.Lacking(t, processor.emulator(), "it was not built, without "+processor.emulator())
			}
			must(t, err)
			defer f.Close()
			loaded := 0
			for _, segment := range f.Progs {
				switch segment.Type {
				case elf.PT_LOAD:
					loaded++
					t.Logf("%#x, aligned to %#x", segment.Vaddr, segment.Align)
					if segment.Align < uint64(slices.Max(processor.pages))*1024 || segment.Vaddr%segment.Align != segment.Off%segment.Align {
						t.Errorf("a segment at %#x, of %#x in the file, is aligned to %#x", segment.Vaddr, segment.Off, segment.Align)
					}
				case elf.PT_INTERP, elf.PT_DYNAMIC:
					t.Errorf("it needs a dynamic loader: %v", segment.Type)
				}
			}
			if loaded == 0 {
				t.Error("it has no segments")
			}
		})
	}
}

// buildPrograms builds the program for the processors that this machine has or can
// emulate, as make cross does, which leaves alone what is in step already.
func buildPrograms() error {
	platforms := ""
	for _, p := range processors {
		if _, err := exec.LookPath(p.emulator()); err != nil && p.arch != runtime.GOARCH {
			continue
		}
		platforms += " linux/" + p.arch
		if p.arch == runtime.GOARCH {
			continue
		}
		// With the flags of the program's own build, what Go's library has is built already.
		small := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", pageSize(p.arch), "./pagesize")
		small.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+p.arch)
		if out, err := small.CombinedOutput(); err != nil {
			return fmt.Errorf("pagesize for %s: %w\n%s", p.arch, err, out)
		}
	}
	cmd := exec.Command("make", "--no-print-directory", "-C", "../..", "cross", "PLATFORMS="+platforms)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make cross: %w\n%s", err, out)
	}
	return nil
}
