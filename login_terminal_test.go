//go:build unix

package main

import (
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/term"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/internal/testenv/terminal"
	"docker-credential-ssm/ssm/ssmtest"
)

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

	c := terminal.Start(t, exec.Command(program, "login", "--offline", "ghcr.io"))
	c.Expect("An access token that may only read is enough.")
	c.Answer("User name: ", "alice")
	c.Answer("Token (not shown): ", "t0ken")
	c.Expect("Write the credential to " + parameter + ", in eu-central-1 of account 111122223333")
	holds("")
	c.Send("y\n")
	c.Expect("stored and read back, the credential of alice")
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	holds(`{"username":"alice","password":"t0ken"}`)
	if strings.Contains(c.Screen(), "t0ken") {
		t.Errorf("the terminal shows the token:\n%s", c.Screen())
	}

	// Without the answer yes nothing is changed.
	c = terminal.Start(t, exec.Command(program, "login", "--offline", "--username", "bob", "ghcr.io"))
	c.Answer("Token (not shown): ", "other")
	c.Expect("Replace the credential of alice, written ")
	c.Send("n\n")
	c.Expect("nothing was written, since that was not confirmed")
	if err := c.Wait(); err == nil || strings.Contains(c.Screen(), "User name: ") {
		t.Errorf("%v, after\n%s", err, c.Screen())
	}
	holds(`{"username":"alice","password":"t0ken"}`)

	// An interrupt at each question.
	for _, question := range []string{"User name: ", "Token (not shown): "} {
		c = terminal.Start(t, exec.Command(program, "login", "--offline", "ghcr.io"))
		c.Expect("User name: ")
		before, err := term.GetState(int(c.Pty.Fd()))
		if err != nil {
			t.Fatal(err)
		}
		if question != "User name: " {
			c.Send("bob\n")
			c.Expect(question)
		}
		c.Send("\x03")
		c.Expect("interrupted")
		if err := c.Wait(); err == nil {
			t.Error("an interrupt is a success")
		}
		after, err := term.GetState(int(c.Pty.Fd()))
		if err == nil && *after != *before {
			t.Errorf("an interrupt at %q leaves the terminal in another state", question)
		}
		holds(`{"username":"alice","password":"t0ken"}`)
	}
}
