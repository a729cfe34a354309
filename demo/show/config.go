package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

func configDir(dir string) string { return filepath.Join(dir, "docker") }

// writeConfig writes Docker's config.json: with a registry, its credential
// comes from the helper "ssm", that is docker-credential-ssm; without, it is
// empty, and no credential comes from anywhere.
func writeConfig(dir, registry string) error {
	config := map[string]any{}
	if registry != "" {
		config["credHelpers"] = map[string]string{registry: "ssm"}
	}
	text, err := json.Marshal(config)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(configDir(dir), "config.json"), append(text, '\n'), 0o600)
}

// readConfig returns what config.json holds now, for clients may write to it.
func readConfig(dir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(configDir(dir), "config.json"))
	return strings.TrimSpace(string(text)), err
}
