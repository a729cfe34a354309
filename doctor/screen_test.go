package doctor

import (
	"context"
	"strings"
	"testing"
	"time"
)

// TestWidth: no line is wider than the screen, but for what is to be copied, which
// is whole.
func TestWidth(t *testing.T) {
	const (
		arn     = "arn:aws:sts::111122223333:assumed-role/codebuild-application-service-role/AWSCodeBuild-12345678-1234-1234-1234-123456789012"
		command = "docker-credential-ssm configure --file /home/somebody/.config/containers/auth.json --region REGION registry.example.com:5000"
		inline  = "aws sso login --profile a-long-name-of-a-profile"
	)
	st := step{
		Name: "parameter", Outcome: failed, Detail: "there is no parameter /CodeBuild/docker-credentials/docker.io in eu-central-1, and so on, and so on", Took: millis(2300 * time.Millisecond),
		More:  []string{arn, strings.Repeat("word ", 60), "the service role is " + arn},
		Hints: []hint{{Text: "Store the credential there, or have it stored there by somebody who may do that, as people do", Command: command}, {Command: command}, {Text: "Sign in again, since the session of this profile is over and done with: run " + inline + ", then this once more"}, {Text: "Add", Lines: []string{`  "Resource": [`, `    "` + arn + `"`}}},
	}
	for _, width := range []int{0, 40, 80, 120} {
		var b strings.Builder
		(&screen{out: &b, width: width}).show(st, nil)
		out := b.String()
		for _, whole := range []string{arn, command + "\n", inline} {
			if !strings.Contains(out, whole) {
				t.Errorf("at %d columns %q is broken:\n%s", width, whole, out)
			}
		}
		if !strings.Contains(out, "(2.3s)") {
			t.Errorf("at %d columns the duration is missing", width)
		}
		for _, line := range strings.Split(out, "\n") {
			copied := strings.Contains(line, "arn:") || strings.Contains(line, "docker-credential-ssm") || strings.Contains(line, inline) || !strings.Contains(strings.TrimSpace(line), " ")
			if n := len([]rune(line)); width > 0 && n > width && !copied {
				t.Errorf("%d columns, want at most %d: %q", n, width, line)
			}
			if strings.HasSuffix(line, " ") {
				t.Errorf("a blank at the end: %q", line)
			}
		}
		if width > 0 && !strings.Contains(out, "\n"+strings.Repeat(" ", 15)+"word word") {
			t.Errorf("at %d columns the second line is not below the first:\n%s", width, out)
		}
	}
}

// TestLongFirst: an ARN that is wider than the screen stays beside the step's name.
func TestLongFirst(t *testing.T) {
	const arn = "arn:aws:sts::111122223333:assumed-role/codebuild-application-service-role/AWSCodeBuild-1234"
	var b strings.Builder
	(&screen{out: &b, width: 80}).show(step{Name: "identity", Outcome: passed, Detail: arn + " and more"}, nil)
	if got, want := b.String(), "✓ identity     "+arn+"\n               and more\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestShort(t *testing.T) {
	var b strings.Builder
	(&screen{out: &b}).show(step{Name: "region", Outcome: passed, Detail: "eu-central-1", Took: millis(time.Second)}, nil)
	if got, want := b.String(), "✓ region       eu-central-1\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestRunning: the line of a step that is running goes away, and is on a terminal
// alone.
func TestRunning(t *testing.T) {
	for _, live := range []bool{false, true} {
		var b strings.Builder
		s := &screen{out: &b, live: live}
		s.begin("parameter")
		if out := b.String(); live != (out == "… parameter\r") {
			t.Errorf("live %v: %q", live, out)
		}
		s.end()
		if out := b.String(); live != strings.HasSuffix(out, "\r\x1b[K") || !live && out != "" {
			t.Errorf("live %v: %q", live, out)
		}
	}
	var none *screen
	none.begin("x")
	none.end()
	none.show(step{}, nil)
	none.say("x")
}

// TestNothingActsOnTheTerminal: whoever a text came from.
func TestNothingActsOnTheTerminal(t *testing.T) {
	const evil = "a\x1b[31m\u009b31m\u202eb\nc"
	r := wrong("%s", evil).tell(evil).run(evil, evil)
	r.hints = append(r.hints, hint{Lines: []string{evil}})
	s := r.clean()
	for _, text := range append(append([]string{s.Detail, s.Hints[0].Text, s.Hints[0].Command}, s.More...), s.Hints[1].Lines...) {
		if strings.ContainsAny(text, "\x1b\u009b\u202e\n") {
			t.Errorf("%q", text)
		}
	}
	var b strings.Builder
	x := &examination{doctor: &doctor{}, screen: &screen{out: &b}, credential: credential{username: evil}}
	x.Registry = "registry" + evil
	x.conclude(true)
	if strings.ContainsAny(b.String(), "\x1b\u009b\u202e") || strings.ContainsAny(x.Verdict, "\x1b\u009b\u202e\n") {
		t.Errorf("%q", b.String())
	}
	b.Reset()
	if err := writeJSON(&b, "v1", []*report{{Registry: evil, Clients: []clients{{Username: evil, File: evil}}}}); err != nil || strings.ContainsAny(b.String(), "\x1b\u009b\u202e") {
		t.Errorf("%v: %q", err, b.String())
	}
}

// TestPatience: an address that is silent at every step costs ten seconds.
func TestPatience(t *testing.T) {
	for _, silent := range [][]string{{"identity", "parameter"}, {"identity", "parameter", "quota"}, {"credentials", "quota"}, {"sign-in", "quota"}, {"identity", "registry", "quota"}} {
		x := testExamination(t, "linux", nil)
		var all time.Duration
		for _, name := range silent {
			limit := x.limit(name)
			all += limit
			x.patience = max(0, x.patience-budget(limit))
		}
		if all > 10*time.Second {
			t.Errorf("%v wait for %v", silent, all)
		}
	}
	// A step takes its time from the others where it fails or warns, and not otherwise.
	took := func(r result) func(context.Context) result {
		return func(context.Context) result {
			for start := time.Now(); time.Since(start) == 0; {
			}
			return r
		}
	}
	for _, tt := range []struct {
		r     result
		costs bool
	}{{ok("x"), false}, {wrong("x"), true}, {ok("x").but(), true}} {
		x := testExamination(t, "linux", nil)
		x.patience = patience
		x.do(t.Context(), "identity", true, "", took(tt.r))
		if (x.patience < patience) != tt.costs {
			t.Errorf("after %v %v are left", tt.r.outcome, time.Duration(x.patience))
		}
	}
	// What somebody has set as timeout is what get waits for, and so does doctor.
	x := testExamination(t, "linux", map[string]string{"DOCKER_CREDENTIAL_SSM_TIMEOUT": "15s"})
	for _, name := range []string{"credentials", "parameter"} {
		if got := x.limit(name); got != 15*time.Second {
			t.Errorf("the limit of %s is %v, want 15s", name, got)
		}
	}
	x = testExamination(t, "linux", map[string]string{"DOCKER_CREDENTIAL_SSM_TIMEOUT": "200ms"})
	for _, name := range []string{"config.json", "sign-in", "region", "credentials", "identity", "parameter", "registry", "quota"} {
		if got := x.limit(name); got != 200*time.Millisecond {
			t.Errorf("the limit of %s is %v, want 200ms", name, got)
		}
	}
}
