package transport

import "syscall"

func systemKind(number syscall.Errno) Kind {
	if kind := unixKind(number); kind != Unknown {
		return kind
	}
	return windowsKind(uintptr(number))
}

func notPermitted(number syscall.Errno) bool { return number == windowsNotPermitted }
