// Package deadline has contexts whose deadline can be paused while a person types. The
// deadline of a context of the standard library cannot change; a program that asks for
// an MFA code cannot know how long that will take.
//
// [Pause] pauses all deadlines of a context and of its parents. Code with a timer of
// its own is called through [Observe].
package deadline

import (
	"context"
	"sync"
	"time"
)

// key finds the innermost pauser of a context.
type key struct{}

// pauser is called when a pause begins and when it ends.
type pauser interface {
	pause()
	resume()
	outer() context.Context
}

// With is [context.WithDeadline], for a deadline that can be paused. A context
// that is made from it with a deadline of the standard library keeps that one.
func With(parent context.Context, ends time.Time) (context.Context, context.CancelFunc) {
	c := &clock{Context: parent, done: make(chan struct{}), ends: ends}
	c.mu.Lock() // a deadline that is over already expires at once
	c.timer = time.AfterFunc(time.Until(ends), c.expire)
	c.mu.Unlock()
	stop := context.AfterFunc(parent, func() { c.end(parent.Err()) })
	return c, func() {
		stop()
		c.end(context.Canceled)
	}
}

// clock is a context with a deadline that can be paused.
type clock struct {
	context.Context // the parent
	done            chan struct{}

	mu     sync.Mutex
	err    error
	ends   time.Time
	timer  *time.Timer
	paused int       // how many pause it
	since  time.Time // where paused is not 0
}

func (c *clock) Done() <-chan struct{} { return c.done }

func (c *clock) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Deadline is the earlier of the context's own deadline and its parent's. During a
// pause the context has none of its own.
func (c *clock) Deadline() (time.Time, bool) {
	outer, ok := c.Context.Deadline()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paused > 0 || ok && outer.Before(c.ends) {
		return outer, ok
	}
	return c.ends, true
}

func (c *clock) Value(k any) any {
	if k == (key{}) {
		return c
	}
	return c.Context.Value(k)
}

func (c *clock) outer() context.Context { return c.Context }

// expire ends the context at its deadline. A timer that fires while a pause begins
// is too late.
func (c *clock) expire() {
	c.mu.Lock()
	left := time.Until(c.ends)
	running := c.paused == 0
	if running && left > 0 {
		c.timer.Reset(left)
	}
	c.mu.Unlock()
	if running && left <= 0 {
		c.end(context.DeadlineExceeded)
	}
}

func (c *clock) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
		c.timer.Stop()
		close(c.done)
	}
}

func (c *clock) pause() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paused++; c.paused == 1 {
		c.since = time.Now()
		c.timer.Stop()
	}
}

func (c *clock) resume() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.paused--; c.paused == 0 && c.err == nil {
		c.ends = c.ends.Add(time.Since(c.since))
		c.timer.Reset(time.Until(c.ends))
	}
}

// Observe has a function called with true when a pause begins and with false when
// it ends, for pauses of the context that it returns and of those made from that.
func Observe(parent context.Context, changed func(paused bool)) context.Context {
	return &observer{parent, changed}
}

type observer struct {
	context.Context
	changed func(bool)
}

func (o *observer) Value(k any) any {
	if k == (key{}) {
		return o
	}
	return o.Context.Value(k)
}

func (o *observer) pause()                 { o.changed(true) }
func (o *observer) resume()                { o.changed(false) }
func (o *observer) outer() context.Context { return o.Context }

// Pause stops the clocks of a context until resume is called, which may be called
// twice.
func Pause(ctx context.Context) (resume func()) {
	var stopped []pauser
	for {
		p, ok := ctx.Value(key{}).(pauser)
		if !ok {
			break
		}
		p.pause()
		stopped = append(stopped, p)
		ctx = p.outer()
	}
	return sync.OnceFunc(func() {
		for _, p := range stopped {
			p.resume()
		}
	})
}
