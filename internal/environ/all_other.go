//go:build !windows

package environ

import "os"

// All is os.Environ.
func All() []string { return os.Environ() }
