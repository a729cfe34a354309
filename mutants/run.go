package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Outcome is what became of a mutant.
type Outcome string

// The outcomes.
const (
	Killed   Outcome = "killed"   // a test has failed
	Survived Outcome = "SURVIVED" // none has
	Expected Outcome = "expected" // none has, as its reason says
	Fault    Outcome = "ERROR"    // it does not apply, or does not compile; or a reason no longer holds
)

// Result is the outcome of one mutant.
type Result struct {
	Mutant  Mutant
	Outcome Outcome
	Detail  string // the test that has failed, the harm or the reason
	Took    time.Duration
}

// Try runs the mutant's tests with the slip in place of its file. The tree is not
// changed: the go command reads the file from elsewhere, also where a test builds the
// program.
func (m Mutant) Try(root string) Result {
	start := time.Now()
	outcome, detail := m.try(root)
	return Result{m, outcome, detail, time.Since(start)}
}

func (m Mutant) try(root string) (Outcome, string) {
	text, err := m.Apply(root)
	if err != nil {
		return Fault, err.Error()
	}
	dir, err := os.MkdirTemp("", "mutant-")
	if err != nil {
		return Fault, err.Error()
	}
	defer os.RemoveAll(dir)
	file, overlay := filepath.Join(dir, filepath.Base(m.File)), filepath.Join(dir, "overlay.json")
	replaced, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, m.File): file}})
	if err != nil {
		return Fault, err.Error()
	}
	for path, text := range map[string][]byte{file: text, overlay: replaced} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return Fault, err.Error()
		}
	}
	for _, tests := range m.Tests {
		switch passed, said := Test(root, overlay, tests); {
		case passed:
		case strings.Contains(said, "[build failed]"), strings.Contains(said, "[setup failed]"):
			return Fault, "it does not compile:\n" + said
		case m.Survives != "":
			return Fault, "it is noticed by now, by " + failing(said) + ": take out the reason"
		default:
			return Killed, failing(said)
		}
	}
	if m.Survives != "" {
		return Expected, m.Survives
	}
	return Survived, m.Harm
}

// Test runs go test, with the files of an overlay in place of those of the tree, if one
// is named. It reports whether all tests have passed, and what they said.
func Test(root, overlay, arguments string) (passed bool, said string) {
	cmd := exec.Command("go", append([]string{"test", "-count=1", "-failfast", "-vet=off", "-timeout=5m"}, strings.Fields(arguments)...)...)
	cmd.Dir, cmd.Env = root, os.Environ()
	if overlay != "" {
		cmd.Env = append(cmd.Env, "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -overlay="+overlay))
	}
	out, err := cmd.CombinedOutput()
	return err == nil, string(out)
}

var (
	fails  = regexp.MustCompile(`(?m)^ *--- FAIL: (\S+)`)
	panics = regexp.MustCompile(`(?m)^(?:panic|fatal error): .*`)
)

// failing is the innermost test that has failed.
func failing(said string) string {
	name := "a test"
	for _, m := range fails.FindAllStringSubmatch(said, -1) {
		if name == "a test" || strings.HasPrefix(m[1], name+"/") {
			name = m[1]
		}
	}
	if name == "a test" {
		if m := panics.FindString(said); m != "" {
			return m
		}
	}
	return name
}
