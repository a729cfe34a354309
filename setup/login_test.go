package setup

import (
	"bufio"
	"strings"
	"testing"

	"docker-credential-ssm/internal/cli"

	"docker-credential-ssm/ssm"
)

// TestDescribed: the user name that is stored already, whoever wrote it, is shown with
// nothing that acts on the terminal.
func TestDescribed(t *testing.T) {
	got := described(&ssm.Found{Username: "a\x1b]0;x\x07\u009b31m\u202eb\nc"})
	if !strings.HasPrefix(got, "the credential of a") || strings.ContainsAny(got, "\x1b\x07\u009b\u202e\n") {
		t.Errorf("%q", got)
	}
}

// TestConfirm: only a yes replaces what is there; without a terminal only --force does.
func TestConfirm(t *testing.T) {
	there := &ssm.Found{Username: "alice"}
	for _, tt := range []struct {
		answer string // "" for no terminal
		force  bool
		there  *ssm.Found
		ok     bool
	}{
		{"y\n", false, there, true}, {"YES\n", false, there, true}, {" y \n", false, nil, true},
		{"\n", false, there, false}, {"n\n", false, there, false}, {"no\n", false, nil, false}, {"yep\n", false, there, false}, {"\n", false, nil, false},
		{"", false, there, false}, {"", true, there, true}, {"", false, nil, true}, {"n\n", true, there, true},
	} {
		var out strings.Builder
		l := &signIn{force: tt.force, program: &cli.Program{Out: &out}}
		if tt.answer != "" {
			l.terminal = &terminal{out: &out, lines: bufio.NewReader(strings.NewReader(tt.answer))}
		}
		if err := l.confirm(t.Context(), "/team/hub", tt.there); (err == nil) != tt.ok {
			t.Errorf("%q, with --force: %v: %v", tt.answer, tt.force, err)
		}
		if (tt.answer != "" || tt.ok) && !strings.Contains(out.String(), "/team/hub") {
			t.Errorf("%q: the question is %q", tt.answer, out.String())
		}
	}
}
