package main

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestRecording: docs/demo.svg shows what the demo prints now. go run ./demo/record makes
// it anew.
func TestRecording(t *testing.T) {
	check := watch(t)
	var out bytes.Buffer
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	check()
	picture, err := os.ReadFile("../docs/demo.svg")
	if err != nil {
		t.Fatal(err)
	}
	got, want := comparable(recorded(t, picture)), comparable(out.String())
	if got != want {
		t.Errorf("the recording shows\n%s\nthe demo prints\n%s", got, want)
	}
}

// recorded is the text of a recording, without the command that heads it.
func recorded(t *testing.T, picture []byte) string {
	t.Helper()
	var text strings.Builder
	decoder := xml.NewDecoder(bytes.NewReader(picture))
	inText := false
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inText = token.Name.Local == "text"
		case xml.CharData:
			if inText {
				text.Write(token)
			}
		case xml.EndElement:
			if inText {
				text.WriteString("\n")
			}
			inText = false
		}
	}
	command, rest, _ := strings.Cut(text.String(), "\n")
	if command != "$ go run ./demo" {
		t.Errorf("the recording begins with %q", command)
	}
	return rest
}

// comparable leaves out what differs from run to run and from machine to machine: ports,
// digests, times, empty lines, and the step with the Docker engine.
func comparable(text string) string {
	text = regexp.MustCompile(`(?s)\n6\. .*?\n7\. `).ReplaceAllString(text, "\n7. ")
	text = regexp.MustCompile(`sha256:[0-9a-f]+`).ReplaceAllString(text, "DIGEST")
	text = regexp.MustCompile(`\d+`).ReplaceAllString(text, "N")
	return regexp.MustCompile(`\n+`).ReplaceAllString(strings.TrimSpace(text), "\n")
}
