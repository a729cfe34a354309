package setup

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"github.com/tailscale/hujson"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
)

// removal takes out what configure has put in: for some registries, or for all.
type removal struct {
	d    *dockerconfig.Document
	keys []string
	all  bool

	shapes []entry // of what had nothing in it
	lines  []string
}

// takeOut removes the registries and their sections, and the common one with all,
// and gives back what configure has replaced. It returns a line for each thing that
// it does.
func takeOut(d *dockerconfig.Document, keys []string, all bool) []string {
	r := &removal{d: d, keys: keys, all: all}
	r.shapes, _ = recallIn(d, settings.Section, "")
	r.takeHelpers()
	r.takeSections()
	if what, ok := find(r.shapes, dockerconfig.Root); ok {
		d.RestoreRoot(what)
	}
	return r.lines
}

// concerns reports whether a server URL is of one of the registries.
func (r *removal) concerns(serverURL string) bool {
	return r.all || slices.ContainsFunc(r.keys, func(key string) bool { return registry.Same(serverURL, key) })
}

// takeHelpers gives the registries in credHelpers back, or drops them.
func (r *removal) takeHelpers() {
	before := r.remembered()
	var dropped []string
	for _, helpers := range r.d.Objects("credHelpers") {
		for i := range helpers.Members {
			m := &helpers.Members[i]
			url := dockerconfig.NameOf(*m)
			if !r.ours(url, m.Value) {
				continue
			}
			at := slices.IndexFunc(before, func(e entry) bool { return e.place == url })
			if at < 0 {
				continue
			}
			e := before[at]
			before = slices.Delete(before, at, at+1) // a second one is that of the next place with this URL
			value, ok := e.value()
			if !ok {
				r.say("%s: which helper was asked before cannot be read, and is not brought back", url)
				continue
			}
			m.Value.Value = value
			if name := e.helper(); name != "" {
				r.say("%s: docker-credential-%s is asked again%s", url, name, absence(name))
			}
		}
		if dockerconfig.Drop(helpers, func(url string, v hujson.Value) bool {
			if !r.ours(url, v) {
				return false
			}
			dropped = append(dropped, url)
			return true
		}) {
			r.dropEmpty("credHelpers", helpers)
		}
	}
	if dropped != nil {
		r.say("%s: taken out of credHelpers", strings.Join(dropped, ", "))
	}
}

// ours reports whether a member of credHelpers gives one of the registries to this
// program.
func (r *removal) ours(url string, v hujson.Value) bool {
	helper, _ := dockerconfig.TextOf(v)
	return helper == settings.HelperName && r.concerns(url)
}

// remembered are the helpers that the registries' sections remember.
func (r *removal) remembered() (all []entry) {
	seen := map[string]bool{}
	for _, plugins := range r.d.Objects("plugins") {
		for _, m := range plugins.Members {
			name := dockerconfig.NameOf(m)
			serverURL, ok := strings.CutPrefix(name, settings.Section+"/")
			if !ok || seen[name] || !r.concerns(serverURL) {
				continue
			}
			seen[name] = true
			entries, readable := recallIn(r.d, name, serverURL)
			if !readable {
				r.say("%s: the option %s is not what configure writes: what it replaced is not brought back", name, settings.Replaced)
			}
			all = append(all, entries...)
		}
	}
	return all
}

// takeSections drops the sections of the registries; the common one too, once
// nothing else is left of what configure writes.
func (r *removal) takeSections() {
	rest := r.all || r.nothingElse()
	for _, plugins := range r.d.Objects("plugins") {
		if dockerconfig.Drop(plugins, func(name string, _ hujson.Value) bool {
			serverURL, ok := strings.CutPrefix(name, settings.Section+"/")
			drops := ok && r.concerns(serverURL) || rest && name == settings.Section
			if drops {
				r.say("%s: taken out of plugins", name)
			}
			return drops
		}) {
			r.dropEmpty("plugins", plugins)
		}
	}
}

// nothingElse reports whether, the registries' sections aside, the memory of shapes
// is all that is left of what configure writes.
func (r *removal) nothingElse() bool {
	for _, helpers := range r.d.Objects("credHelpers") {
		for _, m := range helpers.Members {
			if helper, _ := dockerconfig.TextOf(m.Value); helper == settings.HelperName {
				return false
			}
		}
	}
	for _, plugins := range r.d.Objects("plugins") {
		for _, m := range plugins.Members {
			name := dockerconfig.NameOf(m)
			if serverURL, ok := strings.CutPrefix(name, settings.Section+"/"); ok && !r.concerns(serverURL) {
				return false
			}
			options, ok := m.Value.Value.(*hujson.Object)
			if name == settings.Section && (!ok || len(options.Members) != 1 || dockerconfig.NameOf(options.Members[0]) != settings.Replaced) {
				return false
			}
		}
	}
	return true
}

// dropEmpty removes an object that has become empty, or gives it the shape it had.
func (r *removal) dropEmpty(name string, o *hujson.Object) {
	what, _ := find(r.shapes, name)
	r.d.DropEmpty(o, what)
}

func (r *removal) say(format string, args ...any) {
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

// absence is a remark on a helper that is not installed.
func absence(helper string) string {
	if _, err := exec.LookPath("docker-credential-" + helper); err != nil {
		return ", and is not installed here"
	}
	return ""
}
