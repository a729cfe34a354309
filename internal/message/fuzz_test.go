package message

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// unseen reports whether a character has no place in a line for a terminal: it moves
// the cursor, ends the line, or changes how the characters around it are read.
func unseen(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs)
}

// FuzzLine: whatever the texts of an error hold, what is written is one line of valid
// UTF-8, of a limited length, in which nothing acts on a terminal.
func FuzzLine(f *testing.F) {
	for _, seed := range [][3]string{
		{"get docker.io", "denied\nby \x1b[31mmallory", "Ask \x1b]0;somebody\x07"},
		{"get d\u043ecker.io", "\u202egnol\u2066", "\u200b\u200d\ufeff\u00ad"},
		{"", "\x9b31m\u009b31m\xff", "\u2028\u2029\u0085\v\f\r"},
		{strings.Repeat("ü", 600), strings.Repeat("\U0001f600", 300), strings.Repeat("x", 999) + "…"},
		{"get", "why...", "\U000e0041\U000e007f\ufff9\u061c"},
		{"get", "\xed\xa0\x80", "\xf4\x90\x80\x80\x00"},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, what, why, hint string) {
		err := &Error{What: what, Err: Advise(errors.New(why), hint)}
		var written, note strings.Builder
		Report(err, &written)
		Note(why, &note)
		for _, text := range []string{written.String(), note.String()} {
			line, ended := strings.CutSuffix(text, "\n")
			if !ended || !strings.HasPrefix(line, Program+": ") || !utf8.ValidString(line) || strings.ContainsFunc(line, unseen) {
				t.Fatalf("%q is written of %q, %q, %q", text, what, why, hint)
			}
			if most := len(Program+": . ") + 2*maxLine; len(line) > most {
				t.Fatalf("a line of %d bytes, at most %d", len(line), most)
			}
		}
		if one := OneLine(why); OneLine(one) != one {
			t.Fatalf("%q becomes %q, and that becomes %q", why, one, OneLine(one))
		}
	})
}
