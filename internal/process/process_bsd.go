//go:build darwin || dragonfly || freebsd || netbsd || openbsd || solaris

package process

func init() { noCore() }
