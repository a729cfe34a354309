package buildspec

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"go.yaml.in/yaml/v3"
)

// FuzzRead: whatever the text is, Read does not panic, its result parses, a
// second run leaves the result as it is, and no password is repeated.
func FuzzRead(f *testing.F) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(archive.Files[0].Data)
		f.Add([]byte(strings.ReplaceAll(string(archive.Files[0].Data), "\n", "\r\n")))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Read("buildspec.yml", text)
		if err != nil {
			if strings.Contains(err.Error(), marked) {
				t.Errorf("the error repeats a password: %v", err)
			}
			return
		}
		var n yaml.Node
		if err := yaml.Unmarshal(p.Result, &n); err != nil {
			t.Fatalf("the result does not parse: %v\n%s", err, p.Result)
		}
		again, err := Read("buildspec.yml", p.Result)
		if err != nil {
			t.Fatalf("the result cannot be read again: %v\n%s", err, p.Result)
		}
		if again.Changed() {
			t.Errorf("a second run changes the result:\n%s", again.Diff())
		}
		said := report(p) + string(p.Diff())
		for _, secret := range p.secrets {
			if strings.Contains(strings.ReplaceAll(said, mask, ""), secret) && len(secret) > 15 {
				t.Errorf("the password %q is repeated:\n%s", secret, said)
			}
		}
	})
}

// FuzzCommand does the same for one command, in each style that YAML has for it.
func FuzzCommand(f *testing.F) {
	for _, command := range []string{
		"echo $P | docker login -u $U --password-stdin",
		"set -e; P2=$P && echo $P2 | sudo docker login -u $U --password-stdin ghcr.io || true # done",
		"if x; then\n  export A=$P B=$U\n  docker login -u $B -p $A >/dev/null; fi\ndocker logout",
		"f() { docker login -u team -p hunter2-of-the-fuzzer; }\nf",
		"docker login -u $(jq -r .user <<< \"$S\") -p `echo $S | jq -r .token`\nunset U P\n",
		"bash -c 'docker login -u $U -p $P && docker logout'",
		"X=1 P3=$P Y=2; { docker login --username=$U -p=$P3; docker info; } | cat",
		"docker logout && docker logout; (docker logout ghcr.io)\n\n\n",
	} {
		for style := range 6 {
			f.Add(command, byte(style))
		}
	}
	styles := []yaml.Style{0, yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle, yaml.LiteralStyle, yaml.FoldedStyle}
	f.Fuzz(func(t *testing.T, command string, style byte) {
		item := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: command, Style: styles[int(style)%len(styles)]}
		list := &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{item}}
		if style%2 == 1 && len(command) < 50 {
			list.Style = yaml.FlowStyle
		}
		text, err := yaml.Marshal(map[string]any{
			"version": "0.2",
			"env": map[string]any{
				"secrets-manager": map[string]string{"U": "hub:username", "P": "hub:password"},
				"parameter-store": map[string]string{"S": "/hub"},
			},
			"phases": map[string]any{"build": map[string]any{"commands": list}, "install": map[string]any{"commands": []string{"date"}}},
		})
		if err != nil {
			t.Skip()
		}
		p, err := Read("buildspec.yml", text)
		if err != nil {
			t.Skip()
		}
		again, err := Read("buildspec.yml", p.Result)
		if err != nil {
			t.Fatalf("the result cannot be read again: %v\n%s", err, p.Result)
		}
		if again.Changed() {
			t.Errorf("a second run changes the result:\n%s", again.Diff())
		}
		if p.Understood() != again.Understood() {
			t.Errorf("understood: %v, and %v in a second run:\n%s", p.Understood(), again.Understood(), p.Diff())
		}
		for _, s := range []*script{{text: command}, {text: itemOf(t, p.Result)}} {
			if s.parse(); s.broken {
				if s.text != command {
					t.Errorf("a shell can read\n%s\nand not\n%s", command, s.text)
				}
				break
			}
		}
	})
}

// itemOf is the command in a result.
func itemOf(t *testing.T, result []byte) string {
	d, err := parseDocument("", result)
	if err != nil {
		t.Fatal(err)
	}
	build := find(find(d.root, "phases").value, "build").value
	if list := find(build, "commands").value; list != nil && len(list.Content) == 1 {
		return list.Content[0].Value
	}
	return ""
}
