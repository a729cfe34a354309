package buildspec

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// scalar is where a YAML scalar stands in the text, byte by byte of its value:
// a change of the value becomes a change of the text.
type scalar struct {
	style      yaml.Style
	start, end int   // of the scalar with its quotes, or its | and last line
	from, to   []int // where each byte of the value stands in the text
}

// locate finds a scalar in the text; nil if what stands there is not what the
// library has read, or has a form that cannot be followed byte by byte.
func (d *document) locate(n *yaml.Node) *scalar {
	if n == nil || n.Kind != yaml.ScalarNode {
		return nil
	}
	at := d.offset(n)
	if at < 0 {
		return nil
	}
	r := reader{text: d.text, at: d.skipProperties(at), value: n.Value}
	s := &scalar{style: n.Style &^ yaml.TaggedStyle, start: r.at}
	ok := false
	switch s.style {
	case 0:
		ok = r.plain()
	case yaml.SingleQuotedStyle:
		ok = r.quoted('\'')
	case yaml.DoubleQuotedStyle:
		ok = r.quoted('"')
	case yaml.LiteralStyle, yaml.FoldedStyle:
		ok = r.block(s.style == yaml.FoldedStyle)
	}
	if !ok || len(r.from) != len(n.Value) {
		return nil
	}
	s.end, s.from, s.to = r.at, r.from, r.to
	return s
}

// skipProperties goes over an anchor and a tag.
func (d *document) skipProperties(at int) int {
	for at < len(d.text) && (d.text[at] == '&' || d.text[at] == '!') {
		for at < len(d.text) && !isBlank(d.text[at]) && !isBreak(d.text[at]) {
			at++
		}
		for at < len(d.text) && (isBlank(d.text[at]) || isBreak(d.text[at])) {
			at++
		}
	}
	return at
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
func isBreak(c byte) bool { return c == '\n' || c == '\r' }

// reader walks along the text of a scalar whose value is known, and notes where
// each byte of the value comes from.
type reader struct {
	text     []byte
	at       int
	value    string
	from, to []int
}

// next says that the value's next bytes are these, of a piece of the text.
func (r *reader) next(value string, from, to int) bool {
	if !strings.HasPrefix(r.value[len(r.from):], value) {
		return false
	}
	for range len(value) {
		r.from, r.to = append(r.from, from), append(r.to, to)
	}
	return true
}

// same takes one character that stands in the text as in the value.
func (r *reader) same() bool {
	if r.at >= len(r.text) {
		return false
	}
	_, size := utf8.DecodeRune(r.text[r.at:])
	for i := range size {
		if !r.next(string(r.text[r.at+i:r.at+i+1]), r.at+i, r.at+i+1) {
			return false
		}
	}
	r.at += size
	return true
}

// lineBreak is the length of the line's end at an offset, 0 if there is none.
func lineBreak(text []byte, at int) int {
	switch {
	case bytes.HasPrefix(text[at:], []byte("\r\n")):
		return 2
	case at < len(text) && isBreak(text[at]):
		return 1
	}
	return 0
}

// fold takes white space with line ends in a plain or quoted scalar: one line
// end is a space, each further one is a line end. It reports false, and has
// moved nowhere, where there is none.
func (r *reader) fold() bool {
	at, breaks := r.at, []int{}
	for at < len(r.text) && (isBlank(r.text[at]) || isBreak(r.text[at])) {
		if n := lineBreak(r.text, at); n > 0 {
			breaks = append(breaks, at)
			at += n
		} else {
			at++
		}
	}
	if len(breaks) == 0 {
		return false
	}
	if len(breaks) == 1 {
		if !r.next(" ", r.at, at) {
			return false
		}
	}
	for i := range breaks[1:] {
		from, to := breaks[i+1], at
		if i == 0 {
			from = r.at
		}
		if i+2 < len(breaks) {
			to = breaks[i+2]
		}
		if !r.next("\n", from, to) {
			return false
		}
	}
	r.at = at
	return true
}

func (r *reader) plain() bool {
	for len(r.from) < len(r.value) {
		if r.fold() {
			continue
		}
		if !r.same() {
			return false
		}
	}
	return true
}

func (r *reader) quoted(quote byte) bool {
	if r.at >= len(r.text) || r.text[r.at] != quote {
		return false
	}
	r.at++
	for r.at < len(r.text) {
		c := r.text[r.at]
		switch {
		case c == quote && quote == '\'' && bytes.HasPrefix(r.text[r.at:], []byte("''")):
			if !r.next("'", r.at, r.at+2) {
				return false
			}
			r.at += 2
		case c == quote:
			r.at++
			return len(r.from) == len(r.value)
		case c == '\\' && quote == '"':
			if !r.escape() {
				return false
			}
		case r.fold():
		case !r.same():
			return false
		}
	}
	return false
}

// escape takes a backslash of a double-quoted scalar. The character that it means is
// taken from the value, which the library has read.
func (r *reader) escape() bool {
	if r.at+1 >= len(r.text) {
		return false
	}
	if n := lineBreak(r.text, r.at+1); n > 0 { // the text continues on the next line
		r.at += 1 + n
		for r.at < len(r.text) && (isBlank(r.text[r.at]) || isBreak(r.text[r.at])) {
			r.at++
		}
		return true
	}
	if len(r.from) >= len(r.value) {
		return false
	}
	length := map[byte]int{'x': 4, 'u': 6, 'U': 10}[r.text[r.at+1]]
	if length == 0 {
		length = 2
	}
	_, size := utf8.DecodeRuneInString(r.value[len(r.from):])
	ok := r.next(r.value[len(r.from):len(r.from)+size], r.at, r.at+length)
	r.at += length
	return ok && r.at <= len(r.text)
}
