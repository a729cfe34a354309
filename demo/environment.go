package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// environment is the process's own, which the client library reads and the
// helper inherits. It takes back what was changed through it.
type environment struct{ undo []func() }

// isolate makes the environment this run's own: the helper on the PATH, Docker's
// configuration and the home directory below dir, and of AWS's and Docker's
// variables none that was there before. Files that the helper or a client may
// write to the home or the temporary directory end up below dir too, where the
// search finds them.
func (e *environment) isolate(dir string) error {
	for _, entry := range os.Environ() {
		key, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(key, "AWS_") || strings.HasPrefix(key, "DOCKER_") {
			e.remember(key)
			_ = os.Unsetenv(key)
		}
	}

	home, tmp, bin := filepath.Join(dir, "home"), filepath.Join(dir, "tmp"), filepath.Join(dir, "bin")
	for _, d := range []string{home, tmp, configDir(dir)} {
		if err := os.Mkdir(d, 0o700); err != nil {
			return err
		}
	}
	for key, value := range map[string]string{
		"PATH":          bin + string(filepath.ListSeparator) + os.Getenv("PATH"),
		"HOME":          home,
		"USERPROFILE":   home, // HOME on Windows
		"TMPDIR":        tmp,
		"DOCKER_CONFIG": configDir(dir),

		"AWS_REGION":                "eu-central-1",
		"AWS_ACCESS_KEY_ID":         "AKIADEMODEMODEMODEMO", // the stand-in takes any
		"AWS_SECRET_ACCESS_KEY":     "demo",
		"AWS_EC2_METADATA_DISABLED": "true",
	} {
		if err := e.set(key, value); err != nil {
			return err
		}
	}

	// Another helper in the place of the one just built would make everything
	// that follows untrue.
	path, err := exec.LookPath("docker-credential-ssm")
	if err == nil && filepath.Dir(path) != bin {
		err = fmt.Errorf("the PATH finds %s before the helper just built", path)
	}
	return err
}

func (e *environment) set(key, value string) error {
	e.remember(key)
	return os.Setenv(key, value)
}

func (e *environment) remember(key string) {
	if old, ok := os.LookupEnv(key); ok {
		e.undo = append(e.undo, func() { _ = os.Setenv(key, old) })
	} else {
		e.undo = append(e.undo, func() { _ = os.Unsetenv(key) })
	}
}

// restore makes the environment what it was. The newest change goes first, for
// a variable may have been changed twice.
func (e *environment) restore() {
	for i := len(e.undo) - 1; i >= 0; i-- {
		e.undo[i]()
	}
}
