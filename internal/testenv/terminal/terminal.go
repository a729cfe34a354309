//go:build unix

// Package terminal is a program at a pseudo-terminal, and the person before it.
package terminal

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// Terminal is a program's pseudo-terminal, and what it has shown.
type Terminal struct {
	Pty *os.File
	Cmd *exec.Cmd

	// Plain, if there is one, is how texts are compared.
	Plain func(string) string

	t     testing.TB
	mu    sync.Mutex
	shown bytes.Buffer
	ended chan struct{} // closed when nobody has the terminal any more
}

// patience is how long a person waits for a text, and for the program's end.
const patience = time.Minute

// Start starts a program at a terminal of 40 lines and 120 columns, for as long as the
// test lasts.
func Start(t testing.TB, cmd *exec.Cmd) *Terminal {
	t.Helper()
	p, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 120})
	if err != nil {
		t.Fatal(err)
	}
	return Attach(t, p, cmd)
}

// Attach is for a program that has been started, at a terminal of the caller's.
func Attach(t testing.TB, p *os.File, cmd *exec.Cmd) *Terminal {
	c := &Terminal{Pty: p, Cmd: cmd, Plain: func(text string) string { return text }, t: t, ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		buf := make([]byte, 4096)
		for {
			n, err := p.Read(buf)
			c.mu.Lock()
			c.shown.Write(buf[:n])
			c.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = p.Close() })
	return c
}

// Screen is what has been shown up to now.
func (c *Terminal) Screen() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown.String()
}

// Expect waits until a text is shown.
func (c *Terminal) Expect(text string) {
	c.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if strings.Contains(c.Plain(c.Screen()), c.Plain(text)) {
			return
		}
	}
	c.t.Fatalf("the terminal does not show %q:\n%q", text, c.Screen())
}

// Send types a text.
func (c *Terminal) Send(text string) {
	c.t.Helper()
	if _, err := c.Pty.WriteString(text); err != nil {
		c.t.Fatal(err)
	}
}

// Answer types a line when a question is shown.
func (c *Terminal) Answer(question, line string) {
	c.t.Helper()
	c.Expect(question)
	c.Send(line + "\n")
}

// Wait waits for the program's end, and for all that it has shown. A program that does not
// end is killed.
func (c *Terminal) Wait() error {
	defer time.AfterFunc(patience, func() { _ = c.Cmd.Process.Kill(); _ = c.Pty.Close() }).Stop()
	err := c.Cmd.Wait()
	<-c.ended
	return err
}
