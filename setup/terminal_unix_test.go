//go:build linux || darwin

package setup

import (
	"bufio"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// seen calls a function with what is written.
type seen func(text string)

func (s seen) Write(p []byte) (int, error) {
	s(string(p))
	return len(p), nil
}

// TestPasted: when the question for the token is on the screen, the terminal shows no more
// what is typed or pasted; after the answer it does again.
func TestPasted(t *testing.T) {
	master, tty, err := pty.Open()
	if err != nil {
		t.Skip(err)
	}
	defer master.Close()
	defer tty.Close()
	shows := func() bool {
		state, err := unix.IoctlGetTermios(int(tty.Fd()), getTermios)
		if err != nil {
			t.Fatal(err)
		}
		return state.Lflag&unix.ECHO != 0
	}
	asked := false
	out := seen(func(text string) {
		if text != "Token: " {
			return
		}
		asked = true
		if shows() {
			t.Error("what is pasted at once is shown")
		}
		if _, err := master.WriteString("t0ken\n"); err != nil {
			t.Error(err)
		}
	})
	got, err := (&terminal{tty, out, bufio.NewReader(tty)}).secret(t.Context(), "Token: ")
	if err != nil || got != "t0ken" || !asked || !shows() {
		t.Errorf("%q, %v, asked: %v, shows what is typed: %v", got, err, asked, shows())
	}
}
