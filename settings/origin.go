package settings

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/config"

	"docker-credential-ssm/helper"
)

// Origin is an option that somebody has set, and where.
type Origin struct {
	Option string // its name in config.json, or the variable's where it has none
	Value  string
	Where  string // the variable, or the section
}

// Origins lists the options in force for the registry with a key that are not
// at their defaults, in the order of [Known]. It is for people: what Load
// complains about, it leaves out.
func Origins(environ []string, dir, key string) []Origin {
	common, own, ownName := map[string]string{}, map[string]string{}, ""
	if data, err := os.Open(filepath.Join(dir, config.ConfigFileName)); err == nil {
		defer data.Close()
		if file, err := config.LoadFromReader(data); err == nil {
			common = file.Plugins[Section]
			for name, values := range file.Plugins {
				if registry, ok := strings.CutPrefix(name, Section+"/"); ok {
					if k, err := helper.Key(registry); err == nil && k == key {
						own, ownName = values, name
					}
				}
			}
		}
	}
	env := map[string]string{}
	for _, entry := range environ {
		if name, value, _ := strings.Cut(entry, "="); value != "" {
			env[name] = value
		}
	}
	var all []Origin
	for _, o := range Known {
		variable := EnvPrefix + o.Env
		switch {
		case o.Name != "" && own[o.Name] != "":
			all = append(all, Origin{o.Name, own[o.Name], ownName})
		case o.Env != "" && env[variable] != "":
			name := o.Name
			if name == "" {
				name = strings.ToLower(o.Env)
			}
			all = append(all, Origin{name, env[variable], variable})
		case o.Name != "" && common[o.Name] != "":
			all = append(all, Origin{o.Name, common[o.Name], Section})
		}
	}
	return all
}
