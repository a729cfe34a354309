package ssm

import (
	"cmp"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"docker-credential-ssm/settings"
)

// origin is what named the profile.
type origin struct {
	kind originKind
	name string // the variable, or the section
}

type originKind int

const (
	byDefault originKind = iota
	byVariable
	bySection
)

// String is what a message calls it.
func (o origin) String() string {
	switch o.kind {
	case byVariable:
		return o.name
	case bySection:
		return "profile in the section " + quoted(o.name) + " of config.json"
	}
	return "no variable"
}

// profileOrigin finds out what named the profile. Of several registries with
// the same profile it is the first.
func (c *client) profileOrigin() origin {
	if c.options.Profile == "" {
		for _, variable := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"} {
			if os.Getenv(variable) != "" {
				return origin{byVariable, variable}
			}
		}
		return origin{}
	}
	variable := settings.EnvPrefix + "PROFILE"
	if c.settings != nil {
		for _, key := range append(c.settings.Registries(), "") {
			for _, o := range c.settings.Origins(key) {
				if o.Option == "profile" && o.Value == c.options.Profile && o.Where != variable {
					return origin{bySection, o.Where}
				}
			}
		}
	}
	return origin{byVariable, variable}
}

// profileName is the profile that the SDK uses.
func (c *client) profileName() string {
	return cmp.Or(c.options.Profile, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE"), "default")
}

// profileWith is the profile that has a setting, beginning with the one in use and
// going on with its source_profile, and the file that it is in.
func (c *client) profileWith(setting string) (name, path string) {
	files := awsFiles()
	way, _ := loops(files, c.profileName())
	for _, name := range way {
		if p, path := profileOf(files, name); p[setting] != "" {
			return name, path
		}
	}
	_, path = profileOf(files, c.profileName())
	return c.profileName(), path
}

// sharedConfig is the profile as the SDK read it.
func sharedConfig(cfg aws.Config) config.SharedConfig {
	for _, source := range cfg.ConfigSources {
		if shared, ok := source.(config.SharedConfig); ok {
			return shared
		}
	}
	return config.SharedConfig{}
}

// lineage is a profile with those that its source_profile leads to.
func lineage(shared *config.SharedConfig) []*config.SharedConfig {
	var all []*config.SharedConfig
	for ; shared != nil; shared = shared.Source {
		all = append(all, shared)
	}
	return all
}
