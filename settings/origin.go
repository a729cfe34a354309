package settings

import "strings"

// Origin is an option that somebody has set, and where.
type Origin struct {
	Option string // its name in config.json, or the variable's where it has none
	Value  string
	Where  string // the variable, or the section
}

// Origins lists the options in force for the registry with a key that are not
// at their defaults, in the order of [Known]. It is for people.
func (s *Settings) Origins(key string) []Origin {
	env := map[string]string{}
	for _, entry := range s.environ {
		name, value, _ := strings.Cut(entry, "=")
		env[name] = value
	}
	own := s.sections[key]
	var all []Origin
	for _, o := range Known() {
		name, variable := o.Name, EnvPrefix+o.Env
		if name == "" {
			name = strings.ToLower(o.Env)
		}
		for _, at := range []struct{ where, value string }{ // the most specific wins
			{own, s.file.Plugins[own][o.Name]},
			{variable, env[variable]},
			{Section, s.file.Plugins[Section][o.Name]},
		} {
			if at.value != "" {
				all = append(all, Origin{name, at.value, at.where})
				break
			}
		}
	}
	return all
}
