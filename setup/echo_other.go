//go:build !linux && !darwin

package setup

// hush has nothing to do on Windows, where a console shows what is typed when it is read.
func hush(int) {}
