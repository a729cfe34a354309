//go:build e2e && linux

package systems

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"docker-credential-ssm/internal/dockerhub"
	"docker-credential-ssm/ssm/ssmtest"
)

const (
	hub       = "https://index.docker.io/v1/"
	parameter = "/CodeBuild/docker-credentials/docker.io"
	password  = "s3cret"

	credential = `{"username":"alice","password":"` + password + `"}`
)

// place is where the program runs.
type place struct {
	t *testing.T
	confinement
	folder   string   // of the program, within the root
	emulator []string // what runs it
	env      map[string]string
	aws      *ssmtest.Server
	count    *count
}

// answer is how a run of the program ended.
type answer struct {
	out, err string
	status   int
}

// newPlace is a root with a program alone in it, in memory, an AWS that has alice's
// credential, and no variable but those that name it. Nothing else is there.
func newPlace(t *testing.T, program, folder string, n *count) *place {
	t.Helper()
	dir := t.TempDir()
	mount(t, "tmpfs", dir, "tmpfs", 0, "mode=0755")
	s := ssmtest.NewServer()
	t.Cleanup(s.Close)
	s.Put(ssmtest.Parameter{Name: parameter, Value: credential})
	p := &place{t: t, confinement: confinement{Root: dir}, folder: folder, aws: s, count: n, env: map[string]string{
		"PATH": folder, "AWS_ENDPOINT_URL": s.URL, "AWS_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "secret",
	}}
	text, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	p.put(p.program(), string(text), 0o755)
	return p
}

func mount(t *testing.T, source, target, kind string, flags uintptr, data string) {
	t.Helper()
	if err := unix.Mount(source, target, kind, flags, data); err != nil {
		t.Fatalf("mounting %s: %v", target, err)
	}
	t.Cleanup(func() { _ = unix.Unmount(target, unix.MNT_DETACH) })
}

func (p *place) program() string { return filepath.Join(p.folder, "docker-credential-ssm") }

// outside is a file of the place as the test sees it.
func (p *place) outside(path string) string { return filepath.Join(p.Root, path) }

// put makes a file in the place, and its folders.
func (p *place) put(path, text string, mode os.FileMode) {
	p.t.Helper()
	must(p.t, os.MkdirAll(filepath.Dir(p.outside(path)), 0o755))
	must(p.t, os.WriteFile(p.outside(path), []byte(text), mode))
}

func (p *place) has(path string) string {
	p.t.Helper()
	text, err := os.ReadFile(p.outside(path))
	must(p.t, err)
	return string(text)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// hub starts a Docker Hub that knows alice, and returns its authority.
func (p *place) hub() (authority string) {
	p.t.Helper()
	h, err := dockerhub.Start("127.0.0.1:0", dockerhub.New())
	must(p.t, err)
	p.t.Cleanup(h.Close)
	h.SetAccount("alice", dockerhub.Account{Password: password, Quota: dockerhub.Quota{Limit: 500, Remaining: 400}})
	h.SetAnonymous(dockerhub.Quota{Limit: 100, Remaining: 50})
	proxy, err := h.Proxy()
	must(p.t, err)
	p.env["HTTPS_PROXY"] = proxy
	return string(h.CA)
}

// run runs the program, and sees what holds of every run: no crash, no password, and
// nothing beside an answer.
func (p *place) run(input string, args ...string) answer {
	p.t.Helper()
	p.count.calls++
	a := p.start(input, append(append(slices.Clone(p.emulator), p.program()), args...)...)
	if a.status != 0 && a.status != 1 || crash.MatchString(a.out+a.err) {
		p.t.Errorf("%q: %s", args, a)
	}
	if strings.Contains(a.err, password) || args[0] != "get" && strings.Contains(a.out, password) {
		p.t.Errorf("%q: the password is shown: %s", args, a)
	}
	return a
}

// shell has the place's own shell run a script.
func (p *place) shell(script string) answer {
	p.t.Helper()
	p.count.calls += strings.Count(script, "docker-credential-ssm ")
	return p.start("", "/bin/sh", "-c", script)
}

// start runs a program of the place.
func (p *place) start(input string, command ...string) answer {
	p.t.Helper()
	var out, errs bytes.Buffer
	cmd := confined(p.t, p.confinement, command...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &errs
	for name, value := range p.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return answer{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// crash is what a Go program, or an emulator, prints when it ends too soon.
var crash = regexp.MustCompile(`panic|goroutine|runtime|SIG[A-Z]{3}|fatal error|qemu:`)

func (a answer) String() string {
	return fmt.Sprintf("exit status %d\n%s\n%s", a.status, a.out, a.err)
}
