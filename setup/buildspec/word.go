package buildspec

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// piece is a part of a word: fixed text, or an expansion that the shell makes.
type piece struct {
	fixed string
	node  syntax.WordPart // nil for fixed text
}

// pieces takes a word apart, without its quotes.
func pieces(w *syntax.Word) []piece {
	if w == nil {
		return nil
	}
	return join(nil, w.Parts, false)
}

func join(to []piece, parts []syntax.WordPart, quoted bool) []piece {
	fixed := func(s string) {
		if n := len(to); n > 0 && to[n-1].node == nil {
			to[n-1].fixed += s
		} else {
			to = append(to, piece{fixed: s})
		}
	}
	for _, part := range parts {
		switch p := part.(type) {
		case *syntax.Lit:
			fixed(unescape(p.Value, quoted))
		case *syntax.SglQuoted:
			if p.Dollar && strings.Contains(p.Value, `\`) {
				to = append(to, piece{node: p})
			} else {
				fixed(p.Value)
			}
		case *syntax.DblQuoted:
			if len(p.Parts) == 0 {
				fixed("")
			}
			to = join(to, p.Parts, true)
		default:
			to = append(to, piece{node: p})
		}
	}
	return to
}

// unescape takes the shell's backslashes away.
func unescape(s string, quoted bool) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if next := s[i+1]; next == '\n' {
				i++
				continue
			} else if !quoted || strings.IndexByte("$`\"\\", next) >= 0 {
				i++
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// fixedText is the text of a word that has no expansion in it.
func fixedText(w *syntax.Word) (string, bool) { return fixedPieces(pieces(w)) }

func fixedPieces(ps []piece) (string, bool) {
	switch {
	case len(ps) == 0:
		return "", true
	case len(ps) == 1 && ps[0].node == nil:
		return ps[0].fixed, true
	}
	return "", false
}

// fixedPrefix is the text that a word begins with, up to its first expansion.
func fixedPrefix(ps []piece) string {
	if len(ps) > 0 && ps[0].node == nil {
		return ps[0].fixed
	}
	return ""
}

// cut takes n bytes of fixed text off the front.
func cut(ps []piece, n int) []piece {
	ps = append([]piece(nil), ps...)
	ps[0].fixed = ps[0].fixed[n:]
	if ps[0].fixed == "" && len(ps) > 1 {
		ps = ps[1:]
	}
	return ps
}

// text is a value as the configure line will say it: fixed parts, and
// expansions that are left to the shell, in their source form.
type text []textPart

type textPart struct{ fixed, expansion string }

func plainText(s string) text { return text{{fixed: s}} }

// fixed is the text if nothing of it is left to the shell.
func (t text) fixed() (string, bool) {
	var b strings.Builder
	for _, p := range t {
		if p.expansion != "" {
			return "", false
		}
		b.WriteString(p.fixed)
	}
	return b.String(), true
}

// shell is the text as one word of a shell command.
func (t text) shell() string {
	if s, ok := t.fixed(); ok {
		return quote(s)
	}
	var b strings.Builder
	b.WriteByte('"')
	for i, p := range t {
		for _, c := range []byte(p.fixed) {
			if strings.IndexByte("$`\"\\", c) >= 0 {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
		}
		next := ""
		if i+1 < len(t) {
			next = t[i+1].fixed
		}
		b.WriteString(short(p.expansion, next))
	}
	b.WriteByte('"')
	return b.String()
}

// short is $NAME for ${NAME} where what follows cannot be taken for a part of
// the name.
func short(expansion, next string) string {
	name := strings.TrimSuffix(strings.TrimPrefix(expansion, "${"), "}")
	if !syntax.ValidName(name) || expansion != "${"+name+"}" || next != "" && (isNameByte(next[0]) || next[0] == '[') {
		return expansion
	}
	return "$" + name
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// quote is a fixed text as one word of a POSIX shell. An exclamation mark needs no
// escape: history expansion is off in scripts.
func quote(s string) string {
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./_-"
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
