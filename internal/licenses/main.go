// The command licenses writes THIRD_PARTY_LICENSES: the licences, and the notices, of
// everything that is linked into the program on any platform, which these licences want
// to be distributed with it. It fails where a licence is not one of [allowed].
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// file is the name of the file, at the root of the repository.
const file = "THIRD_PARTY_LICENSES"

// platforms are those of a release.
var platforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64", "freebsd/amd64", "freebsd/arm64"}

// allowed are the licences that a linked module may have: they ask for their text to be
// distributed, and for nothing else. MPL-2.0 is not among them, since it asks for the
// source of its files too; a module with it needs an entry here and its reason.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"}

// module is a module of Go's, with its folder, and those of its packages that are linked:
// some have a licence of their own.
type module struct {
	Path, Version, Dir string
	folders            []string
}

func main() {
	text, err := notices()
	if err == nil {
		err = os.WriteFile(file, text, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "licenses:", err)
		os.Exit(1)
	}
}

// notices is the text of the file.
func notices() ([]byte, error) {
	modules, err := linked()
	if err != nil {
		return nil, err
	}
	var order []string
	users := map[string][]string{} // the modules of each text
	for _, m := range modules {
		found, err := texts(m.Dir)
		if err == nil && len(found) == 0 {
			err = errors.New("has no licence")
		}
		for _, folder := range m.folders {
			var own []string
			if err == nil {
				own, err = texts(folder)
				found = append(found, own...)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Path, err)
		}
		for _, text := range found {
			if users[text] == nil {
				order = append(order, text)
			}
			users[text] = append(users[text], strings.TrimSpace(m.Path+" "+m.Version))
		}
	}
	var b bytes.Buffer
	b.WriteString("docker-credential-ssm contains the software that is listed here, under these licences.\n")
	for _, text := range order {
		fmt.Fprintf(&b, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), strings.Join(users[text], "\n"), text)
	}
	return b.Bytes(), nil
}

// linked are the modules of the program's packages, on all platforms, and Go itself.
func linked() ([]module, error) {
	byPath := map[string]module{}
	for _, platform := range platforms {
		goos, goarch, _ := strings.Cut(platform, "/")
		cmd := exec.Command("go", "list", "-tags", "nethttpomithttp2", "-deps", "-json=Module,Dir", "docker-credential-ssm")
		cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, err
		}
		for dec := json.NewDecoder(bytes.NewReader(out)); ; {
			var pkg struct {
				Dir    string
				Module *struct {
					module
					Main bool
				}
			}
			if err := dec.Decode(&pkg); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, err
			}
			if pkg.Module == nil || pkg.Module.Main {
				continue
			}
			m, ok := byPath[pkg.Module.Path]
			if !ok {
				m = pkg.Module.module
			}
			for folder := pkg.Dir; len(folder) > len(m.Dir); folder = filepath.Dir(folder) {
				if !slices.Contains(m.folders, folder) {
					m.folders = append(m.folders, folder)
				}
			}
			byPath[m.Path] = m
		}
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	byPath["Go"] = module{Path: "Go", Dir: strings.TrimSpace(string(root))}
	var all []module
	for _, path := range slices.Sorted(maps.Keys(byPath)) {
		slices.Sort(byPath[path].folders)
		all = append(all, byPath[path])
	}
	return all, nil
}

// texts are the licence and the notices in a folder, the licence first.
func texts(dir string) (all []string, err error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		name := strings.ToUpper(strings.TrimSuffix(strings.TrimSuffix(f.Name(), ".txt"), ".md"))
		isLicense := name == "LICENSE" || name == "LICENCE" || name == "COPYING" || strings.HasPrefix(name, "LICENSE-")
		if f.IsDir() || !isLicense && name != "NOTICE" && name != "PATENTS" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		if isLicense {
			if err := check(text); err != nil {
				return nil, fmt.Errorf("%s %w", f.Name(), err)
			}
		}
		all = append(all, strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
	}
	return all, nil
}

// check holds the text of a licence to those that are allowed.
func check(text []byte) error {
	const enough = 75 // percent of the words; the rest are copyright lines and remarks
	found := licensecheck.Scan(text)
	if len(found.Match) == 0 || found.Percent < enough {
		return fmt.Errorf("is not a licence that is known: %.0f %% of it are", found.Percent)
	}
	for _, m := range found.Match {
		if !slices.Contains(allowed, m.ID) {
			return fmt.Errorf("is %s, which is not allowed", m.ID)
		}
	}
	return nil
}
