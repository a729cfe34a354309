// Package process keeps the memory of the program, which holds secrets, to the program:
// it is not written into a core file, and no other process of the same user can attach
// to it or read it through /proc.
//
// This is done when the package is initialised. Package start, which reads the settings
// and with them the first secret, imports it, so that it comes first (Go specification,
// Package initialization). Nothing is undone later: exec resets it, so that a program
// that is started from here is as any other. An environment variable with a secret has
// been in memory since the program was started; nothing can come before that.
//
// The Go runtime has no part in it. GOTRACEBACK=crash makes it end with SIGABRT, and the
// system then writes no core file. What it prints before that has the arguments of
// functions as addresses, never a string's text.
package process
