package settings

import (
	"fmt"
	"maps"
	"slices"
)

// apply sets the options of one section.
func apply(o *Options, path, name string, values map[string]string) error {
	common := name == Section
	for _, option := range slices.Sorted(maps.Keys(values)) {
		where := fmt.Sprintf("%s: %q in the section %q", path, option, name)
		i := slices.IndexFunc(Known, func(o Option) bool { return o.Name == option && option != "" })
		switch {
		case i < 0 || common && Known[i].RegistryOnly():
			why := "is unknown"
			if i >= 0 {
				why = fmt.Sprintf("belongs in the section of one registry, such as %q", Section+"/docker.io")
			}
			return &OptionError{Where: where, Why: why, Known: names(func(o *Option) string {
				if common && o.RegistryOnly() {
					return ""
				}
				return o.Name
			})}
		case values[option] == "":
			continue
		}
		if err := Known[i].set(o, values[option]); err != nil {
			return &OptionError{Where: fmt.Sprintf("%s, %q,", where, values[option]), Why: err.Error(), Known: Known[i].known()}
		}
	}
	if why := misplaced(o, values["region"] == ""); why != "" {
		return &OptionError{Where: fmt.Sprintf("%s: the section %q", path, name), Why: why, Known: "parameter alone, or usernameParameter with passwordParameter"}
	}
	return nil
}

// misplaced says what is wrong with where the options place a credential; ""
// for nothing. An ARN's Region is the one to ask, if it may say so.
func misplaced(o *Options, mayAsk bool) string {
	var none Name
	regions := map[string]bool{}
	for _, name := range []Name{o.Parameter, o.UsernameParameter, o.PasswordParameter} {
		if name.Region != "" && mayAsk {
			o.Region = name.Region
			regions[name.Region] = true
		}
	}
	switch {
	case o.Parameter != none && (o.UsernameParameter != none || o.PasswordParameter != none):
		return "has parameter and one of usernameParameter and passwordParameter"
	case (o.UsernameParameter != none) != (o.PasswordParameter != none):
		return "has one of usernameParameter and passwordParameter without the other"
	case o.UsernameParameter != none && o.UsernameParameter == o.PasswordParameter:
		return "has one parameter as usernameParameter and passwordParameter"
	case len(regions) > 1:
		return "has usernameParameter and passwordParameter in two Regions"
	}
	return ""
}
