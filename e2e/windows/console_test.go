//go:build wine

package windows

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"docker-credential-ssm/ssm/ssmtest"
)

// console is a program at a console of Windows', which Wine draws on a pseudo-terminal.
type console struct {
	t     *testing.T
	pty   *os.File
	cmd   *exec.Cmd
	mu    sync.Mutex
	shown bytes.Buffer
}

func (p *prefix) console(t *testing.T, environ []string, args ...string) *console {
	t.Helper()
	c := &console{t: t, cmd: p.command("wine", append([]string{program}, args...)...)}
	c.cmd.Env = append(c.cmd.Env, environ...)
	c.cmd.Env = append(c.cmd.Env, "TERM=xterm")
	var err error
	if c.pty, err = pty.StartWithSize(c.cmd, &pty.Winsize{Rows: 40, Cols: 150}); err != nil {
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

// movement is how Wine draws: by moving the cursor where there are blanks.
var movement = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

func (c *console) screen() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown.String()
}

// words is what the console shows, without blanks.
func words(text string) string {
	return strings.Join(strings.Fields(movement.ReplaceAllString(text, "")), "")
}

// expect waits until the console shows a text.
func (c *console) expect(text string) {
	c.t.Helper()
	for range 6000 {
		if strings.Contains(words(c.screen()), words(text)) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	c.t.Fatalf("the console does not show %q:\n%q", text, c.screen())
}

func (c *console) send(text string) {
	c.t.Helper()
	if _, err := c.pty.WriteString(text); err != nil {
		c.t.Fatal(err)
	}
}

// TestLoginAtConsole: login asks at a console, never shows the token, asks before it
// writes, and Ctrl-C ends it.
func TestLoginAtConsole(t *testing.T) {
	p := needWine(t)
	server := ssmtest.NewServer()
	defer server.Close()
	environ := []string{"AWS_ENDPOINT_URL=" + server.URL, "AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=secret", "AWS_REGION=eu-central-1"}
	const parameter = "/CodeBuild/docker-credentials/ghcr.io"

	c := p.console(t, environ, "login", "--offline", "ghcr.io")
	c.expect("User name:")
	c.send("Jörg\r")
	c.expect("Token (not shown):")
	c.send("t0ken\r")
	c.expect("Write the credential to " + parameter + ", in eu-central-1 of account 111122223333")
	if p, ok := server.Parameter(parameter); ok {
		t.Errorf("it is written before that is confirmed: %s", p.Value)
	}
	c.send("y\r")
	c.expect("stored and read back, the credential of Jörg")
	if err := c.cmd.Wait(); err != nil {
		t.Error(err)
	}
	if p, _ := server.Parameter(parameter); p.Value != `{"username":"Jörg","password":"t0ken"}` {
		t.Errorf("%s holds %q", parameter, p.Value)
	}
	if strings.Contains(words(c.screen()), "t0ken") {
		t.Errorf("the console shows the token:\n%q", c.screen())
	}

	for _, question := range []string{"User name:", "Token (not shown):"} {
		c = p.console(t, environ, "login", "--offline", "quay.io")
		c.expect("User name:")
		if question != "User name:" {
			c.send("bob\r")
			c.expect(question)
		}
		c.send("\x03")
		c.expect("login failed: interrupted")
		if err := c.cmd.Wait(); err == nil {
			t.Error("an interrupt is a success")
		}
	}
	if len(server.Calls()) == 0 {
		t.Error("AWS was not asked")
	}
}

// TestColors: doctor has colours at a console that takes them, and none with NO_COLOR;
// the console's mode is as before afterwards.
func TestColors(t *testing.T) {
	p := needWine(t)
	show := func(environ ...string) string {
		c := p.console(t, append(environ, "AWS_EC2_METADATA_DISABLED=true", "AWS_REGION=eu-central-1"), "doctor", "--offline")
		c.expect("is not signed in: see the first")
		_ = c.cmd.Wait()
		return c.screen()
	}
	t.Logf("%q", show())
	t.Logf("%q", show("NO_COLOR=1"))
}
