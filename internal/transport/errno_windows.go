package transport

import "syscall"

func systemKind(number syscall.Errno) Kind {
	if kind := unixKind(number); kind != Unknown {
		return kind
	}
	return windowsKind(uintptr(number))
}

const windowsNotPermitted = 10013 // WSAEACCES

func notPermitted(number syscall.Errno) bool { return number == windowsNotPermitted }
