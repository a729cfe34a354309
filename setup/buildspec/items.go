package buildspec

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// deleteItems takes items out of lists of commands. A list that would be empty
// goes with its phase, if CodeBuild can do without it, or keeps a command that
// does nothing.
func (a *analysis) deleteItems(tree *tree, deleted map[*yaml.Node]bool) bool {
	for _, s := range a.all {
		if !deleted[s.node] {
			continue
		}
		at := s.lists[0]
		plain := len(s.lists) == 1 && at.item.Kind == yaml.ScalarNode && at.item.Anchor == "" &&
			at.list.Kind == yaml.SequenceNode && !tree.aliased[at.list] && at.list.Anchor == ""
		rest := 0
		if plain {
			for _, c := range at.list.Content {
				if !deleted[follow(c)] {
					rest++
				}
			}
		}
		switch {
		case plain && rest > 0:
			if !tree.deleteItem(at.list, at.item) {
				return false
			}
		case plain && a.deleteList(tree, at, deleted):
		case plain && at.list.Content[len(at.list.Content)-1] != at.item:
			if !tree.deleteItem(at.list, at.item) {
				return false
			}
		case !tree.nothing(s.node):
			return false
		}
	}
	return true
}

// deleteList takes a whole list away, and the phase if nothing else is in it.
func (a *analysis) deleteList(tree *tree, at listPlace, deleted map[*yaml.Node]bool) bool {
	phases := find(a.doc.root, "phases")
	empty := func(key string) bool {
		list := find(at.phase, key).value
		if list == nil {
			return true
		}
		return list.Kind == yaml.SequenceNode && !slices.ContainsFunc(list.Content, func(c *yaml.Node) bool { return !deleted[c] })
	}
	if at.key == "finally" && find(at.phase, "finally").in == at.phase && !empty("commands") {
		return tree.deleteEntry([]entry{find(at.phase, "finally")})
	}
	if !empty("commands") || !empty("finally") || phases.value.Kind != yaml.MappingNode {
		return false
	}
	commands := find(at.phase, "commands")
	if find(at.phase, "runtime-versions").value != nil && find(at.phase, "finally").value == nil && commands.in == at.phase {
		return tree.deleteEntry([]entry{commands}) // these need no commands beside them
	}
	for _, e := range entries(at.phase) {
		if !strings.Contains(" commands finally on-failure run-as ", " "+e.key.Value+" ") {
			return false
		}
	}
	others := 0
	var own entry
	for _, e := range entries(phases.value) {
		if e.value == at.phase && e.in == phases.value {
			own = e
		} else if !tree.deleted[e.key] {
			others++
		}
	}
	return own.key != nil && others > 0 && tree.deleteEntry([]entry{own})
}
