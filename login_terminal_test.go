//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// console is a program at a pseudo-terminal, and what the terminal has shown.
type console struct {
	t     *testing.T
	pty   *os.File
	cmd   *exec.Cmd
	mu    sync.Mutex
	shown bytes.Buffer
}

func startConsole(t *testing.T, env []string, program string, args ...string) *console {
	t.Helper()
	c := &console{t: t, cmd: exec.Command(program, args...)}
	c.cmd.Env = env
	var err error
	if c.pty, err = pty.StartWithSize(c.cmd, &pty.Winsize{Rows: 40, Cols: 120}); err != nil {
		t.Fatal(err)
	}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := c.pty.Read(buf)
			c.mu.Lock()
			c.shown.Write(buf[:n])
			c.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { _ = c.cmd.Process.Kill(); _ = c.pty.Close() })
	return c
}

func (c *console) screen() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown.String()
}

// expect waits until the terminal shows a text.
func (c *console) expect(text string) {
	c.t.Helper()
	for range 2000 {
		if strings.Contains(c.screen(), text) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	c.t.Fatalf("the terminal does not show %q:\n%s", text, c.screen())
}

func (c *console) send(text string) {
	c.t.Helper()
	if _, err := c.pty.WriteString(text); err != nil {
		c.t.Fatal(err)
	}
}

// TestLoginAtTerminal: login asks at a terminal, never shows the token, asks before
// it writes, and leaves the terminal as it was after an interrupt.
func TestLoginAtTerminal(t *testing.T) {
	program := testenv.Build(t)
	home := testenv.Isolate(t)
	server := ssmtest.NewServer()
	defer server.Close()
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-central-1", "DOCKER_CONFIG": home} {
		t.Setenv(name, value)
	}
	const parameter = "/CodeBuild/docker-credentials/ghcr.io"
	holds := func(want string) {
		t.Helper()
		if p, _ := server.Parameter(parameter); p.Value != want {
			t.Errorf("%s holds %q, want %q", parameter, p.Value, want)
		}
	}

	c := startConsole(t, os.Environ(), program, "login", "--offline", "ghcr.io")
	c.expect("An access token that may only read is enough.")
	c.expect("User name: ")
	c.send("alice\n")
	c.expect("Token (not shown): ")
	c.send("t0ken\n")
	c.expect("Write the credential to " + parameter + ", in eu-central-1 of account 111122223333")
	holds("")
	c.send("y\n")
	c.expect("stored and read back, the credential of alice")
	if err := c.cmd.Wait(); err != nil {
		t.Error(err)
	}
	holds(`{"username":"alice","password":"t0ken"}`)
	if strings.Contains(c.screen(), "t0ken") {
		t.Errorf("the terminal shows the token:\n%s", c.screen())
	}

	// Without the answer yes nothing is changed.
	c = startConsole(t, os.Environ(), program, "login", "--offline", "--username", "bob", "ghcr.io")
	c.expect("Token (not shown): ")
	c.send("other\n")
	c.expect("Replace the credential of alice, written ")
	c.send("n\n")
	c.expect("nothing was written, since that was not confirmed")
	if err := c.cmd.Wait(); err == nil || strings.Contains(c.screen(), "User name: ") {
		t.Errorf("%v, after\n%s", err, c.screen())
	}
	holds(`{"username":"alice","password":"t0ken"}`)

	// An interrupt at each question.
	for _, question := range []string{"User name: ", "Token (not shown): "} {
		c = startConsole(t, os.Environ(), program, "login", "--offline", "ghcr.io")
		c.expect("User name: ")
		before, err := term.GetState(int(c.pty.Fd()))
		if err != nil {
			t.Fatal(err)
		}
		if question != "User name: " {
			c.send("bob\n")
			c.expect(question)
		}
		c.send("\x03")
		c.expect("interrupted")
		if err := c.cmd.Wait(); err == nil {
			t.Error("an interrupt is a success")
		}
		after, err := term.GetState(int(c.pty.Fd()))
		if err == nil && *after != *before {
			t.Errorf("an interrupt at %q leaves the terminal in another state", question)
		}
		holds(`{"username":"alice","password":"t0ken"}`)
	}
}
