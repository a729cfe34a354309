// Package environ is the environment of the process. On Windows a variable's name is
// the same in any letter case, for os.Getenv too, but the entries of os.Environ have
// the case in which somebody has set them. Whoever searches these takes them from here.
package environ

import "strings"

// upper makes the names upper-case.
func upper(entries []string) []string {
	for i, entry := range entries {
		if name, _, ok := strings.Cut(entry, "="); ok {
			entries[i] = strings.ToUpper(name) + entry[len(name):]
		}
	}
	return entries
}
