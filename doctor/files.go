package doctor

import (
	"fmt"
	"path/filepath"
)

// podmanFiles are those that podman's family reads, in its order: the one of
// REGISTRY_AUTH_FILE alone, or that of the session, the user's, and Docker's.
// Source: containers-auth.json(5).
func (x *examination) podmanFiles() (own []string, docker bool) {
	if file := x.system.env("REGISTRY_AUTH_FILE"); file != "" {
		return []string{file}, file == x.program.Config()
	}
	user := filepath.Join(x.system.home, ".config", "containers", "auth.json")
	if folder := x.system.env("XDG_CONFIG_HOME"); folder != "" {
		user = filepath.Join(folder, "containers", "auth.json")
	}
	switch folder := x.system.env("XDG_RUNTIME_DIR"); {
	case x.system.goos != "linux":
	case folder != "":
		own = append(own, filepath.Join(folder, "containers", "auth.json"))
	default:
		own = append(own, fmt.Sprintf("/run/containers/%d/auth.json", x.system.uid))
	}
	return append(own, user), true
}

// allFiles are those in which a login may be kept, each once.
func (x *examination) allFiles() []string {
	own, _ := x.podmanFiles()
	files := append([]string{x.program.Config()}, own...)
	if x.file != "" {
		files = append(files, x.file)
	}
	files = append(files, filepath.Join(x.system.home, ".dockercfg"))
	seen := map[string]bool{}
	var all []string
	for _, file := range files {
		if !seen[file] {
			all = append(all, file)
		}
		seen[file] = true
	}
	return all
}
