package buildspec

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// env notes the variables that CodeBuild sets.
func (a *analysis) env() {
	env := find(a.doc.root, "env")
	for _, section := range entries(env.value) {
		switch section.key.Value {
		case "variables", "parameter-store", "secrets-manager":
			for _, e := range entries(section.value) {
				a.exported[e.key.Value] = true
				a.define(&definition{
					name: e.key.Value, line: e.key.Line, section: section.key.Value,
					path: []entry{env, section, e}, node: e.value,
				})
			}
		case "shell":
			if n := follow(section.value); n != nil {
				a.powershell = strings.Contains(strings.ToLower(n.Value), "powershell") || strings.Contains(strings.ToLower(n.Value), "cmd")
			}
		}
	}
	a.batch(find(a.doc.root, "batch").value, 0)
}

// batch notes the variables that single builds of a batch set: they win over
// those of the buildspec, in that build alone.
func (a *analysis) batch(n *yaml.Node, level int) {
	n = follow(n)
	if n == nil || level > 6 {
		return
	}
	if n.Kind == yaml.SequenceNode {
		for _, c := range n.Content {
			a.batch(c, level+1)
		}
		return
	}
	for _, e := range entries(n) {
		if e.key.Value != "env" {
			a.batch(e.value, level+1)
			continue
		}
		for _, section := range entries(e.value) {
			for _, v := range entries(section.value) {
				a.exported[v.key.Value] = true
				a.define(&definition{name: v.key.Value, line: v.key.Line, why: "the builds of the batch set each for itself", batch: true, node: v.value})
			}
		}
	}
}
