//go:build !windows

package transport

import "syscall"

func systemKind(number syscall.Errno) Kind { return unixKind(number) }

func notPermitted(number syscall.Errno) bool {
	return number == syscall.EACCES || number == syscall.EPERM
}
