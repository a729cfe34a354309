//go:build linux || darwin

package setup

import "golang.org/x/sys/unix"

// hush stops a terminal from showing what is typed. [term.ReadPassword] does that too,
// but only after the question is asked: what is pasted at once would be shown.
func hush(fd int) {
	if t, err := unix.IoctlGetTermios(fd, getTermios); err == nil {
		t.Lflag &^= unix.ECHO
		_ = unix.IoctlSetTermios(fd, setTermios, t)
	}
}
