package buildspec

import "strings"

// block takes a literal or folded scalar.
func (r *reader) block(folded bool) bool {
	if r.at >= len(r.text) || r.text[r.at] != '|' && r.text[r.at] != '>' {
		return false
	}
	for r.at < len(r.text) && lineBreak(r.text, r.at) == 0 {
		r.at++
	}
	if r.at < len(r.text) {
		r.at += lineBreak(r.text, r.at)
	}
	last := r.at // behind the last line that is not blank
	indent, ok := r.indent()
	if !ok {
		return len(r.value) == 0
	}
	for len(r.from) < len(r.value) {
		// Content of a line, behind the indentation.
		for range indent {
			if r.at < len(r.text) && r.text[r.at] == ' ' {
				r.at++
			}
		}
		for r.at < len(r.text) && lineBreak(r.text, r.at) == 0 {
			if !r.same() {
				return false
			}
			last = r.at
		}
		if r.at >= len(r.text) {
			break
		}
		if !r.breaks(indent, folded) {
			return false
		}
	}
	r.at = last
	return true
}

// indent is how many spaces the lines of a block scalar are moved in by: what
// stands before the first line that has content in the value.
func (r *reader) indent() (int, bool) {
	at := r.at
	content := strings.TrimLeft(r.value, "\n")
	if i := strings.IndexByte(content, '\n'); i >= 0 {
		content = content[:i]
	}
	for at < len(r.text) {
		end := at
		for end < len(r.text) && lineBreak(r.text, end) == 0 {
			end++
		}
		if line := string(r.text[at:end]); strings.Trim(line, " ") != "" {
			spaces := len(line) - len(strings.TrimLeft(line, " "))
			own := len(content) - len(strings.TrimLeft(content, " "))
			return spaces - own, spaces >= own
		}
		at = end + lineBreak(r.text, end)
		if end >= len(r.text) {
			break
		}
	}
	return 0, false
}

// breaks takes the line ends up to the next line with content.
func (r *reader) breaks(indent int, folded bool) bool {
	at, ends := r.at, []int{}
	for at < len(r.text) {
		n := lineBreak(r.text, at)
		if n == 0 {
			break
		}
		ends = append(ends, at)
		at += n
		ahead := at
		for ahead < len(r.text) && ahead < at+indent && r.text[ahead] == ' ' {
			ahead++
		}
		if ahead < len(r.text) && lineBreak(r.text, ahead) > 0 {
			at = ahead
			continue
		}
		break
	}
	rest := r.value[len(r.from):]
	kept := len(rest) - len(strings.TrimLeft(rest, "\n"))
	switch {
	case kept >= len(ends) || !folded || kept == len(rest):
		// Every line end is one of the value, or, at its end, was cut off.
		ends = ends[:min(kept, len(ends))]
	case kept == 0 && len(ends) == 1:
		if !r.next(" ", ends[0], at) {
			return false
		}
		r.at = at
		return true
	case kept == len(ends)-1:
		ends[1] = ends[0] // the first line end is folded into the second
		ends = ends[1:]
	default:
		return false
	}
	for i, from := range ends {
		to := at
		if i+1 < len(ends) {
			to = ends[i+1]
		}
		if !r.next("\n", from, to) {
			return false
		}
	}
	r.at = at
	return true
}
