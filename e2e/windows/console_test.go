//go:build linux && wine

package windows

import (
	"errors"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"docker-credential-ssm/internal/testenv/terminal"
	"docker-credential-ssm/ssm/ssmtest"
)

// agentPath is the agent's, as Windows has it.
func (p *prefix) agentPath() string { return p.windows(filepath.Join(p.dir, "agent.exe")) }

// console starts a program at a console of Windows', which Wine draws on a pseudo-terminal.
func (p *prefix) console(t *testing.T, environ []string, args ...string) *terminal.Terminal {
	t.Helper()
	cmd := p.command("wine", args...)
	cmd.Env = append(append(cmd.Env, environ...), "TERM=xterm")
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	// What is typed has to reach Wine as it is, also before Wine reads it, but for
	// Ctrl-C, which Wine makes of the signal.
	mode, err := unix.IoctlGetTermios(int(tty.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	mode.Iflag &^= unix.ICRNL
	mode.Lflag &^= unix.ICANON | unix.ECHO
	err = errors.Join(unix.IoctlSetTermios(int(tty.Fd()), unix.TCSETS, mode), pty.Setsize(master, &pty.Winsize{Rows: 40, Cols: 150}))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err = errors.Join(err, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	c := terminal.Attach(t, master, cmd)
	c.Plain = words
	return c
}

// movement is how Wine draws: by moving the cursor where there are blanks.
var movement = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

// words is what the console shows, without blanks.
func words(text string) string {
	return strings.Join(strings.Fields(movement.ReplaceAllString(text, "")), "")
}

// TestLoginAtConsole: login asks at a console, never shows the token, asks before it
// writes, and Ctrl-C ends it.
func TestLoginAtConsole(t *testing.T) {
	p := needWine(t)
	server := ssmtest.NewServer()
	defer server.Close()
	const parameter = "/CodeBuild/docker-credentials/ghcr.io"

	c := p.console(t, awsAt(server), program, "login", "--offline", "ghcr.io")
	c.Expect("User name:")
	c.Send("Jörg\r")
	c.Expect("Token (not shown):")
	c.Send("t0ken\r")
	c.Expect("Write the credential to " + parameter + ", in eu-central-1 of account 111122223333")
	if p, ok := server.Parameter(parameter); ok {
		t.Errorf("it is written before that is confirmed: %s", p.Value)
	}
	c.Send("y\r")
	c.Expect("stored and read back, the credential of Jörg")
	if err := c.Cmd.Wait(); err != nil {
		t.Error(err)
	}
	if p, _ := server.Parameter(parameter); p.Value != `{"username":"Jörg","password":"t0ken"}` {
		t.Errorf("%s holds %q", parameter, p.Value)
	}
	if strings.Contains(words(c.Screen()), "t0ken") {
		t.Errorf("the console shows the token:\n%q", c.Screen())
	}

	for _, question := range []string{"User name:", "Token (not shown):"} {
		c = p.console(t, awsAt(server), program, "login", "--offline", "quay.io")
		c.Expect("User name:")
		if question != "User name:" {
			c.Send("bob\r")
			c.Expect(question)
		}
		c.Send("\x03")
		c.Expect("login failed: interrupted")
		if err := c.Cmd.Wait(); err == nil {
			t.Error("an interrupt is a success")
		}
	}
	if len(server.Calls()) == 0 {
		t.Error("AWS was not asked")
	}
}

// TestGetAtConsole: a person is asked for what Docker would write, and Ctrl-C ends the
// wait, for the person and for an answer of AWS.
func TestGetAtConsole(t *testing.T) {
	p := needWine(t)
	server := ssmtest.NewServer()
	defer server.Close()
	server.Fail(ssmtest.Fault{Delay: time.Hour})
	env := append(awsAt(server), "DOCKER_CREDENTIAL_SSM_TIMEOUT=10m")

	c := p.console(t, env, program, "get")
	c.Expect("type a server URL such as docker.io, then Enter, Ctrl-Z and Enter")
	c.Send("\x03")
	c.Expect("docker-credential-ssm: get failed: interrupted while reading standard input. Run it again")
	if err := c.Cmd.Wait(); err == nil {
		t.Error("an interrupt is a success")
	}

	c = p.console(t, env, p.agentPath(), "piped", "docker.io", program, "get")
	for range 6000 {
		if len(server.Calls()) > 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	c.Send("\x03")
	c.Expect("docker-credential-ssm: get docker.io failed: interrupted")
	if err := c.Cmd.Wait(); err == nil {
		t.Error("an interrupt is a success")
	}
}

// TestColors: doctor has colours at a console, which it makes understand them, and
// leaves as it was; none with NO_COLOR.
func TestColors(t *testing.T) {
	p := needWine(t)
	show := func(environ ...string) (screen string, modes [3]int) {
		c := p.console(t, append(environ, "AWS_EC2_METADATA_DISABLED=true", "AWS_REGION=eu-central-1"), p.agentPath(), "modes", program, "doctor", "--offline")
		c.Expect("end of modes")
		_ = c.Cmd.Wait()
		said := regexp.MustCompile(`modes:([0-9]+),([0-9]+),([0-9]+)endofmodes`).FindStringSubmatch(words(c.Screen()))
		if said == nil {
			t.Fatalf("no modes in %q", c.Screen())
		}
		for i := range modes {
			modes[i], _ = strconv.Atoi(said[i+1])
		}
		return c.Screen(), modes
	}
	const sequences = 4 // ENABLE_VIRTUAL_TERMINAL_PROCESSING
	screen, modes := show()
	if !strings.Contains(screen, "\x1b[31m✗") {
		t.Errorf("no colours in %q", screen)
	}
	if modes[0]&sequences != 0 || modes[1]&sequences == 0 || modes[2] != modes[0] {
		t.Errorf("the console's mode was %d, %d meanwhile, and %d afterwards", modes[0], modes[1], modes[2])
	}
	if screen, _ := show("NO_COLOR=1"); strings.Contains(screen, "\x1b[31m") || !strings.Contains(screen, "✗") {
		t.Errorf("colours, or no marks, in %q", screen)
	}
}

// awsAt are the variables for a test server in place of AWS.
func awsAt(server *ssmtest.Server) []string {
	return []string{"AWS_ENDPOINT_URL=" + server.URL, "AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=secret", "AWS_REGION=eu-central-1"}
}
