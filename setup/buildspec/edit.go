package buildspec

import (
	"cmp"
	"slices"
)

// edit replaces a part of a scalar's value.
type edit struct {
	from, to int
	text     string
}

// normalise puts edits in order and joins those that cut out what overlaps;
// false if a replacement overlaps with anything.
func normalise(edits []edit) ([]edit, bool) {
	sortEdits(edits)
	var joined []edit
	for _, e := range edits {
		n := len(joined)
		if n == 0 || e.from >= joined[n-1].to {
			joined = append(joined, e)
			continue
		}
		if e.text != "" || joined[n-1].text != "" {
			return nil, false
		}
		joined[n-1].to = max(joined[n-1].to, e.to)
	}
	return joined, true
}

func sortEdits(edits []edit) {
	slices.SortStableFunc(edits, func(x, y edit) int { return cmp.Or(x.from-y.from, x.to-y.to) })
}
