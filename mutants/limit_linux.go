package main

import "syscall"

// limitMemory gives this process, and each that it starts, so many bytes: a slip may
// fill the memory, and the test that notices it would then be the machine's end.
func limitMemory(bytes uint64) error {
	return syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: bytes, Max: bytes})
}
