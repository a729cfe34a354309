package buildspec

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"
)

func TestShell(t *testing.T) {
	for _, test := range []struct {
		text text
		want string
	}{
		{plainText("team"), "team"},
		{plainText("/aws/reference/secretsmanager/a:AWSCURRENT"), "/aws/reference/secretsmanager/a:AWSCURRENT"},
		{plainText(""), "''"},
		{plainText("it's $5 & more!"), `'it'\''s $5 & more!'`},
		{plainText("a*"), "'a*'"},
		{text{{expansion: "${U}"}}, `"$U"`},
		{text{{fixed: `a"$`}, {expansion: "${U}"}, {fixed: "_b"}}, `"a\"\$${U}_b"`},
		{text{{expansion: "${U:-x}"}, {fixed: "/b"}}, `"${U:-x}/b"`},
	} {
		if got := test.text.shell(); got != test.want {
			t.Errorf("%v is %s, want %s", test.text, got, test.want)
		}
	}
}

func TestQueries(t *testing.T) {
	for query, want := range map[string]string{
		"Parameter.Value":                      "Parameter.Value",
		"Parameters[0].Value":                  "Parameters.0.Value",
		"Parameters[*].Value":                  "Parameters.0.Value",
		"Parameters[].Value | [0]":             "Parameters.0.Value",
		"Parameters[*].[Value]":                "Parameters.0.Value",
		"Parameters[?Name=='/b'].Value":        "Parameters.0.Value of /b",
		"Parameters[?Name==`\"/b\"`].Value[0]": "Parameters.0.Value of /b",
		"SecretString":                         "SecretString",
		"Parameters[?Name=='/b'].Type":         "",
		"Parameters[?Name=='/b']":              "",
		"to_string(Parameter)":                 "",
		"Parameter.Value | x":                  "",
		"":                                     "",
	} {
		steps, name := jmesPath(query)
		got := strings.Join(steps, ".")
		if name != "" {
			got += " of " + name
		}
		if got != want {
			t.Errorf("%s leads to %q, want %q", query, got, want)
		}
	}
}

func TestWordIn(t *testing.T) {
	for text, want := range map[string]bool{
		"echo $USER":          true,
		"${USER}/app":         true,
		"-e USER":             true,
		"-eUSER":              true,
		"process.env.USER":    true,
		"$USERS":              false,
		"$MY_USER":            false,
		"/CodeBuild/USER":     false,
		"/a/USER and $USER":   true,
		"--USER":              false,
		"--build-arg=USER":    true,
		"registry.io/a-USER ": false,
	} {
		if got := wordIn(text, "USER"); got != want {
			t.Errorf("%q mentions USER: %v, want %v", text, got, want)
		}
	}
}

func TestRegistry(t *testing.T) {
	for server, want := range map[string]string{
		"docker.io": "docker.io", "index.docker.io": "docker.io", "registry-1.docker.io": "docker.io",
		"https://index.docker.io/v1/": "docker.io", "https://Registry.Hub.docker.com/v2": "docker.io",
		"ghcr.io": "ghcr.io", "https://ghcr.io:443/": "ghcr.io", "localhost:5000": "localhost:5000", "": "docker.io",
		"registry.example.com/team": "registry.example.com",
	} {
		if got := normal(server, true); got != want {
			t.Errorf("%s is %s, want %s", server, got, want)
		}
	}
	if got := normal("registry.example.com/team", false); got != "registry.example.com/team" {
		t.Errorf("a path of podman's is lost: %s", got)
	}
}

// TestNotABuildspec: each refusal names the file, and the line where there is one.
func TestNotABuildspec(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "b.yml is empty",
		"a: b":                           "b.yml is not a buildspec: it has no phases",
		"- a":                            "b.yml is not a buildspec: it has no phases",
		"phases: {}":                     "b.yml has no version; CodeBuild knows 0.1 and 0.2",
		"\nversion: 3\nphases: {}":       "b.yml:2: is not a version of a buildspec that CodeBuild knows: 0.1 or 0.2",
		"version: 0.2\nphases:\n\t- a":   "b.yml:3: is not valid YAML",
		"version: 0.2\nphases: *hunter2": "b.yml is not valid YAML",
		"a: \x00":                        "b.yml is not UTF-8 text",
		"\xff\xfe":                       "b.yml is not UTF-8 text",
		strings.Repeat("[", 200) + strings.Repeat("]", 200):                            "b.yml is not a buildspec: it has no phases",
		"version: 0.2\nphases: " + strings.Repeat("[", 200) + strings.Repeat("]", 200): "b.yml is nested too deeply",
	} {
		_, err := Read("b.yml", []byte(text))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || err.Error() != want {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
}

// TestMergeKeysWithoutEnd: merge keys that double on each level end in time.
func TestMergeKeysWithoutEnd(t *testing.T) {
	var b strings.Builder
	b.WriteString("version: 0.2\nx0: &x0 {a: b}\n")
	for i := range 60 {
		n, next := string(rune('A'+i%26))+strings.Repeat("x", i/26), string(rune('A'+(i+1)%26))+strings.Repeat("x", (i+1)/26)
		if i == 0 {
			b.WriteString("y: &A {a: b}\n")
		}
		b.WriteString("y" + next + ": &" + next + "\n  <<: [*" + n + ", *" + n + "]\n")
	}
	b.WriteString("phases:\n  build:\n    <<: *Ixx\n")
	if _, err := Read("b.yml", []byte(b.String())); err != nil {
		t.Error(err)
	}
}

// TestVariablesWithoutEnd: variables that double on each step end in time.
func TestVariablesWithoutEnd(t *testing.T) {
	var b strings.Builder
	b.WriteString("version: 0.2\nphases:\n  build:\n    commands:\n      - V0=x\n")
	for i := range 28 {
		fmt.Fprintf(&b, "      - V%d=$V%d$V%d\n", i+1, i, i)
	}
	b.WriteString("      - docker login -u team -p $V28\n")
	p, err := Read("b.yml", []byte(b.String()))
	if err != nil || len(p.Logins) != 1 || p.Logins[0].Problem == "" {
		t.Errorf("%v, %v", p, err)
	}
}

// TestNoControlCharacters: nothing of a buildspec moves a terminal's cursor.
func TestNoControlCharacters(t *testing.T) {
	p, err := Read("b.yml", []byte("version: 0.2\nenv: {parameter-store: {P: /p}}\nphases:\n  build:\n    commands:\n"+
		"      - \"docker login -u \\e[31m -p $P \\e[0m\"\n"+
		"      - \"echo \\x7f\"\n      - \"docker login -u '\\u009b1m' -p $P ghcr.io\"\n      - docker login -u team -p $P quay.io\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Logins) != 3 || p.Logins[0].Problem == "" || p.Logins[1].Problem == "" || p.Logins[2].Command == "" {
		t.Errorf("%s", report(p))
	}
	said := strings.NewReplacer("\n", "", "\t", "").Replace(report(p) + string(p.Diff()))
	if i := strings.IndexFunc(said, unicode.IsControl); i >= 0 {
		t.Errorf("%q has a control character", said)
	}
}
