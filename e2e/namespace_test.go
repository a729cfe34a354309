//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"docker-credential-ssm/internal/dockerhub"
)

const (
	// address is where Docker Hub and the private registry answer. It is none
	// of the loopback network's, for oras refuses realms there.
	address = "10.99.0.2"

	// private is the name of the private registry, which has a port as many do.
	private = "registry.example:5000"

	// within a namespace, this variable says so.
	marker = "E2E_NAMESPACE"
)

// inside reports whether this process has namespaces of its own.
func inside() bool { return os.Getenv(marker) != "" && os.Getpid() == 1 }

// within runs this program again in a network, a mount and a process namespace,
// and returns its exit status. With its first process all others end there.
func within() int {
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	cmd := exec.Command(self, os.Args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), marker+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID,
		Pdeathsig:  syscall.SIGKILL,
	}
	signal.Ignore(os.Interrupt) // the terminal sends it to both, and the tests end first
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.Exited() {
		return exit.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "in namespaces of its own:", err)
		return 1
	}
	return 0
}

// furnish makes the namespaces a place to live in: its own processes in /proc,
// the loopback interface up, one more address on it, and names for that.
func furnish() error {
	return errors.Join(
		unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
		unix.Mount("proc", "/proc", "proc", 0, ""),
		raise("lo", ""),
		raise("lo:0", address),
		nameHosts(),
	)
}

// raise gives an interface an address, unless that is "", and sets it up.
func raise(name, ip string) error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(s)
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	if ip != "" {
		var raw [4]byte
		if _, err := fmt.Sscanf(ip, "%d.%d.%d.%d", &raw[0], &raw[1], &raw[2], &raw[3]); err != nil {
			return err
		}
		if err := ifr.SetInet4Addr(raw[:]); err != nil {
			return err
		}
		if err := unix.IoctlIfreq(s, unix.SIOCSIFADDR, ifr); err != nil {
			return fmt.Errorf("%s on %s: %w", ip, name, err)
		}
	}
	ifr.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, ifr); err != nil {
		return fmt.Errorf("%s up: %w", name, err)
	}
	return nil
}

// nameHosts puts an /etc/hosts over the machine's, and takes the name servers away:
// there is no route to them, and a client would wait for their answer.
func nameHosts() error {
	host, _, _ := strings.Cut(private, ":")
	hosts := "127.0.0.1 localhost\n"
	for _, name := range append([]string{host}, dockerhub.Hosts...) {
		hosts += address + " " + name + "\n"
	}
	dir, err := os.MkdirTemp("", "e2e")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) // what is mounted stays
	for path, text := range map[string]string{"/etc/hosts": hosts, "/etc/resolv.conf": "nameserver 127.0.0.1\n"} {
		file := filepath.Join(dir, filepath.Base(path))
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
		if err := unix.Mount(file, path, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// needNamespace skips a test that has to have Docker Hub's names and port 443.
func needNamespace(t *testing.T) {
	t.Helper()
	if !inside() {
		t.Skip("namespaces of its own want root")
	}
}
