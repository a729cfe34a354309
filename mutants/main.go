// Command mutants makes one small slip after another in the code, and runs the tests
// that have to notice it: a check of security that is gone, a field that is lost, a hint
// for another cause. A slip that no test notices is a place where the tests are blind.
//
// The slips are in mutants.yaml: each with the old text and the new one, with what a user
// would suffer, and with the cheapest tests that ought to fail. One that cannot be
// noticed, since the program does the same, has the reason beside it.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"sync"
	"time"
)

const list = "mutants/mutants.yaml"

func main() {
	chosen := flag.String("run", "", "try only the mutants whose names match this `REGEXP`")
	atOnce := flag.Int("p", 2, "how many to try at a time")
	flag.Parse()
	all, err := Read(list)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	pattern, err := regexp.Compile(*chosen)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	all = slices.DeleteFunc(all, func(m Mutant) bool { return !pattern.MatchString(m.Name) })
	root, err := os.Getwd()
	if err == nil {
		err = limitMemory(6 << 30)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if !run(os.Stdout, root, all, *atOnce) {
		os.Exit(1)
	}
}

// run tries mutants, and reports whether each was noticed, or survived as expected.
func run(out io.Writer, root string, all []Mutant, atOnce int) bool {
	start := time.Now()
	if !baseline(out, root, all, atOnce) {
		return false
	}
	counts := map[Outcome]int{}
	var mu sync.Mutex
	each(all, atOnce, func(m Mutant) {
		r := m.Try(root)
		mu.Lock()
		defer mu.Unlock()
		counts[r.Outcome]++
		fmt.Fprintf(out, "%-8s  %-50s %5.1f s  %s\n", r.Outcome, m.Name, r.Took.Seconds(), r.Detail)
	})
	fmt.Fprintf(out, "%d mutants: %d killed, %d survived, %d survived as expected, %d errors, in %v\n",
		len(all), counts[Killed], counts[Survived], counts[Expected], counts[Fault], time.Since(start).Round(time.Second))
	return len(all) > 0 && counts[Survived] == 0 && counts[Fault] == 0
}

// baseline runs the tests without any slip: one that fails as it is notices nothing.
func baseline(out io.Writer, root string, all []Mutant, atOnce int) bool {
	var distinct []string
	for _, m := range all {
		for _, tests := range m.Tests {
			if !slices.Contains(distinct, tests) {
				distinct = append(distinct, tests)
			}
		}
	}
	var mu sync.Mutex
	good := true
	each(distinct, atOnce, func(tests string) {
		if passed, said := Test(root, "", tests); !passed {
			mu.Lock()
			defer mu.Unlock()
			good = false
			fmt.Fprintf(out, "go test %s fails without a mutant:\n%s", tests, said)
		}
	})
	return good
}

// each calls a function for all, so many at a time.
func each[T any](all []T, atOnce int, do func(T)) {
	var wait sync.WaitGroup
	room := make(chan struct{}, atOnce)
	for _, one := range all {
		room <- struct{}{}
		wait.Go(func() {
			defer func() { <-room }()
			do(one)
		})
	}
	wait.Wait()
}
