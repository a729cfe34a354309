package settings

import "strings"

// Origin is an option that is set, with the place where it is set.
type Origin struct {
	Option string // its name in config.json, or the variable's where it has none
	Value  string
	Where  string // the variable, or the section, without user info in its name
}

// Origins lists the options that are set for the registry with a key, in the order of
// [Known]. Doctor and error messages show it.
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
				all = append(all, Origin{name, at.value, hidden(at.where)})
				break
			}
		}
	}
	return all
}
