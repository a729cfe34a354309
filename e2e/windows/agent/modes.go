//go:build windows && wine

package main

import (
	"fmt"
	"os"
	"os/exec"
	"sync/atomic"

	"golang.org/x/sys/windows"
)

// modes runs a program at this one's console, and says the modes of the console's
// output: before, all that were on meanwhile, and afterwards.
func modes(program string, args []string) int {
	console := windows.Handle(os.Stdout.Fd())
	mode := func() (m uint32) {
		_ = windows.GetConsoleMode(console, &m)
		return m
	}
	before := mode()
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		fmt.Println(err)
		return 1
	}
	var ended atomic.Bool
	seen := make(chan uint32)
	go func() {
		all := uint32(0)
		for !ended.Load() {
			all |= mode()
		}
		seen <- all
	}()
	_ = cmd.Wait()
	ended.Store(true)
	fmt.Printf("modes: %d, %d, %d end of modes\n", before, <-seen, mode())
	return 0
}
