package ssm

import (
	"strings"
	"testing"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/resource"
)

// TestLengths: a value of the very length that Parameter Store takes is taken, and a text
// of a change is never longer than a standard parameter.
func TestLengths(t *testing.T) {
	p := &parameterStore{client: &client{}}
	for length, ok := range map[int]bool{1: true, resource.MaxValue - 1: true, resource.MaxValue: true, resource.MaxValue + 1: false} {
		if err := p.checkLength("/a", strings.Repeat("x", length)); (err == nil) != ok {
			t.Errorf("%d bytes: %v", length, err)
		}
	}
	rest := len(formatUnderWay(credential.Credential{Username: "alice", Secret: "x"})) - 1
	for length, fits := range map[int]bool{resource.MaxStandardValue - 1: true, resource.MaxStandardValue: true, resource.MaxStandardValue + 1: false} {
		if text := formatUnderWay(credential.Credential{Username: "alice", Secret: strings.Repeat("x", length-rest)}); (len(text) == length) != fits || !fits && text != "" {
			t.Errorf("a text of %d bytes: %d", length, len(text))
		}
	}
}

// TestChangeUnderWay: where the settings have the user name, the text of a change is not
// the password.
func TestChangeUnderWay(t *testing.T) {
	password := parameter("/team/pass")
	c := credential.Credential{Username: "alice", Secret: "s3cret"}
	p := place{options: settings.Options{Location: settings.Location{Kind: settings.Pair, Password: password, Reading: credential.Reading{Username: "alice"}}}}
	for _, value := range []string{"s3cret", formatUnderWay(c)} {
		if got, err := p.pair(held{password: stored{value: value, kind: kindSecure}}); err != nil || got != c {
			t.Errorf("%q: %+v, %v", value, got, err)
		}
	}
}

// TestSameSecret: an answer about a secret whose name begins alike is none.
func TestSameSecret(t *testing.T) {
	const arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:hub"
	for _, tt := range []struct {
		asked, name, arn string
		same             bool
	}{
		{"hub", "hub", arn + "-a1b2c3", true},
		{"hub", "hub-2", arn + "-2-a1b2c3", false},
		{"hub", "hub", arn + "-2-a1b2c3", false},
		{"hub", "hub", "s3cret", false},
		{arn, "hub", arn + "-a1b2c3", true},
		{arn + "-a1b2c3", "hub", arn + "-a1b2c3", true},
		{arn, "hub-2", arn + "-2-a1b2c3", false},
		{arn, "hubs", arn + "s-a1b2c3", false},
		{arn + "-a1b2c3", "hub", arn + "-d4e5f6", false},
	} {
		if got := sameSecret(tt.asked, tt.name, tt.arn); got != tt.same {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}
