package buildspec

import (
	"slices"

	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"
)

// removal is what is removed, because nothing uses it any more.
type removal struct {
	nodes   map[syntax.Node]bool // assignments, names in unset and export, logouts
	entries map[*yaml.Node]bool  // values in env
}

// unused decides which variables of the replaced logins are removed: those that the
// rest of the buildspec does not mention. Where the commands run other scripts, which
// get the environment and are not read here, an exported user name stays, for a script
// that puts it into an image's name would fail without it; an exported password goes,
// for it was there for the login. Both are noted.
func (a *analysis) unused(replaced []*login) removal {
	gone := removal{map[syntax.Node]bool{}, map[*yaml.Node]bool{}}
	for _, out := range a.logouts {
		if a.takenOver(out, replaced) {
			gone.nodes[out.call.stmt] = true
		}
	}
	// The variables, with those that carried a password apart.
	traced, password := map[string][]*definition{}, map[string]bool{}
	var names []string
	add := func(defs []*definition, secret bool) {
		for _, d := range defs {
			if traced[d.name] == nil {
				names = append(names, d.name)
			}
			traced[d.name] = append(traced[d.name], d)
			password[d.name] = password[d.name] || secret
		}
	}
	for _, l := range replaced {
		add(l.password.trail, true)
		add(l.password.names, false)
		add(l.user.trail, false)
		add(l.user.names, false)
		add(l.trail, false)
	}
	script, line := a.otherScript()
	told := map[string]bool{}
	for again := true; again; {
		again = false
		for _, name := range names {
			if a.isGone(traced[name], gone) || a.uses(name, traced[name], replaced, gone) {
				continue
			}
			if a.exported[name] && script != "" && !password[name] {
				if !told[name] {
					a.note(line, "%s stays, although nothing in this file uses it any more: %s may", name, script)
				}
				told[name] = true
				continue
			}
			if a.exported[name] && script != "" {
				a.note(line, "%s goes: check that %s does not use it", name, script)
			}
			for _, d := range traced[name] {
				if d.shell {
					gone.nodes[d.assign] = true
				} else {
					gone.entries[d.node] = true
				}
			}
			for _, m := range a.mentions {
				if m.name == name {
					gone.nodes[m.node] = true
				}
			}
			again = true
		}
	}
	return gone
}

func (a *analysis) isGone(defs []*definition, gone removal) bool {
	for _, d := range defs {
		if d.assign != nil && !gone.nodes[d.assign] || d.node != nil && !gone.entries[d.node] {
			return false
		}
	}
	return true
}

// takenOver says whether a logout concerns a registry whose every login is
// replaced.
func (a *analysis) takenOver(out *logout, replaced []*login) bool {
	if out.all {
		return false
	}
	found := false
	for _, l := range a.logins {
		if l.registry.shell() == out.registry.shell() && len(l.registry) > 0 && !l.ECR {
			if !slices.Contains(replaced, l) {
				return false
			}
			found = true
		}
	}
	return found
}
