package testenv

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// namespace is the variable that says so within a namespace.
const namespace = "TEST_NAMESPACE"

// InNamespaces reports whether this process was started by [RunInNamespaces].
func InNamespaces() bool { return os.Getenv(namespace) != "" && os.Getpid() == 1 }

// RunInNamespaces runs this test program again in a network, a mount and a process
// namespace, which takes root, and returns its exit status. With its first process all
// others end there.
func RunInNamespaces() int {
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	cmd := exec.Command(self, os.Args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), namespace+"=1")
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

// FurnishNamespaces makes the namespaces a place to live in: mounts that the machine
// does not see, its own processes in /proc, and the loopback interface up.
func FurnishNamespaces() error {
	return errors.Join(
		unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
		unix.Mount("proc", "/proc", "proc", 0, ""),
		Raise("lo", ""),
	)
}

// Raise gives an interface an address, unless that is "", and sets it up.
func Raise(name, ip string) error {
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
