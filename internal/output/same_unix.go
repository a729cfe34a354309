//go:build !windows

package output

import "os"

// same reports whether two descriptors are of one pipe, socket, file or device.
func same(a, b *os.File) bool {
	x, errX := a.Stat()
	y, errY := b.Stat()
	return errX == nil && errY == nil && os.SameFile(x, y)
}
