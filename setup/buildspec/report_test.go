package buildspec

import (
	"fmt"
	"strings"
)

// report is all that a plan says, for comparison.
func report(p *Plan) string {
	var b strings.Builder
	for _, l := range p.Logins {
		fmt.Fprintf(&b, "%d: %s", l.Line, l.Tool)
		if l.Registry != "" {
			fmt.Fprintf(&b, " %s", l.Registry)
		}
		b.WriteString("\n")
		for _, s := range []struct {
			name string
			Source
		}{{"user name", l.Username}, {"password", l.Password}} {
			if s.Kind == Unknown && s.Line == 0 {
				continue
			}
			fmt.Fprintf(&b, "\t%s: line %d: %s", s.name, s.Line, []string{"unknown", "parameter", "secret", "written out", "variable"}[s.Kind])
			for _, f := range []struct{ name, value string }{
				{"", s.Name}, {"", s.Literal}, {"field ", s.Field}, {"stage ", s.Stage}, {"version ", s.Version},
				{"Region ", s.Region}, {"profile ", s.Profile}, {"through ", s.Variable}, {"with ", s.Action},
			} {
				if f.value != "" {
					fmt.Fprintf(&b, " %s%s", f.name, f.value)
				}
			}
			b.WriteString("\n")
		}
		for _, f := range []struct{ name, value string }{{"command", l.Command}, {"problem", l.Problem}, {"advice", l.Advice}} {
			if f.value != "" {
				fmt.Fprintf(&b, "\t%s: %s\n", f.name, f.value)
			}
		}
		if l.ECR {
			b.WriteString("\tECR\n")
		}
		for _, n := range l.Notes {
			fmt.Fprintf(&b, "\tnote: %s\n", n)
		}
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "note: line %d: %s\n", n.Line, n.Text)
	}
	return b.String()
}
