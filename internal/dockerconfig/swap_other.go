//go:build !linux

package dockerconfig

import "errors"

// swap is for Linux alone.
var swap = func(string, string, bool) error { return errors.ErrUnsupported }
