package output

import (
	"os"

	"golang.org/x/sys/windows"
)

// Escapes lets a console understand escape sequences, where it does not already, and
// reports whether it does. Those before Windows 10 show them as they are. restore
// leaves the console as it was, for the program that writes next.
// Source: https://learn.microsoft.com/windows/console/setconsolemode
func Escapes(f *os.File) (takes bool, restore func()) {
	restore = func() {}
	conn, err := f.SyscallConn()
	if err != nil {
		return false, restore
	}
	_ = conn.Control(func(fd uintptr) {
		var mode uint32
		console := windows.Handle(fd)
		switch {
		case windows.GetConsoleMode(console, &mode) != nil:
		case mode&windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING != 0:
			takes = true
		case windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil:
			takes = true
			restore = func() { _ = windows.SetConsoleMode(console, mode) }
		}
	})
	return takes, restore
}
