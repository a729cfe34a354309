package watch

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"docker-credential-ssm/internal/deadline"
	"docker-credential-ssm/internal/message"
)

// run runs work that ends by itself or not, and returns the line that is said.
func run(t *testing.T, w *Watch, work func(context.Context) bool) (ok bool, line string) {
	t.Helper()
	lines := make(chan string, 2)
	ok = w.Run(work, func(err error) { lines <- message.Line(err) })
	close(lines)
	return ok, <-lines
}

func TestDone(t *testing.T) {
	for _, want := range []bool{true, false} {
		if ok, line := run(t, New("get"), func(context.Context) bool { return want }); ok != want || line != "" {
			t.Errorf("%v, %q", ok, line)
		}
	}
}

// TestDeadline: what has no context ends, with what it was about.
func TestDeadline(t *testing.T) {
	w := New("get")
	ok, line := run(t, w, func(context.Context) bool {
		w.Subject("get docker.io")
		w.Reading("config.json")
		w.Step(time.Millisecond)
		select {}
	})
	if ok || line != "docker-credential-ssm: get docker.io failed: did not finish within 1ms while reading config.json. Check that it is a file, on a disk that answers" {
		t.Errorf("%v, %q", ok, line)
	}
}

// TestOwnExplanation: what explains itself soon after the deadline is heard.
func TestOwnExplanation(t *testing.T) {
	w := New("get")
	w.Limit(time.Since(started))
	if ok, line := run(t, w, func(context.Context) bool { return true }); !ok || line != "" {
		t.Errorf("%v, %q", ok, line)
	}
}

// TestPause: the clock stands while a person types.
func TestPause(t *testing.T) {
	w := New("get")
	ok, line := run(t, w, func(ctx context.Context) bool {
		resume := deadline.Pause(ctx)
		w.Step(time.Millisecond - grace) // is over at once, but for the pause
		time.Sleep(20 * time.Millisecond)
		w.Step(time.Hour)
		resume()
		return true
	})
	if !ok || line != "" {
		t.Errorf("%v, %q", ok, line)
	}
}

// TestDeaf: a last line that nobody takes does not keep the program.
func TestDeaf(t *testing.T) {
	w := New("get")
	w.Step(time.Millisecond)
	ended := make(chan bool, 1)
	go func() {
		ended <- w.Run(func(context.Context) bool { select {} }, func(error) { select {} })
	}()
	select {
	case ok := <-ended:
		if ok {
			t.Error("it is a success")
		}
	case <-time.After(time.Minute):
		t.Error("it goes on")
	}
}

// TestPanic: neither the value of a panic, nor a stack.
func TestPanic(t *testing.T) {
	for name, work := range map[string]func(){
		"a value":      func() { panic("s3cret") },
		"out of range": func() { _ = []string{"s3cret"}[len(os.Args)+1] },
		"nil":          func() { var p *Watch; p.what = "s3cret" },
	} {
		ok, line := run(t, New("get docker.io"), func(context.Context) bool { work(); return true })
		if ok || !strings.HasPrefix(line, "docker-credential-ssm: get docker.io failed: the program has a fault of its own, at docker-credential-ssm/internal/watch.TestPanic.") ||
			strings.Contains(line, "s3cret") || strings.Contains(line, "goroutine") || !strings.HasSuffix(line, ". Report it, with the output of docker-credential-ssm version") {
			t.Errorf("%s: %v, %q", name, ok, line)
		}
	}
}

func TestTimeout(t *testing.T) {
	standard := Timeout(nil)
	if standard <= 0 {
		t.Fatalf("the default is %v", standard)
	}
	for _, tt := range []struct {
		environ string
		want    time.Duration
	}{
		{"DOCKER_CREDENTIAL_SSM_TIMEOUT=7s", 7 * time.Second},
		{"DOCKER_CREDENTIAL_SSM_TIMEOUT=soon", standard},
		{"DOCKER_CREDENTIAL_SSM_TIMEOUT=-1s", standard},
		{"DOCKER_CREDENTIAL_SSM_TIMEOUT=", standard},
	} {
		if got := Timeout([]string{"A=1", tt.environ}); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.environ, got, tt.want)
		}
	}
	var none *Watch
	none.Subject("x")
	none.Doing("x", "y")
	none.Limit(1)
}
