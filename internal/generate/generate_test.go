package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"docker-credential-ssm/internal/commands"
	"docker-credential-ssm/internal/testenv"
)

// TestInStep: the files of the repository are what the definitions say.
func TestInStep(t *testing.T) {
	for name, want := range files() {
		got, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil || strings.ReplaceAll(string(got), "\r\n", "\n") != want {
			t.Errorf("%s is out of step: run go run ./internal/generate (%v)", name, err)
		}
		for _, c := range commands.All() {
			if !strings.Contains(want, c.Name) {
				t.Errorf("%s lacks %s", name, c.Name)
			}
		}
	}
}

// TestBash completes command lines as bash does.
func TestBash(t *testing.T) {
	testenv.NeedPOSIX(t)
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	for line, want := range map[string]string{
		"d":                      "doctor",
		"configure --username-p": "--username-parameter",
		"doctor --of":            "--offline",
		"configure --region ":    "", // a value follows, which nobody knows
		"get --":                 "",
	} {
		script := `. ../../completions/docker-credential-ssm
COMP_WORDS=(docker-credential-ssm "$@") COMP_CWORD=$#
_docker_credential_ssm
echo "${COMPREPLY[*]}"`
		words := strings.Split(line, " ")
		out, err := exec.Command(bash, append([]string{"-c", script, "bash"}, words...)...).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("%q is completed with %q, want %q (%v)", line, got, want, err)
		}
	}
}

// TestOtherShells: zsh and fish can at least read theirs.
func TestOtherShells(t *testing.T) {
	testenv.NeedPOSIX(t)
	for shell, file := range map[string]string{"zsh": "_docker-credential-ssm", "fish": "docker-credential-ssm.fish"} {
		if _, err := exec.LookPath(shell); err != nil {
			t.Logf("there is no %s", shell)
			continue
		}
		if out, err := exec.Command(shell, "-n", "../../completions/"+file).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", shell, err, out)
		}
	}
}
