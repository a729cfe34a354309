package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// warmUps is the number of runs that are not counted, which fill the machine's caches.
const warmUps = 3

// measure runs the contestants in turns, in another order in every round: a program
// that runs after a large one finds the processor's caches cold.
func measure(ctx context.Context, contestants []*contestant, runs int) error {
	for _, c := range contestants {
		for range warmUps {
			if _, err := c.run(ctx); err != nil {
				return err
			}
		}
	}
	order := slices.Clone(contestants)
	for i := range runs {
		rand.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
		for _, c := range order {
			if c.slow && i%10 != 0 {
				continue
			}
			took, err := c.run(ctx)
			if err != nil {
				return err
			}
			c.times = append(c.times, took)
		}
	}
	return nil
}

// run runs a contestant once, and checks its answer. The time is from before the
// process starts to after it has ended. Its standard streams are files, since the
// bench would compete for the processor if it had to copy them meanwhile.
func (c *contestant) run(ctx context.Context) (took time.Duration, err error) {
	dir, err := os.MkdirTemp("", "run")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "in"), []byte(c.stdin), 0o600); err != nil {
		return 0, err
	}
	in, errIn := os.Open(filepath.Join(dir, "in"))
	out, errOut := os.Create(filepath.Join(dir, "out"))
	if err := errors.Join(errIn, errOut); err != nil {
		return 0, err
	}
	defer in.Close()
	defer out.Close()
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	cmd.Env = c.env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, out
	start := time.Now()
	err = cmd.Run()
	took = time.Since(start)
	said, errRead := os.ReadFile(out.Name())
	if err := errors.Join(err, errRead); err != nil || !strings.Contains(string(said), c.want) {
		return 0, fmt.Errorf("%s: %v: %s", c.name, err, said)
	}
	return took, nil
}

// weigh finds the peak memory of each contestant, in a few runs of their own.
func weigh(ctx context.Context, contestants []*contestant, peak string) error {
	for _, c := range contestants {
		for range 5 {
			cmd := exec.CommandContext(ctx, peak, c.argv...)
			cmd.Env = c.env
			cmd.Stdin = strings.NewReader(c.stdin)
			out, err := cmd.Output()
			if err != nil {
				return fmt.Errorf("%s: %v", c.name, err)
			}
			n, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
			if err != nil {
				return err
			}
			c.memory = append(c.memory, n)
		}
	}
	return nil
}

func median[T int64 | time.Duration](values []T) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
