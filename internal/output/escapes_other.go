//go:build !windows

package output

import "os"

// Escapes reports whether a terminal understands escape sequences.
func Escapes(*os.File) (takes bool, restore func()) { return true, func() {} }
