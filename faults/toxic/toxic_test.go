//go:build linux

package toxic

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	_ "github.com/Shopify/toxiproxy/v2/toxics"
	"github.com/rs/zerolog"

	"docker-credential-ssm/faults"
)

var (
	built = flag.String("program", "", "the program to run; without it, it is built")
	step  = flag.Int("step", 1, "cut Parameter Store's answer after every so many bytes")
)

func TestMain(m *testing.M) {
	faults.Runner()
	os.Exit(m.Run())
}

// toxic is a fault that toxiproxy makes, from its own description of it.
type toxic struct {
	name, says string
	hangs      bool
	fine       bool // the program gets on in spite of it
	json       string
}

const (
	ended  = "closed the connection|reset the connection|within the header|other than|TLS|no AWS credentials|cannot be read"
	silent = "did not answer within|did not finish within|no AWS credentials"
)

func toxics() []toxic {
	return []toxic{
		{"reset at once", ended, false, false, `{"type":"reset_peer","stream":"downstream","attributes":{"timeout":0}}`},
		{"reset after 50 ms", ended, false, false, `{"type":"reset_peer","stream":"downstream","attributes":{"timeout":50}}`},
		{"reset of the request", ended, false, false, `{"type":"reset_peer","stream":"upstream","attributes":{"timeout":0}}`},
		{"black hole for the answer", silent, true, false, `{"type":"timeout","stream":"downstream","attributes":{"timeout":0}}`},
		{"black hole for the request", silent, true, false, `{"type":"timeout","stream":"upstream","attributes":{"timeout":0}}`},
		{"closed after 50 ms without an answer", ended, false, false, `{"type":"timeout","stream":"downstream","attributes":{"timeout":50}}`},
		{"the answer byte by byte, a byte in 50 ms", silent, true, false, `{"type":"slicer","stream":"downstream","attributes":{"average_size":1,"size_variation":0,"delay":50000}}`},
		{"the request byte by byte, a byte in 50 ms", silent, true, false, `{"type":"slicer","stream":"upstream","attributes":{"average_size":1,"size_variation":0,"delay":50000}}`},
		{"byte by byte, without a delay", "", false, true, `{"type":"slicer","stream":"downstream","attributes":{"average_size":1,"size_variation":0,"delay":0}}`},
		{"100 ms late", "", false, true, `{"type":"latency","stream":"downstream","attributes":{"latency":100,"jitter":50}}`},
		{"64 KB a second", "", false, true, `{"type":"bandwidth","stream":"downstream","attributes":{"rate":64}}`},
		{"closed late", "", false, true, `{"type":"slow_close","stream":"downstream","attributes":{"delay":100}}`},
	}
}

// TestToxics runs the program with each of toxiproxy's faults, at each target.
func TestToxics(t *testing.T) {
	var cases []faults.Case
	for _, target := range faults.Targets() {
		if target.Name == "process" || target.Name == "files" || strings.HasPrefix(target.Name, "ec2") {
			continue // without a network, or with a deadline of their own
		}
		for _, x := range toxics() {
			cases = append(cases, through(x, target, nil))
		}
	}
	run(t, cases)
}

// TestCut ends Parameter Store's answer after each of its bytes, without TLS, and a TLS
// connection's after every hundredth.
func TestCut(t *testing.T) {
	parameterStore := faults.Targets()[0]
	for _, plain := range []bool{true, false} {
		var size atomic.Int64
		whole := through(toxic{name: "whole", fine: true, json: `{"type":"noop","stream":"downstream","attributes":{}}`}, parameterStore, &size)
		whole.Kind.Plain = plain
		run(t, []faults.Case{whole})
		every := *step
		if !plain {
			every = 100
		}
		var cases []faults.Case
		for n := 0; n < int(size.Load()); n += every {
			c := through(toxic{name: fmt.Sprintf("cut after %d bytes", n), says: ended, json: fmt.Sprintf(`{"type":"limit_data","stream":"downstream","attributes":{"bytes":%d}}`, n)}, parameterStore, nil)
			c.Kind.Plain = plain
			cases = append(cases, c)
		}
		if len(cases) < 5 {
			t.Fatalf("the answer has %d bytes", size.Load())
		}
		run(t, cases)
	}
}

// through is a case with toxiproxy in between.
func through(x toxic, target *faults.Target, size *atomic.Int64) faults.Case {
	k := &faults.Kind{Name: x.name, Says: x.says, Hangs: x.hangs, Serve: func(e *faults.Exchange) {
		for r := e.Request(); r != nil; r = e.Request() {
			b := e.Right(r)
			if size != nil {
				size.Store(int64(len(b)))
			}
			if _, err := e.Write(b); err != nil {
				return
			}
		}
	}}
	if x.fine {
		k.Mends = []string{target.Name}
	}
	k.Prepare = func(r *faults.Room) {
		server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
		proxy := toxiproxy.NewProxy(server, "between", "127.0.0.1:0", r.Upstream())
		must(proxy.Start())
		r.Defer(proxy.Stop)
		_, err := proxy.Toxics.AddToxicJson(strings.NewReader(x.json))
		must(err)
		r.Through(proxy.Listen)
	}
	return faults.Case{Kind: k, Target: target, Verb: "get"}
}

func run(t *testing.T, cases []faults.Case) {
	t.Helper()
	dir, program := t.TempDir(), *built
	if program == "" {
		program = filepath.Join(dir, "docker-credential-ssm")
		build := exec.Command("go", "build", "-o", program, ".")
		build.Dir = "../.."
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	results := make([]faults.Result, len(cases))
	next := make(chan int)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for i := range next {
				home := filepath.Join(dir, fmt.Sprint(i))
				must(os.Mkdir(home, 0o700))
				results[i] = faults.Run(cases[i], program, home)
			}
		})
	}
	for i := range cases {
		next <- i
	}
	close(next)
	wait.Wait()
	places, leaks, peak := 0, 0, int64(0)
	for _, res := range results {
		places, leaks, peak = places+res.Places, leaks+res.Leaks, max(peak, res.Peak)
		for _, w := range res.Wrong {
			t.Errorf("%s: %s: %s", res.Case.Name(), w, res.Line)
		}
	}
	t.Logf("%d runs; %d places searched, %d secrets found; at most %.1f MB of memory", len(cases), places, leaks, float64(peak)/1e6)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
