// Package leak searches what a program has left behind for a secret, in the forms that
// programs write one in: a [Search] knows the secrets, looks at places, and counts them.
// It is for tests.
package leak

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Form is one way to write a secret.
type Form struct{ Name, Text string }

// Forms are the ways in which a secret is looked for, those that differ from each other.
// A secret of a few bytes is found by chance; one of eight or more is not.
func Forms(secret string) []Form {
	var all []Form
	add := func(name, text string) {
		if text != "" && !slices.ContainsFunc(all, func(f Form) bool { return f.Text == text }) {
			all = append(all, Form{name, text})
		}
	}
	both := func(name, text string) {
		add(name, strings.ToLower(text))
		add(name, strings.ToUpper(text))
	}
	each := func(format string) string {
		var b strings.Builder
		for i := range len(secret) {
			fmt.Fprintf(&b, format, secret[i])
		}
		return b.String()
	}
	add("plain", secret)
	for offset := range 3 {
		add(fmt.Sprintf("base64 at %d", offset), aligned(base64.RawStdEncoding, secret, offset))
		add(fmt.Sprintf("base64url at %d", offset), aligned(base64.RawURLEncoding, secret, offset))
	}
	both("hex", hex.EncodeToString([]byte(secret)))
	both("hex with blanks", strings.TrimSpace(each("%02x ")))
	add("decimal bytes", strings.TrimSpace(each("%d "))) // a []byte with %v
	add("octal", each(`\%03o`))

	for name, escaped := range map[string]string{"query": url.QueryEscape(secret), "path": url.PathEscape(secret)} {
		add("URL, "+name, escaped)
		add("URL, "+name, lowerEscapes(escaped))
	}
	add("URL, each byte", each("%%%02X"))
	add("URL, each byte", each("%%%02x"))

	for _, html := range []bool{true, false} {
		once := jsonText(secret, html)
		add("JSON", once)
		for _, again := range []bool{true, false} {
			add("JSON in JSON", jsonText(once, again)) // as a value is in a call to AWS
		}
	}
	add("JSON, each letter", eachRune(secret, `\u%04x`))
	add("JSON, each letter", eachRune(secret, `\u%04X`))
	add("quoted", strings.Trim(strconv.Quote(secret), `"`))
	add("quoted, ASCII", strings.Trim(strconv.QuoteToASCII(secret), `"`))
	add("UTF-16", wide(secret))
	add("backwards", backwards(secret))
	return all
}

// aligned is what an encoding makes of a secret that stands after some other bytes,
// without the digits that depend on those or on what follows.
func aligned(e *base64.Encoding, secret string, before int) string {
	text := e.EncodeToString(append(make([]byte, before), secret...))
	first := (before*8 + 5) / 6
	last := (before + len(secret)) * 8 / 6
	return text[min(first, last):last]
}

// lowerEscapes has the hex digits of a URL's escapes in lower case.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], bytes.ToLower(b[i+1:i+3]))
		}
	}
	return string(b)
}

func jsonText(s string, html bool) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(html)
	_ = e.Encode(s)
	return strings.Trim(strings.TrimSuffix(b.String(), "\n"), `"`)
}

func eachRune(s, format string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, format, unit)
	}
	return b.String()
}

func wide(s string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = append(b, byte(unit), byte(unit>>8))
	}
	return string(b)
}

func backwards(s string) string {
	r := []rune(s)
	slices.Reverse(r)
	return string(r)
}
