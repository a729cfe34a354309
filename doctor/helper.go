package doctor

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
)

// checkHelper looks for the program as Docker does: on the PATH, by its name. Where
// another signs the pull in it need not be there.
func (x *examination) checkHelper(context.Context) result {
	self, err := x.system.executable()
	if err != nil {
		return failure(err)
	}
	s := x.system
	install := s.install(self, s.path(s.installFolder(), s.file()))
	found, err := s.lookPath(programName)
	switch {
	case err != nil && !errors.Is(err, exec.ErrDot) && x.other() != "":
		r := ok("there is no %s on the PATH, and this pull does not need it", programName)
		r.outcome = skipped
		return r
	case errors.Is(err, exec.ErrDot):
		return wrong("the PATH finds %s only in the current folder, where Docker does not run it", programName).run("Put it on the PATH", install)
	case err != nil:
		return wrong("there is no %s on the PATH, where Docker looks for it", programName).run("Put it there", install)
	case !s.same(found, self):
		return wrong("Docker runs %s, which is another program or version than this, %s", found, self).run("Replace it by this one", s.install(self, found))
	}
	r := ok("%s, version %s", found, x.program.Version)
	// Docker Desktop is started by launchd, whose PATH is not that of a shell; to
	// it Docker Desktop adds /usr/local/bin.
	// Source: https://docs.docker.com/desktop/troubleshoot-and-support/troubleshoot/topics/
	desktop := []string{"/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"}
	if folder := path.Dir(found); s.goos == "darwin" && !slices.Contains(desktop, folder) {
		r = r.but().tell("Docker Desktop does not have "+folder+" on its PATH, which is "+strings.Join(desktop, ", ")).
			run("Let Docker Desktop find it", "sudo mkdir -p /usr/local/bin && sudo ln -sf "+s.argument(found)+" /usr/local/bin/"+programName)
	}
	return r
}

// same reports whether two paths are one program, or copies of it.
func same(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	if errX != nil || errY != nil || x.Size() != y.Size() {
		return false
	}
	if os.SameFile(x, y) {
		return true
	}
	one, errX := os.ReadFile(a)
	other, errY := os.ReadFile(b)
	return errX == nil && errY == nil && bytes.Equal(one, other)
}
