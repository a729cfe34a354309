package process

import "golang.org/x/sys/unix"

// init has the kernel treat the process as one that must not be dumped. That also
// holds where core_pattern names a program, which gets a core file of a process whose
// limit is 0. The files of /proc/PID then belong to root: the process itself can still
// use /proc/self/fd, which TestOwnFiles checks. An error is left alone: what a sandbox
// forbids is no reason not to serve a credential.
// Source: https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html
func init() {
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	noCore()
}
