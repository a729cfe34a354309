package message

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestLine(t *testing.T) {
	for _, tt := range []struct{ name, why, hint, want string }{
		{"the form", "why", "Do this", "docker-credential-ssm: get docker.io failed: why. Do this"},
		{"without a hint", "why", "", "docker-credential-ssm: get docker.io failed: why"},
		{"one full stop", "why.", "Do this", "docker-credential-ssm: get docker.io failed: why. Do this"},
		{"of several, one", "why...", "Do this", "docker-credential-ssm: get docker.io failed: why. Do this"},
		{"one line of several", "a\nb\r\nc\u2028d\u2029e\vf", "1\n2", "docker-credential-ssm: get docker.io failed: a b c d e f. 1 2"},
		{"no escapes, C0 and C1", "a\x1b[31mb\x07\x9bc\x00d\u009be\x7ff", "\x1b]0;x\x07", "docker-credential-ssm: get docker.io failed: a [31mb \ufffdc d e f. ]0;x"},
		{"no marks of direction", "a\u202eb\u2066c\u200fd\u061ce\ufefff", "\u202eDo", "docker-credential-ssm: get docker.io failed: a b c d e f. Do"},
		{"no invalid UTF-8", "a\xffb", "c\xfed", "docker-credential-ssm: get docker.io failed: a\ufffdb. c\ufffdd"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := errors.New(tt.why)
			if tt.hint != "" {
				err = Advise(err, tt.hint)
			}
			if got := Line(&Error{What: "get docker.io", Err: err}); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	if got := Line(&Error{What: "get \x1b[31mx\n", Err: errors.New("why")}); got != "docker-credential-ssm: get  [31mx  failed: why" {
		t.Errorf("what was to be done is not folded: %q", got)
	}
}

// TestLength: cause and hint have at most 1,000 bytes each, and no half a character.
func TestLength(t *testing.T) {
	long := strings.Repeat("ü", 2000)
	why, hint, ok := strings.Cut(strings.TrimPrefix(Line(&Error{What: "get x", Err: Advise(errors.New(long), long+"!")}), Program+": "), ". ")
	for part, text := range map[string]string{"cause": why, "hint": hint} {
		if !ok || len(text) > 1000 || len(text) < 990 || !utf8.ValidString(text) || !strings.HasSuffix(text, "ü…") {
			t.Errorf("the %s has %d bytes: …%q", part, len(text), text[max(0, len(text)-20):])
		}
	}
	exact := strings.Repeat("a", 1000)
	if got := OneLine(exact); got != exact {
		t.Errorf("1,000 bytes are %d", len(got))
	}
}

func TestNote(t *testing.T) {
	var b strings.Builder
	Note("a\nb", &b)
	Report(errors.New("c\nd"), &b)
	if b.String() != "docker-credential-ssm: a b\ndocker-credential-ssm: c d\n" {
		t.Errorf("%q", b.String())
	}
}

// TestJSON: what is parsed is the same, and nothing of it acts on a terminal.
func TestJSON(t *testing.T) {
	want := map[string]string{"a\u009b31m\x7f": "\u202e\U000e0041\u2028\x1b\n\t\u200b\ufeff", "ü": "\U0001f433"}
	var plain bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetIndent("", "  ")
	if err := enc.Encode(want); err != nil {
		t.Fatal(err)
	}
	text := JSON(plain.Bytes())
	var got map[string]string
	if err := json.Unmarshal(text, &got); err != nil || !maps.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	if strings.ContainsFunc(string(text), func(r rune) bool { return r != '\n' && Unseen(r) }) {
		t.Errorf("%q", text)
	}
	if short := `{"a":"ü\\u0007"}`; string(JSON([]byte(short))) != short {
		t.Errorf("%s becomes %s", short, JSON([]byte(short)))
	}
}
