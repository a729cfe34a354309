//go:build e2e

package e2e

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// gitlabRunner is the version whose resolver of credentials is built.
const gitlabRunner = "v1.11.1-0.20260903214710-fc1f1862bd91"

// programsDir is the variable that names the folder of the programs of libraries/.
const programsDir = "E2E_PROGRAMS"

// programSteps are the commands that build the programs of libraries/ into a folder,
// and the clients from npm into the cache.
func programSteps(dir string) (steps [][]string, err error) {
	if err := os.Setenv(programsDir, dir); err != nil {
		return nil, err
	}
	steps = append(steps, []string{"go", "-C", "libraries", "build", "-o", dir + "/", "./..."})
	runner := toolPath("gitlabrunner", "gitlab-runner@"+gitlabRunner)
	if _, err := os.Stat(runner); err != nil {
		steps = append(steps, []string{"libraries/gitlabrunner/build.sh", gitlabRunner, runner})
	}
	if _, err := exec.LookPath("npm"); err != nil {
		return steps, nil
	}
	node, err := nodeDir()
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(node, "node_modules", ".package-lock.json")); err != nil {
		steps = append(steps,
			[]string{"mkdir", "-p", node},
			[]string{"cp", "libraries/node/package.json", "libraries/node/package-lock.json", "libraries/node/testcontainers.mjs", node},
			// No script of a package is run: they compile what only SSH needs.
			[]string{"npm", "ci", "--prefix", node, "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"})
	}
	return steps, nil
}

// nodeDir is below the name of what is in it, so that another version is installed anew.
func nodeDir() (string, error) {
	hash := sha256.New()
	for _, name := range []string{"package-lock.json", "testcontainers.mjs"} {
		text, err := os.ReadFile(filepath.Join("libraries", "node", name))
		if err != nil {
			return "", err
		}
		hash.Write(text)
	}
	return filepath.Join(toolsDir(), fmt.Sprintf("node-%x", hash.Sum(nil)[:6])), nil
}

// programPaths are the programs that there may be.
func programPaths() (paths []string) {
	paths = append(paths, toolPath("gitlabrunner", "gitlab-runner@"+gitlabRunner))
	for _, name := range []string{"testcontainers", "godockerclient"} {
		paths = append(paths, filepath.Join(os.Getenv(programsDir), name))
	}
	if node, err := nodeDir(); err == nil {
		paths = append(paths, filepath.Join(node, "testcontainers.mjs"), filepath.Join(node, "node_modules", ".bin", "devcontainer"))
	}
	return paths
}
