// The command peak runs another one and prints its peak memory, in bytes. A process
// starts with a copy of the memory of its parent, and its peak includes that: the
// bench, with all its servers, is too large a parent, and this one is small.
package main

import (
	"fmt"
	"os"
	"os/exec"
)

func main() {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin = os.Stdin
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "peak:", err)
		os.Exit(1)
	}
	fmt.Println(peakMemory(cmd.ProcessState))
}
