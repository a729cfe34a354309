//go:build !linux

// Package keyring keeps short-lived secrets in the Linux kernel. This system has
// no such place that ends with the session and never meets a disk.
package keyring

import (
	"errors"
	"time"
)

// ErrNone says that there is no such key, or none any more.
var ErrNone = errors.New("no such key")

var errNoKeyring = errors.New("only Linux has a kernel keyring")

// Get always fails here.
func Get(string) ([]byte, error) { return nil, errNoKeyring }

// Put always fails here.
func Put(string, []byte, time.Duration) error { return errNoKeyring }

// Drop always fails here.
func Drop(string) error { return errNoKeyring }

// DropAll always fails here.
func DropAll(func(string) bool) error { return errNoKeyring }
