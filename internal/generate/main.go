// The command generate writes the man page and the shells' completion from the
// definitions of the commands, the verbs and the options.
//
//	go run ./internal/generate
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	for name, text := range files() {
		if err := os.WriteFile(filepath.FromSlash(name), []byte(text), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "generate:", err)
			os.Exit(1)
		}
	}
}

// files are the texts by their paths in the repository. The names are those
// under which bash, zsh and fish look for them.
func files() map[string]string {
	return map[string]string{
		"docs/docker-credential-ssm.1":           manual(),
		"completions/docker-credential-ssm":      bash(),
		"completions/_docker-credential-ssm":     zsh(),
		"completions/docker-credential-ssm.fish": fish(),
	}
}
