package buildspec

import (
	"strings"

	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"
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

// envValue is what CodeBuild gives to a variable of a section of env.
func (a *analysis) envValue(d *definition) value {
	n := follow(d.node)
	if n == nil || n.Kind != yaml.ScalarNode {
		return unknown(d.line, "is in %s, which has no text as its value (line %d)", d.name, d.line)
	}
	v := value{kind: kindStored, line: d.line}
	content := strings.TrimSpace(n.Value)
	switch d.section {
	case "parameter-store":
		v.stored = stored{kind: Parameter, name: envText(content), action: "ssm:GetParameters"}
	case "secrets-manager":
		id, rest := content, ""
		if strings.HasPrefix(content, "arn:") {
			parts := strings.SplitN(content, ":", 8)
			id = strings.Join(parts[:min(7, len(parts))], ":")
			if len(parts) == 8 {
				rest = parts[7]
			}
		} else {
			id, rest, _ = strings.Cut(content, ":")
		}
		parts := append(strings.Split(rest, ":"), "", "", "")
		v.stored = stored{kind: Secret, name: envText(id), stage: parts[1], version: parts[2], action: "secretsmanager:GetSecretValue"}
		if parts[0] != "" {
			v.fields = []string{parts[0]}
		}
		if v.stored.stage == "AWSCURRENT" {
			v.stored.stage = ""
		}
	default:
		v.kind, v.text = kindText, plainText(n.Value)
	}
	if content == "" && v.kind == kindStored {
		return unknown(d.line, "is in %s, which is empty (line %d)", d.name, d.line)
	}
	return v
}

// envText is a name of AWS's in a section of env, in which CodeBuild expands
// the variables of the project.
func envText(s string) text {
	if !strings.Contains(s, "$") {
		return plainText(s)
	}
	w, err := syntax.NewParser().Document(strings.NewReader(s))
	if err != nil {
		return plainText(s)
	}
	var t text
	for _, p := range pieces(w) {
		switch e := p.node.(type) {
		case nil:
			t = append(t, textPart{fixed: p.fixed})
		case *syntax.ParamExp:
			if e.Param == nil || !syntax.ValidName(e.Param.Value) || e.Exp != nil || e.Length || e.Excl || e.Index != nil || e.Slice != nil || e.Repl != nil {
				return plainText(s)
			}
			t = append(t, textPart{expansion: "${" + e.Param.Value + "}"})
		default:
			return plainText(s)
		}
	}
	return t
}
