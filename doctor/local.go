package doctor

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
)

// The steps that look at this machine alone.

const programName = "docker-credential-" + settings.HelperName

// checkHelper looks for the program as Docker does: on the PATH, by its name.
func (x *examination) checkHelper() result {
	self, err := os.Executable()
	if err != nil {
		return failure(err)
	}
	install := fmt.Sprintf("Run sudo install -m 755 %s %s", self, filepath.Join(installDir(), programName))
	path, err := exec.LookPath(programName)
	switch {
	case errors.Is(err, exec.ErrDot):
		return wrong(install, "the PATH finds %s in the current folder alone, where Docker does not run it", programName)
	case err != nil:
		return wrong(install, "there is no %s on the PATH, where Docker looks for it", programName)
	case !sameFile(path, self) && !sameText(path, self):
		return wrong(fmt.Sprintf("Run sudo install -m 755 %s %s", self, path), "Docker runs %s, which is another one than this, %s", path, self)
	}
	return ok("%s, version %s", path, x.program.Version)
}

// installDir is a folder of the PATH for programs installed by hand; the
// first one, unless the usual one is there.
func installDir() string {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	const usual = "/usr/local/bin"
	for _, dir := range dirs {
		if dir == usual {
			return usual
		}
	}
	if len(dirs) > 0 && filepath.IsAbs(dirs[0]) {
		return dirs[0]
	}
	return usual
}

// sameFile reports whether two paths are one file.
func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

func sameText(a, b string) bool {
	x, errX := os.ReadFile(a)
	y, errY := os.ReadFile(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func (x *examination) checkConfig() result {
	s, err := settings.Load(x.program.Environ, x.program.Dir)
	if err != nil {
		return failure(err)
	}
	x.settings = s
	path := x.program.Config()
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return ok("%s, which is not there yet", path)
	}
	return ok("%s", path)
}

// checkMapping looks for the keys as clients do, which is letter by letter.
func (x *examination) checkMapping() result {
	file := x.settings.File()
	advice := "Run docker-credential-ssm configure " + registry.Name(x.key)
	var have, lack []string
	for _, url := range registry.Lookups(x.key) {
		switch h := file.CredentialHelpers[url]; {
		case h == settings.HelperName, h == "" && file.CredentialsStore == settings.HelperName:
			have = append(have, url)
		case h != "":
			return wrong(advice, "credHelpers gives %s to docker-credential-%s", url, h)
		default:
			lack = append(lack, url)
		}
	}
	if len(lack) > 0 {
		r := wrong(advice, "no credHelpers entry gives %s to %s", strings.Join(lack, " or "), settings.HelperName)
		if x.key == registry.DockerHub {
			r.more = []string{"the Docker CLI looks for " + registry.Lookups(x.key)[0] + ", podman for docker.io, act for index.docker.io"}
			if len(lack) == 1 && lack[0] == "index.docker.io" {
				r.outcome = warned // the Docker CLI and podman do without it
			}
		}
		return r
	}
	return ok("%s to %s", strings.Join(have, " and "), settings.HelperName)
}

func (x *examination) checkPlaintext() result {
	if found, err := dockerconfig.Plaintext(x.settings.File(), x.key); err != nil || found != nil {
		return wrong("Run docker-credential-ssm configure --discard "+registry.Name(x.key)+", or with --migrate where Parameter Store has none yet",
			"config.json holds a credential of %s in plain text, from a docker login", registry.Name(x.key))
	}
	return ok("none in config.json")
}

func (x *examination) checkOptions() result {
	origins := x.settings.Origins(x.key)
	if len(origins) == 0 {
		o, _ := x.settings.For(x.key)
		return ok("all of them at their defaults; the prefix is %s", o.Prefix)
	}
	r := ok("%d set", len(origins))
	for _, o := range origins {
		r.more = append(r.more, fmt.Sprintf("%s = %s, from %s", o.Option, o.Value, o.Where))
	}
	return r
}
