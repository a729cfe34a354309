package ssm

import (
	"cmp"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"docker-credential-ssm/settings"
)

// origin is where the name of the profile is set.
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

// String is the origin as messages name it.
func (o origin) String() string {
	switch o.kind {
	case byVariable:
		return o.name
	case bySection:
		return "profile in the section " + quoted(o.name) + " of config.json"
	}
	return "no variable"
}

// profileOrigin finds where the name of the profile is set: for several sections with
// this profile, in the first.
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

// namedProfile is the profile that an option or a variable names; "" for none.
func (c *client) namedProfile() string {
	return cmp.Or(c.options.Profile, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE"))
}

// profileName is the profile that the SDK uses.
func (c *client) profileName() string { return cmp.Or(c.namedProfile(), "default") }

// profileWith is the first profile with a setting, and the file that it is in. It looks
// at the profile in use, then at its source_profile, and so on.
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

// lineage is a profile, its source_profile, the source_profile of that, and so on.
func lineage(shared *config.SharedConfig) []*config.SharedConfig {
	var all []*config.SharedConfig
	for ; shared != nil; shared = shared.Source {
		all = append(all, shared)
	}
	return all
}
