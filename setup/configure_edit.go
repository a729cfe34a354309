package setup

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tailscale/hujson"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
)

// takenError is a registry that another helper serves.
type takenError struct{ registry, helper string }

func (e *takenError) Error() string {
	return fmt.Sprintf("gives %s to docker-credential-%s in credHelpers", e.registry, e.helper)
}

// refused is an error of an edit, with what to do about it.
func (c *configuration) refused(path string, err error) error {
	if taken, ok := err.(*takenError); ok {
		return message.Advise(fmt.Errorf("%s %w", path, taken), "To take it over, run "+c.typed.with("replace"))
	}
	return fmt.Errorf("%s %w", path, err)
}

// putIn adds the registries and the options, and remembers what had to go for that.
func (c *configuration) putIn(d *dockerconfig.Document) error {
	shapes := shapesOf(d)
	if err := c.putHelpers(d); err != nil {
		return err
	}
	if err := c.putOptions(d); err != nil {
		return err
	}
	if err := c.rememberHelpers(d); err != nil {
		return err
	}
	return rememberShapes(d, shapes)
}

// putHelpers adds the registries to credHelpers.
func (c *configuration) putHelpers(d *dockerconfig.Document) error {
	there := d.Objects("credHelpers")
	for _, key := range c.keys {
		for _, url := range registry.Lookups(key) {
			for _, m := range dockerconfig.Members(there, url) {
				helper, _ := dockerconfig.TextOf(m.Value)
				if helper == settings.HelperName {
					continue
				}
				if helper != "" && !c.replace && !c.takesFrom(key, helper) {
					return &takenError{registry.Name(key), helper}
				}
				c.takenOver = append(c.takenOver, entryOf(key, *m))
			}
		}
	}
	helpers := d.Make("credHelpers")
	for _, key := range c.keys {
		for _, url := range registry.Lookups(key) {
			d.Set(helpers, url, hujson.String(settings.HelperName), 2)
		}
	}
	return nil
}

// takesFrom reports whether --migrate moves a registry's credential away from a
// helper, which then serves it no longer.
func (c *configuration) takesFrom(key, helper string) bool {
	return slices.ContainsFunc(c.moved, func(m oldLogin) bool { return m.key == key && m.helper == helper })
}

// putOptions adds the options to the sections of the registries, or to the common
// one.
func (c *configuration) putOptions(d *dockerconfig.Document) error {
	if len(c.options) == 0 {
		return nil
	}
	names := []string{settings.Section}
	if !c.all {
		names = nil
		for _, key := range c.keys {
			names = append(names, sectionOf(d, key))
		}
	}
	for _, name := range names {
		err := setIn(d, name, func(sections []*hujson.Object) {
			for _, section := range sections {
				c.replaceLocation(section)
			}
			for _, o := range c.options {
				d.Set(sections, o.Name, hujson.String(o.value), 3)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// setIn changes a section of plugins, in all places where it stands, and adds it
// where there is none.
func setIn(d *dockerconfig.Document, name string, change func(sections []*hujson.Object)) error {
	plugins := d.Make("plugins")
	var sections []*hujson.Object
	for _, m := range dockerconfig.Members(plugins, name) {
		section, ok := m.Value.Value.(*hujson.Object)
		if !ok {
			if m.Value.Value.Kind() != 'n' {
				return &dockerconfig.TextError{Why: "has no object under " + name, Advice: "Correct the file"}
			}
			section = &hujson.Object{}
			m.Value.Value = section
		}
		sections = append(sections, section)
	}
	if sections == nil {
		section := &hujson.Object{}
		change([]*hujson.Object{section})
		d.Set(plugins, name, section, 2)
		return nil
	}
	change(sections)
	return nil
}

// replaceLocation takes the location that was there out of a section that gets
// another: one registry has one.
func (c *configuration) replaceLocation(section *hujson.Object) {
	given := map[string]bool{}
	for _, o := range c.options {
		given[o.Name] = o.Where
	}
	if !slices.Contains(slices.Collect(maps.Values(given)), true) {
		return
	}
	for _, o := range settings.Known() {
		if o.Where && !given[o.Name] {
			dockerconfig.Drop(section, func(name string, _ hujson.Value) bool { return name == o.Name })
		}
	}
}

// sectionOf is the name of a registry's section, in the spelling that is there.
func sectionOf(d *dockerconfig.Document, key string) string {
	for _, plugins := range d.Objects("plugins") {
		for _, m := range plugins.Members {
			if serverURL, ok := strings.CutPrefix(dockerconfig.NameOf(m), settings.Section+"/"); ok && registry.Same(serverURL, key) {
				return dockerconfig.NameOf(m)
			}
		}
	}
	return settings.Section + "/" + registry.Name(key)
}
