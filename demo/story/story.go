// Package story prints the steps of the demo, which two commands take: demo and show.
package story

import (
	"fmt"
	"io"
)

// Story prints what happens. The rules: a numbered line before each step, so
// that a step that takes long is named while it runs; below it, indented, a
// line with a check mark for each thing that is so, and a line with a dash for
// what was left out. No colours, nothing is ever overwritten, and no line is
// wider than a terminal of 100 columns. Errors are not the story's: main prints
// them, on standard error.
type Story struct {
	Out    io.Writer
	Broken func(error) // told when Out takes no more
	Steps  int         // those told already
}

// Title begins the story.
func (s *Story) Title(text string) { s.line("%s\n", text) }

// Step numbers what is about to be done.
func (s *Story) Step(text string) {
	s.Steps++
	s.line("%d. %s", s.Steps, text)
}

// Done says what is so after a step.
func (s *Story) Done(format string, args ...any) { s.line("   ✓ "+format, args...) }

// More adds a line to the one before.
func (s *Story) More(format string, args ...any) { s.line("     "+format, args...) }

// LeftOut says what of a step was not done, and why.
func (s *Story) LeftOut(format string, args ...any) { s.line("   - "+format, args...) }

func (s *Story) line(format string, args ...any) {
	if _, err := fmt.Fprintf(s.Out, format+"\n", args...); err != nil {
		s.Broken(err)
	}
}

// Plural is a number of things.
func Plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
