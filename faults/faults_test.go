//go:build linux

package faults

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

var (
	all    = flag.Bool("all", false, "run every case, and not only the quick ones")
	update = flag.Bool("update", false, "write the lines of testdata, of these cases, and the figures of docs/reliability.md, anew")
	built  = flag.String("program", "", "the program to run; without it, it is built")
	which  = flag.String("case", "", "run the cases whose name, TARGET/KIND/VERB, this regular expression matches")
)

func TestMain(m *testing.M) {
	Runner()
	os.Exit(m.Run())
}

// TestFaults runs the program in each case, and looks at how it ends.
func TestFaults(t *testing.T) {
	cases := Quick()
	if *all || *which != "" {
		cases = Cases()
	}
	testenv.Isolate(t)
	program := *built
	if program == "" {
		program = testenv.Build(t)
	}
	if err := Isolates(t.TempDir()); err != nil {
		if testenv.Required("namespaces") {
			t.Fatal(err)
		}
		t.Logf("left out are the cases in a network of their own: %v", err)
		cases = slices.DeleteFunc(slices.Clone(cases), func(c Case) bool { return c.Kind.Namespace })
	}
	lines, err := ReadLines()
	if err != nil {
		t.Fatal(err)
	}
	one := regexp.MustCompile(*which)
	cases = slices.DeleteFunc(slices.Clone(cases), func(c Case) bool { return !one.MatchString(c.Name()) })
	results := runAll(t, program, cases)
	kinds, places, leaks, peak := map[string]bool{}, 0, 0, int64(0)
	for i, c := range cases {
		kinds[c.Kind.Name] = true
		res := results[i]
		places, leaks, peak = places+res.Places, leaks+res.Leaks, max(peak, res.Peak)
		t.Run(c.Name(), func(t *testing.T) {
			for _, w := range res.Wrong {
				t.Error(w)
			}
			if t.Failed() {
				t.Log(res.Line)
			}
			if res.Line == "" || *which != "" {
				t.Log(res.Line)
				return
			}
			key := c.Key()
			if want := lines[c.Target.Name][key]; !*update && want != "" && want != res.Line {
				t.Errorf("it says\n%s\nwant\n%s", res.Line, want)
			}
			if *update {
				if lines[c.Target.Name] == nil {
					lines[c.Target.Name] = map[string]string{}
				}
				lines[c.Target.Name][key] = res.Line
			}
		})
	}
	t.Logf("%d kinds of fault in %d runs; %d places searched for %d secrets, %d found; at most %.1f MB of memory", len(kinds), len(cases), places, len(secrets), leaks, float64(peak)/1e6)
	if *update {
		if err := lines.Write(); err != nil {
			t.Fatal(err)
		}
	}
}

// runAll runs cases, many at a time: most of them wait. On a machine that is busy a run
// may meet its deadline before the fault, so that those get another look, a few at a
// time and with more patience.
func runAll(t *testing.T, program string, cases []Case) []Result {
	results := make([]Result, len(cases))
	every := make([]int, len(cases))
	for i := range every {
		every[i] = i
	}
	dir := t.TempDir()
	some(12, every, func(i int) { results[i] = runIn(filepath.Join(dir, fmt.Sprint(i)), program, cases[i]) })
	var late []int
	for i, res := range results {
		if strings.Contains(res.Line, "within TIMEOUT") && (!cases[i].Kind.Hangs || strings.Contains(res.Line, "did not finish")) {
			late = append(late, i)
		}
	}
	some(4, late, func(i int) {
		c := cases[i]
		c.Patient = true
		results[i] = runIn(filepath.Join(dir, fmt.Sprint("again", i)), program, c)
	})
	return results
}

func runIn(home, program string, c Case) Result {
	must(os.Mkdir(home, 0o700))
	defer os.RemoveAll(home)
	return Run(c, program, home)
}

// some does something with numbers, so many at a time.
func some(workers int, numbers []int, do func(int)) {
	next := make(chan int)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for _, i := range numbers {
		next <- i
	}
	close(next)
	wait.Wait()
}
