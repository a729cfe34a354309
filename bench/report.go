package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// report is what one run found.
type report struct {
	contestants []*contestant
	leftOut     []string
	runs        int
	calls       int   // of Parameter Store, by the gets from the cache
	size        int64 // of the release's program, stripped, in bytes
	floorSize   int64
	initClock   time.Duration // of package initialisation
	initBytes   int

	pinnedInit, newestInit time.Duration // of the SDK alone; 0 where the newest could not be had
}

func newReport(ctx context.Context, s *stage, contestants []*contestant, leftOut []string, runs int) (*report, error) {
	r := &report{contestants: contestants, leftOut: leftOut, runs: runs}
	for file, size := range map[string]*int64{s.release: &r.size, s.floor: &r.floorSize} {
		info, err := os.Stat(file)
		if err != nil {
			return nil, err
		}
		*size = info.Size()
	}
	var err error
	if r.initClock, r.initBytes, err = initialisation(s.environment(), s.release, "version"); err != nil {
		return nil, err
	}
	if s.newestSDK != "" {
		if r.pinnedInit, _, err = initialisation(s.environment(), s.pinnedSDK); err != nil {
			return nil, err
		}
		if r.newestInit, _, err = initialisation(s.environment(), s.newestSDK); err != nil {
			return nil, err
		}
	}
	// The cached gets may have asked nothing: run one more, and count.
	s.store.ResetCalls()
	if c := r.find("cached"); c != nil {
		if _, err := c.run(ctx); err != nil {
			return nil, err
		}
	}
	r.calls = len(s.store.Calls())
	return r, nil
}

func (r *report) find(id string) *contestant {
	for _, c := range r.contestants {
		if c.id == id {
			return c
		}
	}
	return nil
}

// ratio is one contestant's median over another's; 0 where one is missing.
func (r *report) ratio(a, b string) float64 {
	x, y := r.find(a), r.find(b)
	if x == nil || y == nil || median(y.times) == 0 {
		return 0
	}
	return float64(median(x.times)) / float64(median(y.times))
}

// target is a limit, and the value that was measured.
type target struct {
	what  string
	found string
	met   bool
}

func (r *report) targets() []target {
	var all []target
	compare := func(what, a, b string, limit float64, atMost bool) {
		if got := r.ratio(a, b); got > 0 {
			all = append(all, target{what, fmt.Sprintf("%.2f", got), atMost == (got <= limit)})
		}
	}
	compare("get over the floor: at most 1.20", "get", "floor", 1.20, true)
	compare("get of a secret over get: at most 1.10", "secret", "get", 1.10, true)
	compare("the system's trust store over get: at least 2", "system", "get", 2, false)
	compare("aws ssm get-parameters over get: at least 20", "aws", "get", 20, false)
	if r.calls == 0 {
		compare("get from the cache over version: at most 1.6", "cached", "version", 1.6, true)
	}
	all = append(all, target{"the program, stripped: under 11.5 MB", megabytes(r.size), r.size < 11_500_000})
	if memory := median(r.find("get").memory); memory > 0 {
		all = append(all, target{"peak memory of get: under 25 MB", megabytes(memory), memory < 25_000_000})
	}
	if r.newestInit > 0 {
		got := float64(r.pinnedInit) / float64(r.newestInit)
		all = append(all, target{"initialising the SDK, pinned over newest: under 5/9", fmt.Sprintf("%.2f", got), got < 5.0/9})
	}
	return all
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

// text is the table for a terminal.
func (r *report) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-34s %10s %8s %10s\n", "", "median", "÷ get", "memory")
	for _, c := range r.contestants {
		fmt.Fprintf(&b, "%-34s %10s %8.2f %10s\n", c.name, milliseconds(median(c.times)), r.ratio(c.id, "get"), megabytes(median(c.memory)))
	}
	for _, why := range r.leftOut {
		fmt.Fprintf(&b, "left out: %s\n", why)
	}
	fmt.Fprintf(&b, "\n%s and %s of program, package initialisation %s and %d bytes\n\n", megabytes(r.size), megabytes(r.floorSize)+" of floor", milliseconds(r.initClock), r.initBytes)
	for _, t := range r.targets() {
		fmt.Fprintf(&b, "%-50s %8s  %s\n", t.what, t.found, verdict(t.met))
	}
	if r.calls != 0 {
		b.WriteString("the kernel keeps no keys here: there is no cache to measure\n")
	}
	return b.String()
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "not met"
}

// markdown is the page for people.
func (r *report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Benchmarks

`+"`make bench`"+` makes this page and its chart. %s, %s; %s, %d cores, %s.

![medians, on a logarithmic scale](benchmarks.svg)

| | median | ÷ get | peak memory | what it is |
|---|---:|---:|---:|---|
`, time.Now().UTC().Format("2 January 2006"), processor(), runtime.GOOS+"/"+runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	for _, c := range r.contestants {
		fmt.Fprintf(&b, "| %s | %s | %.2f | %s | %s |\n", strings.ReplaceAll(c.name, "|", `\|`), milliseconds(median(c.times)), r.ratio(c.id, "get"), megabytes(median(c.memory)), c.about)
	}
	for _, why := range r.leftOut {
		fmt.Fprintf(&b, "\nLeft out: %s.\n", why)
	}
	b.WriteString("\n| what is promised | found | |\n|---|---:|---|\n")
	for _, t := range r.targets() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", t.what, t.found, verdict(t.met))
	}
	fmt.Fprintf(&b, `
The program is %s, the floor's %s. Package initialisation allocates %d bytes, and takes %s as Go's own trace counts it; the SDK's
packages alone take %s in the pinned versions, and %s in the newest.

Each number is the median of %d runs, a tenth of that for the slow ones, in which the contestants take turns: a noisy moment
hits all of them. A run is timed from before the process starts to after it has ended, by the bench itself, since
hyperfine up to 1.16 cannot feed a program's standard input. Its streams are files, and every answer is checked.

All servers are on loopback, so that the network costs nothing and what a program does itself shows at its largest; to a real
endpoint each of them pays the same round trips on top. They speak TLS, with a root of their own, which the contestants trust
in the way that each has: in the place of Amazon's roots in a build of the helper that only the bench makes, as the only root
of the floor's, beside the system's bundle, or through `+"`AWS_CA_BUNDLE`"+`.

The garbage collector is left on: a get ends before its first cycle, so that turning it off changes nothing. Neither does the
program map its code into memory ahead: one madvise for all of it takes longer than the page faults that it saves.
`, megabytes(r.size), megabytes(r.floorSize), r.initBytes, milliseconds(r.initClock), milliseconds(r.pinnedInit), milliseconds(r.newestInit), r.runs)
	return b.String()
}

// processor is the machine's, without the machine's name.
func processor() string {
	data, _ := os.ReadFile("/proc/cpuinfo")
	if m := regexp.MustCompile(`(?m)^model name\s*:\s*(.+)$`).FindSubmatch(data); m != nil {
		return string(m[1])
	}
	return runtime.GOARCH
}
