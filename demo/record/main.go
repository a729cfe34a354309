// The command record runs the demo and writes docs/demo.svg, a recording of its terminal.
//
//	go run ./demo/record
//
// The recording is text, so that it can be searched, and plays once, with the pauses that
// the run had, shortened. Where the reader wants less motion it stands still.
package main

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
	"unicode/utf8"
)

const output = "docs/demo.svg"

// line is one line of the terminal, and when it appears.
type line struct {
	text string
	at   time.Duration
}

func main() {
	lines, err := record("go", "run", "./demo")
	if err == nil {
		err = os.WriteFile(output, draw(lines), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

// record runs a command and returns what it printed, headed by the command itself.
func record(name string, args ...string) ([]line, error) {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	text := "$ " + name
	for _, arg := range args {
		text += " " + arg
	}
	lines := []line{{text: text}}
	const shortest, longest = 150 * time.Millisecond, 1200 * time.Millisecond
	last, at := time.Now(), time.Duration(0)
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		now := time.Now()
		at += min(max(now.Sub(last), shortest), longest)
		last = now
		lines = append(lines, line{scanner.Text(), at})
	}
	return lines, cmd.Wait()
}

// draw makes the picture: 100 columns at most, which is as wide as the demo prints.
func draw(lines []line) []byte {
	const columnWidth, lineHeight, margin = 7.8, 18, 16
	columns := 0
	for _, l := range lines {
		columns = max(columns, utf8.RuneCountInString(l.text))
	}
	width, height := int(float64(columns)*columnWidth)+2*margin, len(lines)*lineHeight+2*margin
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" role="img" aria-label="A recording of go run ./demo">
<style>
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #d6deeb; white-space: pre; animation: appear 0.01s both; }
.step { fill: #82aaff; }
.done { fill: #addb67; }
.more { fill: #8796a5; }
@keyframes appear { from { opacity: 0; } to { opacity: 1; } }
@media (prefers-reduced-motion: reduce) { text { animation: none; } }
</style>
<rect width="100%%" height="100%%" rx="8" fill="#10161d"/>
`, width, height, width)
	for i, l := range lines {
		if l.text == "" {
			continue
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" class="%s" style="animation-delay:%.2fs">`, margin, margin+13+i*lineHeight, class(l.text), l.at.Seconds())
		_ = xml.EscapeText(&b, []byte(l.text)) // a buffer takes everything
		b.WriteString("</text>\n")
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// class is what a line is in the demo's story.
func class(text string) string {
	switch {
	case strings.HasPrefix(text, "   ✓"):
		return "done"
	case strings.HasPrefix(text, " "):
		return "more"
	default:
		return "step"
	}
}
