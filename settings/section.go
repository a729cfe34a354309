package settings

import (
	"fmt"
	"maps"
	"slices"
)

// apply sets the options of one section, and the location that they name.
func apply(d *draft, path, section string, values map[string]string) error {
	common := section == Section
	known := Known()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		where := fmt.Sprintf("%s: %q in the section %q", path, name, section)
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
			return &OptionError{Where: where + ", " + shown(values[name]) + ",", Why: err.Error(), Known: known[i].known()}
		}
	}
	switch {
	case d.named.none() && values["prefix"] != "":
		d.Location = Location{} // the section's own prefix overrides the common section's location
	case !d.named.none():
		l, err := d.named.location()
		if err != nil {
			return &OptionError{Where: fmt.Sprintf("%s: the section %q", path, section), Why: err.Error(), Known: rightLocations}
		}
		l.Shared = common
		if d.Location = l; l.region() != "" && values["region"] == "" {
			d.Region = l.region()
		}
	}
	return nil
}
