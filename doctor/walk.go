package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/registryclient"
	"docker-credential-ssm/ssm"
)

// How doctor speaks: a line for each step when it is done, which begins with a
// mark and the step's name; below it, indented, what else there is to say, and
// an arrow before what would help. Marks, not colours, carry the meaning;
// colours come on a terminal alone, and never with NO_COLOR.

// outcome is how a step ended.
type outcome string

const (
	passed  outcome = "ok"
	warned  outcome = "warning" // a pull is signed in all the same
	failed  outcome = "failed"
	skipped outcome = "skipped"
)

// mark is an outcome on a screen, with the terminal's number for its colour.
func (o outcome) mark() (mark, color string) {
	switch o {
	case passed:
		return "✓", "32"
	case warned:
		return "!", "33"
	case failed:
		return "✗", "31"
	}
	return "-", "2"
}

// step is one on the way that a pull goes.
type step struct {
	Name    string   `json:"name"`
	Outcome outcome  `json:"outcome"`
	Detail  string   `json:"detail"`
	More    []string `json:"more,omitempty"`
	Hint    string   `json:"hint,omitempty"`
	Took    millis   `json:"durationMs"`
}

// millis is a duration that machines read in milliseconds.
type millis time.Duration

func (m millis) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Duration(m).Microseconds()) / 1000)
}

// walk is the way for one registry, as far as it has been gone.
type walk struct {
	Registry string                 `json:"registry"`
	SignedIn bool                   `json:"signedIn"`
	Verdict  string                 `json:"verdict"`
	Steps    []step                 `json:"steps"`
	Quotas   []registryclient.Quota `json:"quotas,omitempty"`

	out   io.Writer // nil for none
	color bool
}

// result is what a step found.
type result struct {
	outcome outcome
	detail  string
	more    []string
	hint    string
}

func ok(format string, args ...any) result {
	return result{outcome: passed, detail: fmt.Sprintf(format, args...)}
}

func wrong(advice, format string, args ...any) result {
	return result{outcome: failed, detail: fmt.Sprintf(format, args...), hint: advice}
}

// failure shows an error with its hint, unless that leads back here.
func failure(err error) result {
	return wrong(strings.TrimSuffix(message.Hint(err), ssm.SeeDoctor), "%v", err)
}

// do goes a step, unless one that it follows from has failed, and shows it. It
// reports whether it went well.
func (w *walk) do(name string, possible bool, why string, check func() result) bool {
	s := step{Name: name, Outcome: skipped, Detail: why}
	if possible {
		start := time.Now()
		r := check()
		s = step{Name: name, Outcome: r.outcome, Detail: message.OneLine(r.detail), Hint: message.OneLine(r.hint), Took: millis(time.Since(start))}
		for _, line := range r.more {
			s.More = append(s.More, message.OneLine(line))
		}
	}
	w.Steps = append(w.Steps, s)
	w.show(s)
	return s.Outcome == passed || s.Outcome == warned
}

func (w *walk) show(s step) {
	if w.out == nil {
		return
	}
	mark, color := s.Outcome.mark()
	took := ""
	if s.Outcome != skipped {
		took = fmt.Sprintf("  (%v)", time.Duration(s.Took).Round(100*time.Microsecond))
	}
	fmt.Fprintf(w.out, "%s %-12s %s%s\n", w.paint(mark, color), s.Name, s.Detail, w.paint(took, "2"))
	for _, line := range s.More {
		fmt.Fprintf(w.out, "%15s%s\n", "", line)
	}
	if s.Hint != "" {
		fmt.Fprintf(w.out, "%15s→ %s\n", "", s.Hint)
	}
}

func (w *walk) paint(text, color string) string {
	if !w.color || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// said returns the outcome of a step.
func (w *walk) said(name string) outcome {
	for _, s := range w.Steps {
		if s.Name == name {
			return s.Outcome
		}
	}
	return skipped
}

// writeJSON writes walks for a machine.
func writeJSON(out io.Writer, version string, walks []*walk) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Version    string  `json:"version"`
		Registries []*walk `json:"registries"`
	}{version, walks})
}
