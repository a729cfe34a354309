//go:build linux

package faults

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Result is how a case ended.
type Result struct {
	Case
	Line   string   // the line on standard output, with what differs from run to run replaced
	Wrong  []string // what is not as it must be
	Leaks  int      // secrets that were found
	Places int      // texts that were searched: both streams and each file
	Peak   int64    // the greatest size of the program in memory, in bytes
}

// MaxMemory is what the program must stay below, in bytes.
const MaxMemory = 40_000_000

// Run runs the program in a case, in an empty folder.
func Run(c Case, program, home string) (res Result) {
	res.Case = c
	wrong := func(format string, args ...any) { res.Wrong = append(res.Wrong, fmt.Sprintf(format, args...)) }
	work := filepath.Join(home, "work")
	if err := os.MkdirAll(work, 0o700); err != nil {
		wrong("%v", err)
		return res
	}
	inside := filepath.Join(home, "home")
	must(os.Mkdir(inside, 0o700))
	r, err := NewRoom(c, inside)
	if err != nil {
		wrong("%v", err)
		return res
	}
	defer r.Close()
	return r.run(program, work)
}

func (r *Room) run(program, work string) (res Result) {
	res.Case = r.Case
	wrong := func(format string, args ...any) { res.Wrong = append(res.Wrong, fmt.Sprintf(format, args...)) }
	before := r.snapshot()
	verb, _, _ := strings.Cut(r.Verb, " ")
	j := job{Program: program, Args: []string{verb}, Env: r.environ(), Dir: work, Result: filepath.Join(work, "result")}
	if r.Kind.Namespace {
		j.Names = r.Kind.Names
	}
	cmd, err := between(j)
	if err != nil {
		wrong("%v", err)
		return res
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(r.Input), &stdout, &stderr
	cmd.WaitDelay = time.Second
	if r.Stdin != nil {
		in, err := r.Stdin()
		if err != nil {
			wrong("%v", err)
			return res
		}
		defer in.Close()
		cmd.Stdin = in
	}
	if err := cmd.Start(); err != nil {
		wrong("%v", err)
		return res
	}
	killed := time.AfterFunc(enough, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	err = cmd.Wait()
	if !killed.Stop() {
		wrong("it did not end by itself")
		return res
	}
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what a credential_process has left behind
	o, errResult := result(j.Result)
	if err != nil && errResult != nil || errResult != nil || o.Err != "" {
		wrong("%v, %v, %s; %s", err, errResult, o.Err, stderr.String())
		return res
	}
	res.Peak = o.Peak
	r.judge(&res, o, stdout.String(), stderr.String(), before)
	return res
}

// judge compares the end of a run with what it must be.
func (r *Room) judge(res *Result, o outcome, stdout, stderr string, before map[string]string) {
	wrong := func(format string, args ...any) { res.Wrong = append(res.Wrong, fmt.Sprintf(format, args...)) }
	fine := slices.Contains(r.Kind.Mends, r.Target.Name)
	if o.Peak >= MaxMemory {
		wrong("%d bytes of memory", o.Peak)
	}
	if o.Signal != "" {
		wrong("ended by %s", o.Signal)
	}
	if n := r.stray.Load(); n > 0 {
		wrong("another host was asked, %d times", n)
	}
	for _, crash := range []string{"goroutine ", "panic:", "fatal error", "fault of its own"} {
		if strings.Contains(stdout+stderr, crash) {
			wrong("it has crashed")
		}
	}
	texts := map[string]string{"standard error": stderr}
	if !fine {
		texts["standard output"] = stdout
	}
	for path, text := range r.snapshot() {
		if before[path] != text {
			if fine && strings.Contains(path, "/.aws/") {
				continue // the SDK has renewed the session of a person
			}
			wrong("%s has been written", path)
			texts[path] = text
		}
	}
	res.Places = len(before) + 2
	for where, text := range texts {
		for _, secret := range Leaks([]byte(text)) {
			wrong("%s has the secret %s", where, secret)
			res.Leaks++
		}
	}
	if fine {
		if o.Status != 0 || r.Verb != "list" && r.Verb != "get" && r.Verb != "get debug" && stdout != "" {
			wrong("status %d, %q, %q", o.Status, stdout, stderr)
		}
		if strings.HasPrefix(r.Verb, "get") && !strings.Contains(stdout, `"Username":"alice","Secret":`+jsonText(Password)) && !strings.Contains(stdout, `"Username":"alice"`) {
			wrong("not the credential: %q", stdout)
		}
		return
	}
	if o.Status != 1 {
		wrong("status %d", o.Status)
	}
	if strings.Contains(stdout, "not found in native keychain") {
		wrong("a failure is called not found")
	}
	if last := stderr[strings.LastIndex("\n"+strings.TrimSuffix(stderr, "\n"), "\n"):]; last != stdout || r.Verb != "get debug" && stderr != stdout {
		wrong("standard output has %q, standard error %q", stdout, stderr)
	}
	if !form.MatchString(stdout) {
		wrong("not one line of the form WHAT failed: WHY. HINT: %q", stdout)
	}
	if strings.IndexFunc(strings.TrimSuffix(stdout, "\n"), isControl) >= 0 || strings.Contains(stderr, "\x1b") {
		wrong("control characters: %q", stdout)
	}
	res.Line = what.ReplaceAllString(r.plain(strings.TrimSuffix(stdout, "\n")), ": WHAT failed: ")
	if !r.Right(res.Line) {
		wrong("it does not say %q", r.Kind.Says)
	}
}

func isControl(c rune) bool { return c < ' ' || c == 0x7f || 0x80 <= c && c < 0xa0 }

// form is that of all errors. A registry that could not be read is none.
var form = regexp.MustCompile(`^docker-credential-ssm: (get|store|erase|list)( \S+)? failed: [^\n]+\. [^\n]+\n$`)

// what is the part of a line that is another one for each verb.
var what = regexp.MustCompile(`: (get docker\.io|store docker\.io|erase docker\.io|list) failed: `)

// Key is the case as testdata names it: verbs that only read end alike.
func (c Case) Key() string {
	if c.Verb == "get debug" || c.Target.Name != "parameter store" || c.Verb == "get" {
		return c.Kind.Name
	}
	return c.Kind.Name + " (" + c.Verb + ")"
}

// plain replaces what differs from run to run.
func (r *Room) plain(line string) string {
	if r.Peer != nil {
		line = strings.ReplaceAll(line, r.Peer.listen.Addr().String(), "HOST")
	}
	line = strings.ReplaceAll(line, strings.TrimPrefix(r.Server.URL, "http://"), "HOST")
	if r.through != "" {
		line = strings.ReplaceAll(line, r.through, "HOST")
	}
	line = strings.ReplaceAll(line, r.Home, "HOME")
	line = regexp.MustCompile(`within (2|5|20|60)s`).ReplaceAllString(line, "within TIMEOUT")
	return regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d UTC`).ReplaceAllString(line, "NOW")
}
