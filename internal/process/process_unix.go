//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || solaris

package process

import "golang.org/x/sys/unix"

// noCore sets the limit of core files to 0. The hard limit stays: a program that is
// started from here inherits the limits, and may want a core file of its own.
func noCore() {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_CORE, &limit) == nil {
		limit.Cur = 0
		_ = unix.Setrlimit(unix.RLIMIT_CORE, &limit)
	}
}
