package settings

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// apply sets the options of one section, and the location that they name.
func apply(d *draft, path, section string, values map[string]string) error {
	common := section == Section
	known := Known()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		where := path + ": " + quoted(name) + " in the section " + quoted(section)
		i := slices.IndexFunc(known, func(o Option) bool { return o.Name == name && name != "" })
		switch {
		case i < 0 || common && known[i].Places == OneRegistry:
			why := "is unknown"
			if i >= 0 {
				why = fmt.Sprintf("belongs in the section of one registry, such as %q", Section+"/docker.io")
			}
			return &OptionError{Where: where, Why: why, Known: names(known, func(o *Option) string {
				if common && o.Places == OneRegistry {
					return ""
				}
				return o.Name
			})}
		case values[name] == "":
			continue
		}
		if err := known[i].apply(d, values[name]); err != nil {
			return &OptionError{Where: where + ", " + known[i].shown(values[name]) + ",", Why: err.Error(), Known: known[i].known()}
		}
	}
	switch {
	case d.named.none() && values["prefix"] != "":
		d.Location = Location{} // the section's own prefix overrides the common section's location
	case !d.named.none():
		l, err := d.named.location()
		if err != nil {
			return &OptionError{Where: path + ": the section " + quoted(section), Why: err.Error(), Known: rightLocations}
		}
		l.Shared = common
		if d.Location = l; l.region() != "" && values["region"] == "" {
			d.Region = l.region()
		}
	}
	return nil
}

// looksLikeOurs reports whether the name of a section, which is not one of the program's,
// was meant to be: but for letter case, white space, characters that are not seen or
// look alike, and what stands between it and the registry. What it sets would be lost.
func looksLikeOurs(name string) bool {
	name = strings.TrimSpace(strings.ToLower(strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r):
			return -1
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Pd, r):
			return '-'
		case '！' <= r && r <= '～': // the same characters in the width of East Asian ones
			return r - '！' + '!'
		}
		return r
	}, name)))
	rest, ok := strings.CutPrefix(name, Section)
	next, _ := utf8.DecodeRuneInString(rest)
	return ok && (rest == "" || !unicode.IsLetter(next) && !unicode.IsDigit(next) && !strings.ContainsRune("-_.", next))
}
