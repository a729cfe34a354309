package buildspec

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// otherCredentials notes that the commands change who asks AWS.
func (a *analysis) otherCredentials() {
	for _, name := range []string{"AWS_PROFILE", "AWS_ACCESS_KEY_ID"} {
		for _, d := range a.defs[name] {
			if d.shell {
				a.note(d.line, "the commands set %s: the helper asks AWS with the credentials in force when Docker pulls", name)
				break
			}
		}
	}
}

// writesConfig notes commands that write Docker's config.json themselves, which
// loses what configure has written there.
func (a *analysis) writesConfig() {
	for _, c := range a.calls {
		for _, r := range c.stmt.Redirs {
			if r.Op != syntax.RdrOut && r.Op != syntax.RdrClob || r.Word == nil {
				continue
			}
			if file := c.script.source(r.Word); strings.HasSuffix(strings.Trim(file, `"'`), "config.json") && strings.Contains(strings.ToLower(file), "docker") {
				a.note(a.lineOf(c.script, r.Pos()), "the command writes Docker's config.json: what configure has written there before is lost; "+
					"a config.json in a secret is served by docker-credential-ssm configure --all-registries --secret ID")
			}
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
		case slices.Contains([]string{"make", "npm", "npx", "yarn", "pnpm", "gradle", "mvn", "sbt", "rake", "just", "task", "tox", "packer", "ansible-playbook", "docker-compose", "skaffold", "earthly", "envsubst",
			"cdk", "sam", "serverless", "sls", "terraform", "pulumi", "bundle", "bazel", "dotnet", "go", "cargo", "php", "composer", "deno", "bun", "copilot", "ansible"}, program):
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
