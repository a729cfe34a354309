package deadline

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestPause: time that passes in a pause does not count, for the context, for the
// one around it and for those made from it.
func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		outer, cancelOuter := With(context.Background(), start.Add(20*time.Second))
		defer cancelOuter()
		inner, cancelInner := With(outer, start.Add(10*time.Second))
		defer cancelInner()
		made, cancelMade := context.WithCancel(inner)
		defer cancelMade()

		time.Sleep(4 * time.Second)
		resume := Pause(made)
		if _, ok := made.Deadline(); ok {
			t.Error("there is a deadline during the pause")
		}
		time.Sleep(100 * time.Second)
		if err := made.Err(); err != nil {
			t.Fatalf("it ended during the pause: %v", err)
		}
		resume()
		resume()
		if d, _ := made.Deadline(); !d.Equal(start.Add(110 * time.Second)) {
			t.Errorf("the deadline is after %v, want 110s", d.Sub(start))
		}
		<-made.Done()
		if took := time.Since(start); took != 110*time.Second {
			t.Errorf("it ended after %v, want 110s", took)
		}
		if !errors.Is(made.Err(), context.DeadlineExceeded) || !errors.Is(inner.Err(), context.DeadlineExceeded) {
			t.Errorf("it ended with %v and %v, want the deadline", made.Err(), inner.Err())
		}
		<-outer.Done()
		if took := time.Since(start); took != 120*time.Second {
			t.Errorf("the outer one ended after %v, want 120s", took)
		}
	})
}

// TestTwoPauses: the deadline counts again when the last of them has ended.
func TestTwoPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := With(context.Background(), start.Add(time.Second))
		defer cancel()
		one, two := Pause(ctx), Pause(ctx)
		time.Sleep(time.Minute)
		one()
		time.Sleep(time.Minute)
		two()
		<-ctx.Done()
		if took := time.Since(start); took != 2*time.Minute+time.Second {
			t.Errorf("it ended after %v", took)
		}
	})
}

// TestEnds: with the parent, with its own error; and when it is cancelled, in a
// pause too.
func TestEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancelParent := context.WithTimeout(context.Background(), time.Second)
		defer cancelParent()
		ctx, cancel := With(parent, time.Now().Add(time.Minute))
		defer cancel()
		defer Pause(ctx)()
		if d, ok := ctx.Deadline(); !ok || time.Until(d) != time.Second {
			t.Errorf("Deadline() = %v, %v; want the parent's", d, ok)
		}
		<-ctx.Done()
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			t.Errorf("Err() = %v", ctx.Err())
		}

		ctx, cancel = With(context.Background(), time.Now().Add(time.Minute))
		resume := Pause(ctx)
		cancel()
		<-ctx.Done()
		resume()
		if !errors.Is(ctx.Err(), context.Canceled) {
			t.Errorf("Err() = %v", ctx.Err())
		}
	})
}

// TestObserve: the function is called at the beginning and the end of a pause.
func TestObserve(t *testing.T) {
	var heard []bool
	ctx := Observe(context.Background(), func(paused bool) { heard = append(heard, paused) })
	ctx, cancel := With(ctx, time.Now().Add(time.Hour))
	defer cancel()
	resume := Pause(ctx)
	if len(heard) != 1 || !heard[0] {
		t.Errorf("heard %v, want a pause", heard)
	}
	resume()
	if len(heard) != 2 || heard[1] {
		t.Errorf("heard %v, want a pause and its end", heard)
	}
}

// TestNothingToPause: any context will do.
func TestNothingToPause(t *testing.T) { Pause(context.Background())() }
