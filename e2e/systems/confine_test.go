//go:build e2e && linux

package systems

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// confinement is what a program finds around it, beside its files. This test program
// goes into it, under the name [launcher], and starts the other in its own place.
type confinement struct {
	Root   string // of its file system; "" for this one
	UID    int
	Refuse []refusal
}

// refusal is an answer of the kernel's to a system call, as a container's seccomp
// profile makes it, or as an older kernel would give it.
type refusal struct {
	Call  uintptr
	Later bool   // every system call that came later too
	Arg   int    // the number of the argument that decides; 0 for none
	From  uint32 // it is this value, or a higher one
	Error syscall.Errno
}

// The names that this program, and the one to start in its place, have on such a command
// line. The probe is [tryCalls].
const launcher, probe = "launcher", "probe"

// launch goes into the confinement that the first argument has, and starts the program
// that the others are. It returns an exit status where it fails.
func launch(args []string) int {
	var c confinement
	err := json.Unmarshal([]byte(args[0]), &c)
	if err == nil {
		err = c.enter()
	}
	if err == nil && args[1] == probe {
		tryCalls()
		return 0
	}
	if err == nil {
		err = unix.Exec(args[1], args[1:], os.Environ())
	}
	fmt.Fprintln(os.Stderr, "in the confinement:", err)
	return 125
}

// confined is a command in a confinement, without a variable.
func confined(t *testing.T, c confinement, command ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	text, err := json.Marshal(c)
	must(t, err)
	cmd := exec.Command(self)
	cmd.Args = append([]string{launcher, string(text)}, command...)
	cmd.Env = []string{} // nil would be this program's
	return cmd
}

func (c confinement) enter() error {
	runtime.LockOSThread() // a filter is a thread's; the one that execs keeps it
	if c.Root != "" {
		if err := errors.Join(unix.Chroot(c.Root), unix.Chdir("/")); err != nil {
			return err
		}
	}
	if c.UID != 0 {
		if err := errors.Join(unix.Setgroups(nil), unix.Setgid(c.UID), unix.Setuid(c.UID)); err != nil {
			return err
		}
	}
	if len(c.Refuse) == 0 {
		return nil
	}
	program := filter(c.Refuse)
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]})), 0, 0)
}

// filter is a program for the kernel. Where it looks is a struct seccomp_data: the
// number of the system call, the architecture, the instruction's address, six arguments.
// Source: https://man7.org/linux/man-pages/man2/seccomp.2.html
func filter(refuse []refusal) (program []unix.SockFilter) {
	const retErrno, retAllow = 0x00050000, 0x7fff0000
	load := func(offset uint32) {
		program = append(program, unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset})
	}
	skipUnless := func(compare uint16, k uint32, instructions uint8) {
		program = append(program, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_K | compare, K: k, Jf: instructions})
	}
	for _, r := range refuse {
		load(0)
		compare, rest := uint16(unix.BPF_JEQ), uint8(1)
		if r.Later {
			compare = unix.BPF_JGE
		}
		if r.Arg > 0 {
			rest = 3
		}
		skipUnless(compare, uint32(r.Call), rest)
		if r.Arg > 0 {
			load(16 + 8*uint32(r.Arg-1)) // the lower half, where the byte order is little-endian
			skipUnless(unix.BPF_JGE, r.From, 1)
		}
		program = append(program, unix.SockFilter{Code: unix.BPF_RET, K: retErrno | uint32(r.Error)})
	}
	return append(program, unix.SockFilter{Code: unix.BPF_RET, K: retAllow})
}

// tryCalls makes system calls that a confinement may refuse, and prints what the kernel
// says to each: the proof that a test's refusals are in force.
func tryCalls() {
	page, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		fmt.Println(err)
		return
	}
	said := func(name string, err error) { fmt.Printf("%s: %v\n", name, err) }
	_, err = unix.KeyctlGetKeyringID(unix.KEY_SPEC_SESSION_KEYRING, false)
	said("keyctl", err)
	said("prctl", unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0))
	said("madvise dontneed", unix.Madvise(page, unix.MADV_DONTNEED))
	said("madvise populate", unix.Madvise(page, unix.MADV_POPULATE_READ))
	_, err = unix.Openat2(unix.AT_FDCWD, "/", &unix.OpenHow{Flags: unix.O_PATH})
	said("openat2", err)
	_, err = unix.PidfdOpen(os.Getpid(), 0)
	said("pidfd_open", err)
	said("faccessat2", unix.Faccessat(unix.AT_FDCWD, "/", unix.R_OK, unix.AT_EACCESS))
}

// errorsOf are the lines of [tryCalls] that have an error, by the call's name.
func errorsOf(said string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(said) {
		if name, text, ok := strings.Cut(strings.TrimSpace(line), ": "); ok && text != "<nil>" {
			all[name] = text
		}
	}
	return all
}
