package setup

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"docker-credential-ssm/internal/message"
)

// TestInterruptedRead: on Windows a Ctrl-C ends the read of a console with nothing, and
// the program hears of it at about the same time.
func TestInterruptedRead(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := waiting(ctx, func() (string, error) { cancel(); return "", io.EOF })
	if err == nil || err.Error() != "interrupted" {
		t.Errorf("%v", err)
	}
	if _, err := waiting(t.Context(), func() (string, error) { return "", io.EOF }); err == nil || err.Error() != "nothing was typed" {
		t.Errorf("%v", err)
	}
}

// TestReadToken: PowerShell begins what it writes with a byte order mark, or writes
// UTF-16, which is no token; neither is a file that somebody has mistaken for one.
func TestReadToken(t *testing.T) {
	read := func(text string) (string, error) {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		go func() { _, _ = io.WriteString(w, text); _ = w.Close() }()
		return readToken(t.Context(), r)
	}
	for text, want := range map[string]string{"t0ken": "t0ken", "\ufefft0ken\r\n": "t0ken\r\n", "": "", strings.Repeat("x", maxToken): strings.Repeat("x", maxToken)} {
		if got, err := read(text); got != want || err != nil {
			t.Errorf("%.10q: %.10q, %v", text, got, err)
		}
	}
	for text, why := range map[string]string{
		"\xff\xfet\x000\x00":            "the token on standard input is not UTF-8",
		"t\x000\x00":                    "the token on standard input is not UTF-8",
		strings.Repeat("x", maxToken+1): "standard input has more than 64 KB, the most that a token may have",
	} {
		if _, err := read(text); err == nil || err.Error() != why || message.Hint(err) == "" {
			t.Errorf("%.10q: %v", text, err)
		}
	}
}
