package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// result is what a process has left.
type result struct {
	stdout, stderr string
	status         int
}

// run runs the helper's get for a server URL.
func (m machine) run(t *testing.T, input string, change func(*exec.Cmd)) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(m.program, "get")
	cmd.Env, cmd.Dir = m.env, m.dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &stdout, &stderr
	if change != nil {
		change(cmd)
	}
	return m.wait(t, cmd, &stdout, &stderr)
}

func (m machine) wait(t *testing.T, cmd *exec.Cmd, stdout, stderr *bytes.Buffer) result {
	t.Helper()
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Error(err)
	}
	return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

// merged gives the helper one pipe for both streams.
func merged(cmd *exec.Cmd) { cmd.Stderr = cmd.Stdout }

// as is the machine with the helper under another name.
func (m machine) as(t *testing.T, name string) machine {
	t.Helper()
	program := filepath.Join(t.TempDir(), name)
	// A copy could not be run while a process that another test starts has inherited it, open.
	if err := os.Link(m.program, program); err != nil {
		t.Fatal(err)
	}
	m.program = program
	return m
}

const absent = "credentials not found in native keychain"

// read is what most clients make of an answer.
func read(r result) verdict {
	switch {
	case r.status == 0:
		var c struct{ Username, Secret string }
		if err := json.Unmarshal([]byte(r.stdout), &c); err != nil {
			return verdict{failure: err.Error() + " in " + r.stdout}
		}
		return verdict{user: c.Username}
	case strings.TrimSpace(r.stdout) == absent:
		return verdict{}
	}
	return verdict{failure: r.stdout}
}

func askMerged(t *testing.T, m machine) verdict { return read(m.run(t, indexServer, merged)) }

// askSpringBoot reads when the process has ended, and takes each of the protocol's texts
// for "there is no credential".
func askSpringBoot(t *testing.T, m machine) verdict {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got := m.run(t, indexServer, func(cmd *exec.Cmd) { cmd.Stdout, cmd.Stderr = w, w })
	_ = w.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	got.stdout = string(text)
	if got.status != 0 && slices.Contains([]string{"no credentials server URL", "no credentials username"}, strings.TrimSpace(got.stdout)) {
		return verdict{}
	}
	return read(got)
}

// askTestcontainers takes for "there is no credential" what the helper says of a
// registry that does not exist. Older releases compare both streams, newer ones the
// first.
func askTestcontainers(t *testing.T, m machine, both bool) verdict {
	var change func(*exec.Cmd)
	if both {
		change = merged
	}
	got := m.run(t, indexServer, change)
	if got.status == 0 {
		return read(got)
	}
	if m.run(t, "https://not.a.real.registry/url", change).stdout == got.stdout {
		return verdict{}
	}
	return verdict{failure: got.stdout}
}

// askShell runs the helper by a line of shell, in a folder that has it in bin.
func askShell(line string) func(*testing.T, machine) verdict {
	return func(t *testing.T, m machine) verdict {
		if runtime.GOOS == "windows" {
			t.Skip("a shell runs it")
		}
		m.dir = t.TempDir()
		if err := os.Symlink(filepath.Dir(m.program), filepath.Join(m.dir, "bin")); err != nil {
			t.Fatal(err)
		}
		m.program = "/bin/sh"
		return read(m.run(t, indexServer, func(cmd *exec.Cmd) { cmd.Args = []string{"sh", "-c", line} }))
	}
}

// askOpen asks list with a standard input that nobody writes to or closes, and then get,
// as docker-py does for a build.
func askOpen(t *testing.T, m machine) verdict {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	got := m.run(t, "", func(cmd *exec.Cmd) { cmd.Args[1], cmd.Stdin = "list", r })
	if got.status != 0 {
		return verdict{failure: got.stdout}
	}
	return read(m.run(t, indexServer, nil))
}

// askMany asks from 20 processes at once, and is satisfied if they agree.
func askMany(t *testing.T, m machine) verdict {
	verdicts := make([]verdict, 20)
	var wg sync.WaitGroup
	for i := range verdicts {
		wg.Go(func() { verdicts[i] = read(m.run(t, indexServer, nil)) })
	}
	wg.Wait()
	for _, v := range verdicts {
		if v.user != verdicts[0].user || (v.failure == "") != (verdicts[0].failure == "") {
			t.Errorf("one has %+v, another one %+v", verdicts[0], v)
		}
	}
	return verdicts[0]
}

// askEach asks for every entry, as GitLab Runner and Testcontainers for Go do, and
// stops at the first that fails.
func askEach(t *testing.T, m machine) (found verdict) {
	for _, server := range []string{"without.example", "index.docker.io", "docker.io", indexServer} {
		v := read(m.run(t, server, nil))
		if v.failure != "" {
			return v
		}
		found = v
	}
	return found
}
