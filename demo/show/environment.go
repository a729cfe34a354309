package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// isolate makes the environment this run's own: the helper on the PATH, Docker's
// configuration and the home directory below dir, and of AWS's and Docker's
// variables none that was there before. Files that the helper or a client may
// write to the home or the temporary directory end up below dir too, where the
// search finds them.
func isolate(dir string) error {
	for _, entry := range os.Environ() {
		key, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(key, "AWS_") || strings.HasPrefix(key, "DOCKER_") {
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
		if err := os.Setenv(key, value); err != nil {
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
