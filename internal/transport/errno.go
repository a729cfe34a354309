package transport

import "syscall"

// windowsKind is the meaning of Windows' error numbers. It is built on every
// system, for its test. On Windows the constants of package syscall with the
// names of Unix are numbers of Go's own, which the system never says.
// Source: https://learn.microsoft.com/en-us/windows/win32/winsock/windows-sockets-error-codes-2
func windowsKind(number uintptr) Kind {
	switch number {
	case 10061: // WSAECONNREFUSED
		return Refused
	case 10053, 10054: // WSAECONNABORTED, WSAECONNRESET
		return Reset
	case 10049, 10050, 10051, 10065: // WSAEADDRNOTAVAIL, WSAENETDOWN, WSAENETUNREACH, WSAEHOSTUNREACH
		return Unreachable
	case 10060: // WSAETIMEDOUT
		return TimedOut
	case 11001: // WSAHOST_NOT_FOUND
		return UnknownHost
	case 11002: // WSATRY_AGAIN
		return NameServer
	}
	return Unknown
}

// unixKind is the meaning of the numbers that package syscall has names for.
func unixKind(number syscall.Errno) Kind {
	switch number {
	case syscall.ECONNREFUSED:
		return Refused
	case syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE:
		return Reset
	case syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.EADDRNOTAVAIL:
		return Unreachable
	case syscall.ETIMEDOUT:
		return TimedOut
	}
	return Unknown
}
