package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"syscall"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/shell"
)

// cannotChange explains an error of the file at a path; others stay as they are.
func cannotChange(path string, err error) error {
	var (
		system *fs.PathError
		link   *os.LinkError
		cause  error
		where  string
	)
	switch {
	case errors.Is(err, dockerconfig.ErrChanged):
		return message.Advise(fmt.Errorf("%s is written by another program all the time", path), "Run it again")
	case errors.As(err, &system):
		cause, where = system.Err, system.Path
	case errors.As(err, &link):
		cause, where = link.Err, link.New
	default:
		return err
	}
	what := ""
	if where != path && isFolder(where) {
		what = fmt.Sprintf(": the folder %s", where)
	}
	return message.Advise(fmt.Errorf("%s cannot be changed%s: %w", path, what, cause), adviceOn(cause, where))
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// adviceOn says what to do about the system's error on a file or a folder.
func adviceOn(cause error, where string) string {
	switch {
	case errors.Is(cause, dockerconfig.ErrNotRegular) && isFolder(where):
		return "It is a folder, which docker run -v makes where there is no file to mount: run rmdir " + shell.Word(where) + ", or name a file with --file"
	case errors.Is(cause, dockerconfig.ErrNotRegular):
		return "Name a file with --file, or set DOCKER_CONFIG to another folder"
	case errors.Is(cause, syscall.EPERM) && runtime.GOOS == "linux":
		return "It is immutable: as root, run chattr -i " + shell.Word(where)
	case errors.Is(cause, syscall.EPERM) && runtime.GOOS == "darwin":
		return "It may be locked: run chflags nouchg " + shell.Word(where)
	case errors.Is(cause, syscall.EROFS):
		return "Its file system is read-only here: run configure where it can be written, such as while the image is built, or set DOCKER_CONFIG to another folder"
	case errors.Is(cause, syscall.ENOSPC), errors.Is(cause, syscall.EDQUOT):
		return "Make room on its disk"
	case runtime.GOOS == "windows":
		return "Close what has the file open, and check who may write it and its folder"
	}
	return "Run ls -ld " + shell.Word(where) + ", which shows who may write it, or set DOCKER_CONFIG to another folder"
}
