//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"docker-credential-ssm/internal/testenv"
)

// suite is the release of Debian that a package is installed in, with what shows its
// man page and its completions, and what the README's lines call; none of it is wanted
// by the package.
const suite, furniture = "bookworm", "bash-completion,curl,man-db,zsh"

// rootDir is a root of that release, kept like the clients.
func rootDir() string {
	return filepath.Join(toolsDir(), suite+"-"+strings.ReplaceAll(furniture, ",", "-"))
}

// distDebs are the packages for this machine that make dist has made.
func distDebs() []string {
	debs, _ := filepath.Glob("../dist/*_linux_amd64.deb")
	return debs
}

// buildRoot makes the root where there is a package to install. Without debootstrap or
// its mirror there is none, and [debianRoot] says so.
func buildRoot() error {
	debootstrap, err := exec.LookPath("debootstrap")
	if err != nil || os.Geteuid() != 0 || len(distDebs()) == 0 {
		return nil
	}
	if _, err := os.Stat(rootDir()); err == nil {
		return nil
	}
	// In one step, so that half a root is never taken for a whole one.
	making := rootDir() + ".making"
	if err := os.RemoveAll(making); err != nil {
		return err
	}
	if out, err := exec.Command(debootstrap, "--variant=minbase", "--include="+furniture, suite, making).CombinedOutput(); err != nil {
		return fmt.Errorf("debootstrap: %w\n%s", err, out)
	}
	return os.Rename(making, rootDir())
}

// root is a Debian of a test's own, with nothing in it but what Debian installs.
type root string

// debianRoot lays a layer over the root that is kept, so that it stays clean.
func debianRoot(t *testing.T) root {
	t.Helper()
	needNamespace(t)
	if len(distDebs()) == 0 {
		testenv.Lacking(t, "dist", "make dist has not made a package")
	}
	testenv.Need(t, "debootstrap")
	if _, err := os.Stat(rootDir()); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	// A layer's folder may not be on a layered file system, as a container's are.
	mount(t, "tmpfs", dir, "tmpfs", 0, "")
	for _, sub := range []string{"upper", "work", "root"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r := root(filepath.Join(dir, "root"))
	mount(t, "overlay", string(r), "overlay", 0, "lowerdir="+rootDir()+",upperdir="+dir+"/upper,workdir="+dir+"/work")
	mount(t, "/dev", string(r)+"/dev", "", unix.MS_BIND|unix.MS_REC, "")
	mount(t, "proc", string(r)+"/proc", "proc", 0, "")
	for _, file := range []string{"/etc/hosts", "/etc/resolv.conf"} { // this namespace's
		text, err := os.ReadFile(file)
		if err == nil {
			_ = os.Remove(string(r) + file)
			err = os.WriteFile(string(r)+file, text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func mount(t *testing.T, source, target, kind string, flags uintptr, data string) {
	t.Helper()
	if err := unix.Mount(source, target, kind, flags, data); err != nil {
		t.Fatalf("mounting %s: %v", target, err)
	}
	t.Cleanup(func() { _ = unix.Unmount(target, unix.MNT_DETACH) })
}

// command is one in the root, with an environment of its own.
func (r root) command(script string, env ...string) *exec.Cmd {
	cmd := exec.Command("chroot", string(r), "/bin/bash", "--norc", "-ec", script)
	cmd.Env = append([]string{"PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "TERM=dumb", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"}, env...)
	return cmd
}

// run runs a script in the root, which has to succeed, and returns all that it prints.
func (r root) run(t *testing.T, script string, env ...string) string {
	t.Helper()
	out, err := r.command(script, env...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// copy puts a file of this machine into the root.
func (r root) copy(t *testing.T, from, to string, mode os.FileMode) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(string(r)+to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(string(r)+to, text, mode)
	}
	if err != nil {
		t.Fatal(err)
	}
}
