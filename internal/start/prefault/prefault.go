// Package prefault maps the whole program into memory, with one system call, while
// packages initialise. A get reads nearly every 64 KB of the program, and each costs
// a page fault, which takes long on a virtual machine. The call reads no more from
// the disk than those faults would.
//
// It imports only syscall, so that Go initialises it among the first packages, of
// which TestInitialisationOrder makes sure.
package prefault
