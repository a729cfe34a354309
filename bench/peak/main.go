// The command peak runs another one and prints its peak memory, in bytes. A
// process begins its life with the memory of the one that started it, and its
// peak counts that: the bench, with all its servers, is too large a parent, and
// this one is small.
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
