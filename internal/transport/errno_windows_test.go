package transport

import "syscall"

const permissionDenied = syscall.Errno(windowsNotPermitted)
