package main

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
)

// cdkHelper installs AWS CDK's own credential helper from npm, as its users do,
// and returns its path.
func (s *stage) cdkHelper() (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", errors.New("there is no npm here")
	}
	dir := filepath.Join(s.tmp, "cdk")
	if out, err := exec.Command(npm, "install", "--prefix", dir, "--no-audit", "--no-fund", "--silent", "cdk-assets@4").CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm install cdk-assets: %v: %.200s", err, out)
	}
	return filepath.Join(dir, "node_modules", ".bin", "docker-credential-cdk-assets"), nil
}
