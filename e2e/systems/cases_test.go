//go:build e2e && linux

package systems

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// count is what a system's tests have done. A case is a run, or several of a command
// that gives a hint and then of what the hint says, that is held to what is promised.
type count struct {
	name         string
	cases, calls int
	begun        time.Time
}

// ledger has a count for each system, and shows them all at the end.
type ledger struct{ counts []*count }

func (l *ledger) system(name string) *count {
	c := &count{name: name, begun: time.Now()}
	l.counts = append(l.counts, c)
	return c
}

func (l *ledger) show(t *testing.T) {
	var all count
	rows := ""
	for i, c := range l.counts {
		ended := time.Now()
		if i+1 < len(l.counts) {
			ended = l.counts[i+1].begun
		}
		rows += fmt.Sprintf("\n%-42s %3d cases %3d calls %5.1f s", c.name, c.cases, c.calls, ended.Sub(c.begun).Seconds())
		all.cases, all.calls = all.cases+c.cases, all.calls+c.calls
	}
	t.Logf("%d systems, %d cases, %d calls of the helper%s", len(l.counts), all.cases, all.calls, rows)
}

// get is the verb, whose answer is alice's credential, and nothing beside it.
func (p *place) get() {
	p.t.Helper()
	p.count.cases++
	a := p.run(hub, "get")
	var said struct{ ServerURL, Username, Secret string }
	if err := json.Unmarshal([]byte(a.out), &said); err != nil || a.status != 0 || a.err != "" || said.ServerURL != hub || said.Username != "alice" || said.Secret != password {
		p.t.Errorf("get: %v: %s", err, a)
	}
}

func (p *place) list() {
	p.t.Helper()
	p.count.cases++
	if a := p.run("", "list"); a.status != 0 || a.err != "" || strings.TrimSpace(a.out) != `{"`+hub+`":"alice"}` {
		p.t.Errorf("list: %s", a)
	}
}

func (p *place) version() {
	p.t.Helper()
	p.count.cases++
	if a := p.run("", "version"); a.status != 0 || a.err != "" || !strings.HasPrefix(a.out, "docker-credential-ssm (") {
		p.t.Errorf("version: %s", a)
	}
}

// configure makes or changes a config.json, which then has the helper for Docker Hub,
// beside a text that it had, and says no more than a note.
func (p *place) configure(path, kept, note string) {
	p.t.Helper()
	p.count.cases++
	if a := p.run("", "configure"); a.status != 0 || a.out != path+": written\n" || !strings.Contains(a.err, note) || note == "" && a.err != "" {
		p.t.Errorf("configure: %s", a)
	}
	var config struct{ CredHelpers map[string]string }
	text := p.has(path)
	if err := json.Unmarshal([]byte(text), &config); err != nil || config.CredHelpers[hub] != "ssm" || !strings.Contains(text, kept) {
		p.t.Errorf("%v: %s has %s", err, path, text)
	}
}

// refuses is a run that fails with one line, whose two halves match why and hint.
func (p *place) refuses(why, hint string, args ...string) {
	p.t.Helper()
	p.count.cases++
	input, verb := "", args[0] == "get" || args[0] == "list"
	if args[0] == "get" {
		input = hub
	}
	a := p.run(input, args...)
	form := regexp.MustCompile(`^docker-credential-ssm: ` + args[0] + `( docker\.io)? failed: [^\n]*` + why + `[^\n]*\. [^\n]*` + hint + `[^\n]*\n$`)
	if a.status != 1 || !form.MatchString(a.err) || verb && a.out != a.err || !verb && a.out != "" {
		p.t.Errorf("%q, want %s and %s: %s", args, why, hint, a)
	}
}

// report is doctor's: each step's mark, and the whole text.
type report struct {
	place *place
	marks map[string]string
	text  string
}

// doctor runs it, whose exit status says whether a pull is signed in.
func (p *place) doctor(signedIn bool, args ...string) report {
	p.t.Helper()
	p.count.cases++
	a := p.run("", append([]string{"doctor"}, args...)...)
	r := report{p, map[string]string{}, a.out}
	for _, m := range regexp.MustCompile(`(?m)^([✓!✗-]) (\S+) `).FindAllStringSubmatch(a.out, -1) {
		r.marks[m[2]] = m[1]
	}
	if (a.status == 0) != signedIn || a.err != "" || len(r.marks) < 10 {
		p.t.Errorf("doctor: %s", a)
	}
	return r
}

// step has a mark, and the report has texts; one that begins with "!" it does not have.
func (r report) step(name, mark string, texts ...string) report {
	r.place.t.Helper()
	if r.marks[name] != mark {
		r.place.t.Errorf("doctor: %s is %q, want %q:\n%s", name, r.marks[name], mark, r.text)
	}
	for _, text := range texts {
		unwanted, not := strings.CutPrefix(text, "!")
		if !not && !strings.Contains(r.text, text) || not && strings.Contains(r.text, unwanted) {
			r.place.t.Errorf("doctor: %q in\n%s", text, r.text)
		}
	}
	return r
}
