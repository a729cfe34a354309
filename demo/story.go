package main

import (
	"fmt"
	"io"
)

// story prints what happens. The rules: a numbered line before each step, so
// that a step that takes long is named while it runs; below it, indented, a
// line with a check mark for each thing that is so, and a line with a dash for
// what was left out. No colours, nothing is ever overwritten, and no line is
// wider than a terminal of 100 columns. Errors are not the story's: main prints
// them, on standard error.
type story struct {
	out    io.Writer
	broken func(error) // told when out takes no more
	steps  int
}

func (s *story) title(text string) { s.line("%s\n", text) }

func (s *story) step(text string) {
	s.steps++
	s.line("%d. %s", s.steps, text)
}

func (s *story) done(format string, args ...any)    { s.line("   ✓ "+format, args...) }
func (s *story) more(format string, args ...any)    { s.line("     "+format, args...) }
func (s *story) leftOut(format string, args ...any) { s.line("   - "+format, args...) }

func (s *story) line(format string, args ...any) {
	if _, err := fmt.Fprintf(s.out, format+"\n", args...); err != nil {
		s.broken(err)
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
