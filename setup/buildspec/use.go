package buildspec

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"
)

// removal is what goes, because nothing uses it any more.
type removal struct {
	nodes   map[syntax.Node]bool // assignments, names in unset and export, logouts
	entries map[*yaml.Node]bool  // values in env
}

// unused decides which variables of the replaced logins go: those that the
// rest of the buildspec does not mention.
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
				a.note(line, "%s goes: see that %s does not use it", name, script)
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

// uses says whether anything mentions a variable that is neither a replaced
// login nor gone.
func (a *analysis) uses(name string, own []*definition, replaced []*login, gone removal) bool {
	isScript := map[*yaml.Node]bool{}
	for _, s := range a.all {
		isScript[s.node] = true
		if wordIn(a.remaining(s, name, own, replaced, gone), name) {
			return true
		}
	}
	for _, l := range replaced {
		if expansionIn(l.Command, name) {
			return true
		}
	}
	skip := map[*yaml.Node]bool{}
	dollar := map[*yaml.Node]bool{}
	for _, defs := range a.defs {
		for _, d := range defs {
			if d.node == nil {
				continue
			}
			dollar[d.node] = true
			if gone.entries[d.node] || d.name == name {
				skip[d.node] = true
			}
		}
	}
	env := map[*yaml.Node]bool{}
	a.envMappings(a.doc.root, env, 0)
	var search func(n *yaml.Node) bool
	search = func(n *yaml.Node) bool {
		switch {
		case skip[n] || isScript[n]:
			return false
		case n.Kind == yaml.ScalarNode && dollar[n]:
			return expansionIn(n.Value, name)
		case n.Kind == yaml.ScalarNode:
			return wordIn(n.Value, name)
		}
		for i, c := range n.Content {
			if env[n] && i%2 == 0 {
				continue // the name of a variable that is set
			}
			if search(c) {
				return true
			}
		}
		return false
	}
	return search(a.doc.root)
}

// envMappings are those whose keys are names of variables.
func (a *analysis) envMappings(n *yaml.Node, found map[*yaml.Node]bool, level int) {
	if level > maxDepth {
		return
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		switch n.Content[i].Value {
		case "variables", "parameter-store", "secrets-manager":
			if v := follow(n.Content[i+1]); v != nil {
				found[v] = true
			}
		}
	}
	for _, c := range n.Content {
		a.envMappings(c, found, level+1)
	}
}

// remaining is the text of a script without comments, without what goes, and
// without the places where a variable is only set.
func (a *analysis) remaining(s *script, name string, own []*definition, replaced []*login, gone removal) string {
	text := []byte(s.text)
	blank := func(from, to int) {
		for i := max(from, 0); i < min(to, len(text)); i++ {
			text[i] = ' '
		}
	}
	node := func(in *script, n syntax.Node) {
		if in.node == s.node {
			blank(in.at(n.Pos()), in.at(n.End()))
		}
	}
	if s.file != nil {
		syntax.Walk(s.file, func(n syntax.Node) bool {
			if c, ok := n.(*syntax.Comment); ok {
				node(s, c)
			}
			return true
		})
	}
	for _, l := range replaced {
		if l.call.script.node == s.node {
			blank(l.from, l.to)
		}
	}
	for _, defs := range a.defs {
		for _, d := range defs {
			switch {
			case d.assign == nil:
			case gone.nodes[d.assign], slices.Contains(own, d):
				node(d.at.script, d.assign)
			case d.name == name:
				node(d.at.script, d.assign.Name)
			}
		}
	}
	for _, m := range a.mentions {
		if m.name == name {
			node(m.script, m.node)
		}
	}
	return string(text)
}

// wordIn says whether a text mentions a name as a whole word. A part of a path
// is none: /CodeBuild/DOCKERHUB_USER.
func wordIn(text, name string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(name)
		before := i == 0 || !isNameByte(text[i-1]) && strings.IndexByte("/.-", text[i-1]) < 0
		if before && (end == len(text) || !isNameByte(text[end])) {
			return true
		}
		from = i + 1
	}
}

// expansionIn says whether a text has $NAME or ${NAME… in it.
func expansionIn(text, name string) bool {
	for from := 0; ; {
		i := strings.IndexByte(text[from:], '$')
		if i < 0 {
			return false
		}
		from += i + 1
		rest := strings.TrimLeft(text[from:], "{#!")
		if strings.HasPrefix(rest, name) && (len(rest) == len(name) || !isNameByte(rest[len(name)])) {
			return true
		}
	}
}

// otherScript is the first thing that the commands run whose text this package
// does not see, and which gets the environment.
func (a *analysis) otherScript() (string, int) {
	for _, c := range a.calls {
		words := unwrap(c.expr.Args)
		program, ok := fixedText(words[0])
		if !ok {
			continue
		}
		second := ""
		if len(words) > 1 {
			second, _ = fixedText(words[1])
		}
		found := false
		switch {
		case strings.HasPrefix(program, "./"), strings.HasPrefix(program, "../"), strings.HasSuffix(program, ".sh"), strings.Contains(program, "/") && !strings.HasPrefix(program, "/"):
			found = true
		case isShell(program), program == "source", program == ".", strings.HasPrefix(program, "python"), program == "node", program == "ruby", program == "perl":
			found = second != "" && second[0] != '-'
			program += " " + second
		case slices.Contains([]string{"make", "npm", "npx", "yarn", "pnpm", "gradle", "mvn", "sbt", "rake", "just", "task", "tox", "packer", "ansible-playbook", "docker-compose", "skaffold", "earthly", "envsubst"}, program):
			found = true
		case program == "docker" && (second == "compose" || second == "stack"):
			found, program = true, "docker "+second
		case program == "docker" && second == "buildx" && len(words) > 2:
			third, _ := fixedText(words[2])
			found, program = third == "bake", "docker buildx bake"
		}
		if found {
			return nameOfProgram(program), a.lineOf(c.script, c.expr.Pos())
		}
	}
	return "", 0
}
