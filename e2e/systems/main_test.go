//go:build e2e && linux

// Package systems runs the program as it is released on the systems that it is for, as
// far as one machine can play them: Linux with little in it, with a kernel that refuses
// what it is asked, as the distributions and services have it, and other processors, by
// qemu's emulation of a user's program.
//
// TestMain builds what is needed, while there is a network, and runs the tests in
// namespaces of their own. Without root nothing is run.
package systems

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"docker-credential-ssm/internal/testenv"
)

func TestMain(m *testing.M) {
	if os.Args[0] == launcher {
		os.Exit(launch(os.Args[1:]))
	}
	flag.Parse()
	os.Exit(prepareAndRun(m))
}

func prepareAndRun(m *testing.M) int {
	if testenv.InNamespaces() {
		if err := testenv.FurnishNamespaces(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}
	if os.Geteuid() != 0 {
		fmt.Println("namespaces of its own want root: nothing is run")
		return 0
	}
	if err := buildPrograms(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	// What the tests keep in the kernel's keyring is in a session of their own. A session is
	// a thread's, and a process has that of the thread that starts it.
	runtime.LockOSThread()
	if _, err := unix.KeyctlInt(unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0); err != nil {
		fmt.Println("no keyring of the tests' own:", err)
	}
	return testenv.RunInNamespaces()
}

// release is the program for a processor, as make cross builds it.
func release(arch string) string { return "../../dist/cross/docker-credential-ssm-linux-" + arch }
