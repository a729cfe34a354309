//go:build !linux

package dockerconfig

import (
	"errors"
	"os"
)

// Elsewhere every file has a name.

func unnamed(string) (*os.File, error) { return nil, errors.ErrUnsupported }

func appear(*os.File, string) (string, error) { return "", errors.ErrUnsupported }
