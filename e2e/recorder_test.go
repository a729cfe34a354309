//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// recordTo is the variable that names the file of a case's calls.
const recordTo = "E2E_CALLS"

// call is one question to the helper, and how it ended. It never has a secret.
type call struct {
	Verb   string
	Server string
	Status int
}

// record stands in the helper's place: a client finds this program under the
// helper's name, and it runs the helper with all that it is given.
func record(args []string) int {
	c := call{Verb: strings.Join(args, " ")}
	cmd := exec.Command(os.Getenv(helperPath), args...)
	cmd.Stdin = os.Stdin
	if c.Verb != "list" { // whose standard input some clients leave open
		input, err := io.ReadAll(os.Stdin)
		if err != nil {
			return 1
		}
		cmd.Stdin = bytes.NewReader(input)
		c.Server = server(input)
	}
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr // the client's own, which may be one pipe
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		c.Status = exit.ExitCode()
	} else if err != nil {
		c.Status = -1
	}
	line, err := json.Marshal(c)
	if err != nil {
		return 1
	}
	file, err := os.OpenFile(os.Getenv(recordTo), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 1
	}
	defer file.Close()
	if _, err := file.Write(append(line, '\n')); err != nil { // one write, for clients ask in parallel
		return 1
	}
	return c.Status
}

// server is what a verb's input is about: store has JSON there, with a secret.
func server(input []byte) string {
	var stored struct{ ServerURL string }
	if json.Unmarshal(input, &stored) == nil {
		return stored.ServerURL
	}
	return string(input)
}

// putRecorder puts the recorder into a folder, under the helper's name.
func putRecorder(t *testing.T, bin string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(bin, "docker-credential-ssm")); err != nil {
		t.Fatal(err)
	}
}

// recording begins a case's record, and returns what reads it.
func recording(t *testing.T) (recorded func() []call) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "calls")
	t.Setenv(recordTo, path)
	return func() (calls []call) {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			var c call
			if err := json.Unmarshal([]byte(line), &c); err != nil {
				t.Fatal(err)
			}
			calls = append(calls, c)
		}
		return calls
	}
}
