package dockerconfig

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"

	"golang.org/x/sys/unix"
)

// unnamed makes a file without a name in a folder. Some file systems have none.
func unnamed(dir string) (*os.File, error) {
	return os.OpenFile(dir, unix.O_TMPFILE|os.O_WRONLY, 0o600)
}

// appear gives one a name that begins like that. It needs /proc, which nearly every
// system has.
// Source: https://man7.org/linux/man-pages/man2/open.2.html, O_TMPFILE
func appear(file *os.File, begin string) (name string, err error) {
	for range 100 {
		name = fmt.Sprintf("%s%d%s", begin, rand.Uint32(), draftEnd)
		err = unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", file.Fd()), unix.AT_FDCWD, name, unix.AT_SYMLINK_FOLLOW)
		if !errors.Is(err, unix.EEXIST) {
			break
		}
	}
	return name, err
}
