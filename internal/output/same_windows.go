package output

import (
	"os"
	"syscall"
)

// compareObjectHandles is in Windows 10 and later.
// Source: https://learn.microsoft.com/windows/win32/api/handleapi/nf-handleapi-compareobjecthandles
var compareObjectHandles = syscall.NewLazyDLL("kernelbase.dll").NewProc("CompareObjectHandles")

// same reports whether two handles are of one pipe, file or console. os.SameFile can
// tell only for files: on Windows it reports all pipes as the same file.
func same(a, b *os.File) bool {
	x, errX := a.Stat()
	y, errY := b.Stat()
	if errX != nil || errY != nil {
		return false
	}
	if x.Mode().IsRegular() || y.Mode().IsRegular() {
		return x.Mode().IsRegular() && y.Mode().IsRegular() && os.SameFile(x, y)
	}
	if IsTerminal(a) && IsTerminal(b) { // a process has one console
		return true
	}
	if compareObjectHandles.Find() != nil {
		return a.Fd() == b.Fd()
	}
	one, _, _ := compareObjectHandles.Call(a.Fd(), b.Fd())
	return one != 0
}
