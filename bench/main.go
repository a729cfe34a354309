// The command bench measures the helper against a floor, the least that any
// program could do for the same answer, and against the other ways to a signed-in
// pull: one run, one table of medians and ratios.
//
// Every contestant talks to servers of the bench's own, on loopback, with TLS and a
// root of their own. They run in turns, so that a busy moment of the machine affects
// all of them, and each answer is checked before the first one is timed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	runs := flag.Int("runs", 60, "how often each fast contestant runs; slow ones run a tenth of it")
	out := flag.String("out", "", "a folder to write benchmarks.md and benchmarks.svg to")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *runs, *out)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, runs int, out string) error {
	tmp, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	s, err := startStage(tmp)
	if err != nil {
		return err
	}
	defer s.close()
	contestants, leftOut := s.contestants()
	if err := measure(ctx, contestants, runs); err != nil {
		return err
	}
	if err := weigh(ctx, contestants, s.peak); err != nil {
		return err
	}
	r, err := newReport(ctx, s, contestants, leftOut, runs)
	if err != nil {
		return err
	}
	fmt.Print(r.text())
	if out == "" {
		return nil
	}
	if err := os.WriteFile(filepath.Join(out, "benchmarks.md"), []byte(r.markdown()), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "benchmarks.svg"), []byte(r.chart()), 0o644)
}
