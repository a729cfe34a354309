package doctor

import (
	"bytes"
	"encoding/json"
	"io"
	"time"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/registryclient"
)

// The report, as --json writes it. docs/doctor.md describes it; a change that takes
// a field away, or gives it another meaning, counts schemaVersion up.
const schemaVersion = 1

// outcome is how a step ended.
type outcome string

const (
	passed  outcome = "ok"
	warned  outcome = "warning" // a pull is signed in all the same
	failed  outcome = "failed"
	skipped outcome = "skipped"
)

// step is one on the way that a pull goes.
type step struct {
	Name    string   `json:"name"`
	Outcome outcome  `json:"outcome"`
	Detail  string   `json:"detail"`
	More    []string `json:"more,omitempty"`
	Hints   []hint   `json:"hints,omitempty"`
	Took    millis   `json:"durationMs"`
}

// hint is what mends a step. Of several, one is enough.
type hint struct {
	Text    string   `json:"text,omitempty"`
	Command string   `json:"command,omitempty"` // to be typed as it stands, but for words in capitals
	Lines   []string `json:"lines,omitempty"`   // to be copied, such as a policy
}

// clients are a family that looks a registry up in one way.
type clients struct {
	Name     string           `json:"name"`
	Key      string           `json:"key"` // what they look up
	How      dockerconfig.How `json:"how"`
	Helper   string           `json:"helper,omitempty"`
	Username string           `json:"username,omitempty"` // of a login in plain text
	File     string           `json:"file,omitempty"`

	signer dockerconfig.Signer
}

// millis is a duration that machines read in milliseconds.
type millis time.Duration

func (m millis) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Duration(m).Microseconds()) / 1000)
}

// report is what was found for one registry.
type report struct {
	Registry string                 `json:"registry"`
	SignedIn bool                   `json:"signedIn"`
	Verdict  string                 `json:"verdict"`
	Clients  []clients              `json:"clients"`
	Fixed    []string               `json:"fixed,omitempty"`
	Steps    []step                 `json:"steps"`
	Quotas   []registryclient.Quota `json:"quotas,omitempty"`
}

// said returns the outcome of a step.
func (r *report) said(name string) outcome {
	for _, s := range r.Steps {
		if s.Name == name {
			return s.Outcome
		}
	}
	return skipped
}

// clean is a result as a step, without anything that acts on a terminal.
func (r result) clean() step {
	s := step{Outcome: r.outcome, Detail: message.OneLine(r.detail)}
	for _, line := range r.more {
		s.More = append(s.More, message.OneLine(line))
	}
	for _, h := range r.hints {
		clean := hint{Text: message.OneLine(h.Text), Command: message.OneLine(h.Command)}
		for _, line := range h.Lines {
			clean.Lines = append(clean.Lines, message.OneLine(line))
		}
		s.Hints = append(s.Hints, clean)
	}
	return s
}

// writeJSON writes reports for a machine.
func writeJSON(out io.Writer, version string, all []*report) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(struct {
		SchemaVersion int       `json:"schemaVersion"`
		Version       string    `json:"version"`
		Registries    []*report `json:"registries"`
	}{schemaVersion, version, all}); err != nil {
		return err
	}
	_, err := out.Write(message.JSON(text.Bytes()))
	return err
}
