package doctor

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// How doctor speaks: a line for each step when it is done, which begins with a
// mark and the step's name; below it, indented, what else there is to say, and an
// arrow before what would help. Marks, not colours, carry the meaning; colours come
// on a terminal alone, and never with NO_COLOR. Lines are wrapped to the width;
// what is to be copied, such as commands and policies, never is. How long a step
// took is said where that is more than a second.

// screen shows steps; nil shows none.
type screen struct {
	out   io.Writer
	color bool
	live  bool // whether a line may be taken back
	width int  // 0: lines are not wrapped
}

const indent = 15

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

// begin shows that a step is running, with a line that goes away. It leaves the
// cursor at the line's beginning, so that whatever is said next covers it.
func (s *screen) begin(name string) {
	if s != nil && s.live {
		fmt.Fprintf(s.out, "… %s\r", name)
	}
}

// end takes that line away.
func (s *screen) end() {
	if s != nil && s.live {
		fmt.Fprint(s.out, "\x1b[K")
	}
}

// show shows a step, with lines that are laid out already.
func (s *screen) show(st step, table []string) {
	if s == nil {
		return
	}
	mark, color := st.Outcome.mark()
	head := fmt.Sprintf("%-12s %s", st.Name, st.Detail)
	if took := time.Duration(st.Took); took > time.Second {
		head += fmt.Sprintf("  (%.1fs)", took.Seconds())
	}
	lines := wrap(head, s.width-2, indent-2)
	fmt.Fprintf(s.out, "%s %s\n", s.paint(mark, color), lines[0])
	for _, line := range lines[1:] {
		fmt.Fprintf(s.out, "  %s\n", line)
	}
	for _, line := range st.More {
		s.text("", line)
	}
	for _, line := range table {
		fmt.Fprintf(s.out, "    %s\n", line)
	}
	for _, h := range st.Hints {
		s.hint(h)
	}
}

func (s *screen) hint(h hint) {
	switch {
	case h.Text == "":
		fmt.Fprintf(s.out, "%*s→ %s\n", indent, "", h.Command)
	case h.Command == "" && h.Lines == nil:
		s.text("→ ", h.Text)
	default:
		s.text("→ ", h.Text+":")
		if h.Command != "" {
			fmt.Fprintf(s.out, "%*s  %s\n", indent, "", h.Command)
		}
	}
	for _, line := range h.Lines {
		fmt.Fprintf(s.out, "    %s\n", line)
	}
}

// text shows words, wrapped below each other after what begins them.
func (s *screen) text(begin, words string) {
	for _, line := range wrap(begin+words, s.width-indent, len([]rune(begin))) {
		fmt.Fprintf(s.out, "%*s%s\n", indent, "", line)
	}
}

func (s *screen) say(format string, args ...any) {
	if s == nil {
		return
	}
	for _, line := range wrap(fmt.Sprintf(format, args...), s.width, 0) {
		fmt.Fprintln(s.out, line)
	}
}

func (s *screen) paint(text, color string) string {
	if !s.color {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// wrap breaks a text between its words so that lines have at most so many
// characters, all but the first behind so many blanks. A word that is longer has a
// line to itself. Commands in the text stay whole.
func wrap(text string, width, hang int) []string {
	if width < hang+20 {
		return []string{strings.TrimRight(text, " ")}
	}
	var lines []string
	line, length := "", 0
	for _, word := range words(text) {
		n := len([]rune(word))
		if length > hang && length+n > width {
			lines = append(lines, strings.TrimRight(line, " "))
			line, length = strings.Repeat(" ", hang), hang
			word = strings.TrimLeft(word, " ")
			n = len([]rune(word))
		}
		line, length = line+word, length+n
	}
	return append(lines, strings.TrimRight(line, " "))
}

// words splits a text into what must not be broken, each with the blanks before it.
func words(text string) []string {
	var all []string
	for len(text) > 0 {
		start := len(text) - len(strings.TrimLeft(text, " "))
		end := start + commandLength(text[start:])
		if end == start {
			if i := strings.IndexByte(text[start:], ' '); i >= 0 {
				end = start + i
			} else {
				end = len(text)
			}
		}
		all, text = append(all, text[:end]), text[end:]
	}
	return all
}

// commandLength is how long the command line is that a text begins with: up to the
// end of the clause. 0 is for none.
func commandLength(text string) int {
	for _, program := range []string{"aws ", "docker ", "docker-credential-ssm ", "sudo ", "unset ", "export ", "Remove-Item "} {
		if strings.HasPrefix(text, program) {
			if i := strings.IndexAny(text, ",;:()"); i >= 0 {
				return i
			}
			return len(text)
		}
	}
	return 0
}
