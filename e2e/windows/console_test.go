//go:build linux && wine

package windows

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

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
	c := &console{t: t, cmd: p.command("wine", args...)}
	c.cmd.Env = append(c.cmd.Env, environ...)
	c.cmd.Env = append(c.cmd.Env, "TERM=xterm")
	var err error
	var tty *os.File
	if c.pty, tty, err = pty.Open(); err != nil {
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
	err = errors.Join(unix.IoctlSetTermios(int(tty.Fd()), unix.TCSETS, mode), pty.Setsize(c.pty, &pty.Winsize{Rows: 40, Cols: 150}))
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = tty, tty, tty
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err = errors.Join(err, c.cmd.Start()); err != nil {
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
	const parameter = "/CodeBuild/docker-credentials/ghcr.io"

	c := p.console(t, awsAt(server), program, "login", "--offline", "ghcr.io")
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
		c = p.console(t, awsAt(server), program, "login", "--offline", "quay.io")
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

// TestGetAtConsole: a person is asked for what Docker would write, and Ctrl-C ends the
// wait, for the person and for an answer of AWS.
func TestGetAtConsole(t *testing.T) {
	p := needWine(t)
	server := ssmtest.NewServer()
	defer server.Close()
	server.Fail(ssmtest.Fault{Delay: time.Hour})
	env := append(awsAt(server), "DOCKER_CREDENTIAL_SSM_TIMEOUT=10m")

	c := p.console(t, env, program, "get")
	c.expect("type a server URL such as docker.io, then Enter, Ctrl-Z and Enter")
	c.send("\x03")
	c.expect("docker-credential-ssm: get failed: interrupted while reading standard input. Run it again")
	if err := c.cmd.Wait(); err == nil {
		t.Error("an interrupt is a success")
	}

	at := strings.LastIndex(program, `\`)
	c = p.console(t, append(env, "WINEPATH="+program[:at]), "cmd.exe", "/c", "echo docker.io|"+program[at+1:]+" get")
	for range 6000 {
		if len(server.Calls()) > 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	c.send("\x03")
	c.expect("docker-credential-ssm: get docker.io failed: interrupted")
	_ = c.cmd.Wait() // cmd.exe's status
}

// TestColors: doctor has colours at a console, which it makes understand them, and
// leaves as it was; none with NO_COLOR.
func TestColors(t *testing.T) {
	p := needWine(t)
	show := func(environ ...string) (screen string, modes [3]int) {
		c := p.console(t, append(environ, "AWS_EC2_METADATA_DISABLED=true", "AWS_REGION=eu-central-1"), p.windows(filepath.Join(p.dir, "agent.exe")), "modes", program, "doctor", "--offline")
		c.expect("end of modes")
		_ = c.cmd.Wait()
		said := regexp.MustCompile(`modes:([0-9]+),([0-9]+),([0-9]+)endofmodes`).FindStringSubmatch(words(c.screen()))
		if said == nil {
			t.Fatalf("no modes in %q", c.screen())
		}
		for i := range modes {
			modes[i], _ = strconv.Atoi(said[i+1])
		}
		return c.screen(), modes
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
