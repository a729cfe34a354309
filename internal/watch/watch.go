// Package watch ends the program at an interrupt, at the deadline, or after a panic,
// whatever the program is doing. Calls to AWS have a context and end by themselves,
// with a better error. Reading a config.json on a network drive that does not answer, a
// FIFO, or the kernel's keyring has none, and may never return.
package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"docker-credential-ssm/internal/deadline"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/settings"
)

// started is the time from which the deadline is counted.
var started = time.Now()

const (
	// grace is the time, after an interrupt or the deadline, in which the work can
	// still return its own error, or clean up.
	grace = 500 * time.Millisecond
	// patience is how long writing the last line may take: a write to a full pipe that
	// nobody reads blocks.
	patience = time.Second
)

// Watch knows what the program is doing, and its deadline. The methods of a nil Watch
// do nothing. They may be called from any goroutine.
type Watch struct {
	// Hasty says that the work starts before interrupts are handled, which needs
	// another thread and takes 0.1 ms of a get. An interrupt before that ends the
	// program without a message.
	Hasty bool

	mu      sync.Mutex
	what    string        // WHAT of a message: "get docker.io"
	doing   string        // "reading standard input"
	hint    string        // the hint for the case that it does not end
	within  time.Duration // the deadline, as messages have it; 0 for none
	ends    time.Time
	timer   *time.Timer
	waiting bool
	began   time.Time // where waiting
}

// New returns a watch over a verb or a command, without a deadline.
func New(what string) *Watch {
	w := &Watch{what: what, timer: time.NewTimer(time.Hour)}
	w.timer.Stop()
	return w
}

// Subject sets the name of the run in messages: the verb or the command, with its
// registry once that is known.
func (w *Watch) Subject(what string) {
	if w != nil {
		w.mu.Lock()
		w.what = what
		w.mu.Unlock()
	}
}

// Doing sets what the program is doing, such as "reading standard input", and the
// hint for the case that it does not end.
func (w *Watch) Doing(what, hint string) {
	if w != nil {
		w.mu.Lock()
		w.doing, w.hint = what, hint
		w.mu.Unlock()
	}
}

// Limit sets the deadline, which counts from the start of the program.
func (w *Watch) Limit(d time.Duration) { w.until(started, d) }

// Reading is Doing for reading a file.
func (w *Watch) Reading(path string) {
	w.Doing("reading "+path, "Check that it is a file, on a disk that answers")
}

// Step starts a step of a command with a timeout of its own; 0 for none.
func (w *Watch) Step(d time.Duration) {
	w.until(time.Now(), d)
}

func (w *Watch) until(start time.Time, d time.Duration) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.within, w.ends = d, start.Add(d)
	w.arm()
}

// arm sets the timer. The caller holds mu.
func (w *Watch) arm() {
	if w.within == 0 || w.waiting {
		w.timer.Stop()
	} else {
		w.timer.Reset(time.Until(w.ends) + grace)
	}
}

// pause stops the clock while a person types, and starts it again.
func (w *Watch) pause(typing bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case typing:
		w.began = time.Now()
	case w.waiting:
		w.ends = w.ends.Add(time.Since(w.began))
	}
	w.waiting = typing
	w.arm()
}

// Timeout is the timeout to use before the settings are read: that of the environment,
// where it is valid, or else the default.
func Timeout(environ []string) time.Duration {
	for _, o := range settings.Known() {
		if o.Name != "timeout" {
			continue
		}
		for _, entry := range environ {
			if value, ok := strings.CutPrefix(entry, settings.EnvPrefix+o.Env+"="); ok {
				if d, err := time.ParseDuration(value); err == nil && d > 0 {
					return d
				}
			}
		}
		if d, err := time.ParseDuration(o.Default); err == nil {
			return d
		}
	}
	return 20 * time.Second
}

// Run does the work and returns its result, or false where it ended the work; then it
// has called say with the reason. The context ends at an interrupt.
func (w *Watch) Run(work func(context.Context) bool, say func(error)) bool {
	// The context is not cancelled when the work is done: the process ends then.
	ctx, cancel := context.WithCancel(deadline.Observe(context.Background(), w.pause))
	defer cancel()
	interrupts := make(chan os.Signal, 1)
	ready := make(chan struct{})
	go func() {
		// Without the last two, the Go runtime would print the stack of every
		// goroutine, with the contents of registers.
		signal.Notify(interrupts, os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT, syscall.SIGABRT)
		// With a channel for SIGPIPE, a write to a stream that nobody reads returns an
		// error and does not end the process.
		signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
		close(ready)
	}()
	if !w.Hasty {
		<-ready
	}
	done := make(chan bool, 1)
	go func() { done <- w.recovering(ctx, work, say) }()

	interrupted := false
	select {
	case ok := <-done:
		return ok
	case <-interrupts:
		interrupted = true
		cancel()
		select {
		case ok := <-done:
			return ok
		case <-time.After(grace):
		}
	case <-w.timer.C: // the deadline plus grace
	}
	said := make(chan struct{})
	go func() {
		defer close(said)
		say(w.ended(interrupted))
	}()
	select {
	case <-said:
	case <-time.After(patience):
	}
	// A result that was being written is written by now, or cannot be.
	select {
	case ok := <-done:
		return ok
	case <-time.After(grace / 5):
		return false
	}
}

// ended is the error for work that was ended.
func (w *Watch) ended(interrupted bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	why, while, hint := "interrupted", "", "Run it again"
	if w.doing != "" {
		while = " while " + w.doing
	}
	if !interrupted {
		why = fmt.Sprintf("did not finish within %v", w.within)
		hint = w.hint
		if hint == "" {
			hint = "Set " + settings.EnvPrefix + "TIMEOUT to a longer time"
		}
	}
	return &message.Error{What: w.what, Err: message.Advise(errors.New(why+while), hint)}
}

// recovering does the work and turns a panic into an error that shows the place in the
// program. It shows neither the panic's value nor a stack trace, which may contain a
// secret.
func (w *Watch) recovering(ctx context.Context, work func(context.Context) bool, say func(error)) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
			w.mu.Lock()
			what := w.what
			w.mu.Unlock()
			say(&message.Error{What: what, Err: Panicked()})
		}
	}()
	return work(ctx)
}

// Panicked is the error of a panic that the calling deferred function has recovered.
func Panicked() error {
	return message.Advise(fmt.Errorf("the program has a fault of its own, at %s", place()), "Report it, with the output of docker-credential-ssm version")
}

// place is the innermost function of this program on the stack of a panic.
func place() string {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	panicked := false
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			panicked = true
		case panicked && strings.HasPrefix(f.Function, "docker-credential-ssm/"), panicked && strings.HasPrefix(f.Function, "main."):
			return fmt.Sprintf("%s, line %d", f.Function, f.Line)
		}
		if !more {
			return "a place unknown"
		}
	}
}
