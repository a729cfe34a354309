package transport

import (
	"slices"
	"strings"
	"unicode"
)

// maxShown is the length, in characters, to which printable cuts a text: two
// host names of a usual length.
const maxShown = 160

// printable takes control characters, and what changes the direction of writing,
// out of a text, and cuts it.
func printable(text string) string {
	runes := slices.DeleteFunc([]rune(strings.ToValidUTF8(text, "")), func(r rune) bool { return !unicode.IsPrint(r) })
	if len(runes) > maxShown {
		runes = append(runes[:maxShown-1], '…')
	}
	return string(runes)
}
