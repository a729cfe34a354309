// Package prefault maps the whole program into memory before it has started. A
// get comes by nearly every 64 KB of it, and each costs a page fault, which is dear
// on a virtual machine: here the kernel does all of them at once. It reads no
// more from the disk than those faults would.
//
// It imports next to nothing, so that Go initialises it among the first.
package prefault
