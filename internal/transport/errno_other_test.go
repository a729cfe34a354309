//go:build !windows

package transport

import "syscall"

const permissionDenied = syscall.EACCES
