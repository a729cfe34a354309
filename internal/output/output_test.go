package output

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// said is what a client sees in each stream after one last word.
func said(o *Output, say func(*Output)) (out, errs string) {
	var a, b strings.Builder
	o.Out, o.Err = &a, &b
	o.Note("a note")
	say(o)
	_ = o.Answer([]byte("late"))
	o.Refuse(errors.New("late"))
	o.RefuseExactly("late", errors.New("late"))
	o.Note("late")
	return a.String(), b.String()
}

func TestLastWord(t *testing.T) {
	const note, line = "docker-credential-ssm: a note\n", "docker-credential-ssm: why\n"
	why := errors.New("why")
	answer := func(o *Output) { _ = o.Answer([]byte("{}\n")) }
	refuse := func(o *Output) { o.Refuse(why) }
	exactly := func(o *Output) { o.RefuseExactly("text", why) }
	absent := func(o *Output) { o.RefuseExactly("text", nil) }
	for _, tt := range []struct {
		name      string
		o         *Output
		say       func(*Output)
		out, errs string
	}{
		{"two streams, an answer", &Output{}, answer, "{}\n", note},
		{"two streams, an error", &Output{}, refuse, line, note + line},
		{"two streams, the protocol's text", &Output{}, exactly, "text", note + line},
		{"two streams, not found", &Output{}, absent, "text", note},
		{"merged, an answer", &Output{Merged: true}, answer, "{}\n", ""},
		{"merged, an error", &Output{Merged: true}, refuse, line, ""},
		{"merged, the protocol's text", &Output{Merged: true}, exactly, "text", ""},
		{"merged, not found", &Output{Merged: true}, absent, "text", ""},
		{"a terminal, an error", &Output{Terminal: true}, refuse, line, note},
		{"a terminal, the protocol's text", &Output{Terminal: true}, exactly, "", note + line},
		{"a terminal, not found", &Output{Terminal: true}, absent, "text", note},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if out, errs := said(tt.o, tt.say); out != tt.out || errs != tt.errs {
				t.Errorf("%q and %q, want %q and %q", out, errs, tt.out, tt.errs)
			}
		})
	}
}

// writes counts them.
type writes struct{ n int }

func (w *writes) Write(p []byte) (int, error) { w.n++; return len(p), nil }

// TestWhole: an answer is one write, and so is a line.
func TestWhole(t *testing.T) {
	for name, say := range map[string]func(*Output){
		"answer":  func(o *Output) { _ = o.Answer([]byte("{}\n")) },
		"refusal": func(o *Output) { o.Refuse(errors.New("why")) },
	} {
		w := &writes{}
		if say(&Output{Out: w, Err: io.Discard}); w.n != 1 {
			t.Errorf("%s: %d writes", name, w.n)
		}
	}
}

func TestSame(t *testing.T) {
	pipe := func() *os.File {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Close(); _ = w.Close() })
		return w
	}
	file := func(name string) *os.File {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	one, other, dir := pipe(), pipe(), t.TempDir()
	for _, tt := range []struct {
		name string
		a, b *os.File
		want bool
	}{
		{"a pipe", one, one, true},
		{"two pipes", one, other, false},
		{"a file, opened twice", file(filepath.Join(dir, "a")), file(filepath.Join(dir, "a")), true},
		{"two files", file(filepath.Join(dir, "a")), file(filepath.Join(dir, "b")), false},
		{"a pipe and a file", one, file(filepath.Join(dir, "a")), false},
	} {
		if got := same(tt.a, tt.b); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	if IsTerminal(file(os.DevNull)) {
		t.Error("the null device is a terminal")
	}
}

// TestAnswerBegun: what ends the program while an answer is being written, to a pipe
// that is full, adds nothing to it.
func TestAnswerBegun(t *testing.T) {
	r, w := io.Pipe()
	var errs strings.Builder
	o := &Output{Out: w, Err: &errs}
	go func() { _ = o.Answer([]byte(`{"Username":"alice"}`)); _ = w.Close() }()
	half := make([]byte, 5)
	if _, err := io.ReadFull(r, half); err != nil {
		t.Fatal(err)
	}
	o.Refuse(errors.New("interrupted"))
	rest, err := io.ReadAll(r)
	if got := string(half) + string(rest); err != nil || got != `{"Username":"alice"}` || errs.String() != "" {
		t.Errorf("%q and %q (%v)", got, errs.String(), err)
	}
}
