//go:build !windows

package main

import (
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// unread is ioctl's FIONREAD, which golang.org/x/sys has no name for: how many bytes
// are in a pipe.
func unread() uint {
	if runtime.GOOS == "linux" {
		return 0x541b
	}
	return 0x4004667f
}

// hold opens a FIFO, writes to it, waits until that has been read, and keeps it open
// for as long as the story lasts.
func hold(ts *testscript.TestScript, neg bool, args []string) {
	f := open(ts, args[0])
	ts.Defer(func() { _ = f.Close() })
	_, err := f.WriteString(strings.Join(args[1:], " "))
	ts.Check(err)
	for range 1000 {
		var n int
		control(ts, f, func(fd uintptr) error {
			n, err = unix.IoctlGetInt(int(fd), unread())
			return err
		})
		if n == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("nobody reads %s", args[0])
}

// open waits until somebody has the FIFO open for reading.
func open(ts *testscript.TestScript, name string) *os.File {
	for range 1000 {
		if f, err := os.OpenFile(ts.MkAbs(name), os.O_WRONLY|unix.O_NONBLOCK, 0); err == nil {
			return f
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("nobody opens %s", name)
	return nil
}

func control(ts *testscript.TestScript, f *os.File, do func(fd uintptr) error) {
	raw, err := f.SyscallConn()
	ts.Check(err)
	var inner error
	ts.Check(raw.Control(func(fd uintptr) { inner = do(fd) }))
	ts.Check(inner)
}
