package policy

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"docker-credential-ssm/settings"
)

// FuzzFormats: whatever names the settings have, the three forms are well-formed, say
// the same, and hold nothing but what was named: no text of a name ends the string that
// it stands in, and none is taken for a parameter of the template.
func FuzzFormats(f *testing.F) {
	for _, seed := range [][5]string{
		{"docker.io", "", "alias/docker", "", ""}, {"ghcr.io", "hub", "1234abcd", "arn:aws:iam::444455556666:role/pull", "us-gov-west-1"}, {"localhost_3A5000", "team/hub_+=.@-", `a"b`, "", "cn-north-1"},
		{"docker.io", "", "alias/x", `arn:aws:iam::1:role/"`, ""}, {"docker.io", "", "", `arn:aws:iam::1:role/\`, ""}, {"docker.io", "", "", "arn:aws:iam::444455556666:role/${x}", ""}, {"docker.io", "", "", "arn:aws:iam::444455556666:role/${AWS::AccountId}${!y}", ""},
		{"docker.io", "", "", "arn:aws:iam::$${x}:role/%%{y}%{ if true }", ""}, {"docker.io", "", "", "arn:role/:role/a: b # c", ""}, {"docker.io", "", "arn:aws:kms:us-west-2:444455556666:alias/ab", "", ""}, {"docker.io", "", "", "arn:x:REGION:ACCOUNT::role/", ""}, {"docker.io", "", "", "arn:\U0001f433 &*!|>-?:role/'", ""},
		{"docker.io", "0", "", "arn:aws:iam::$${x:role/}", ""}, {"docker.io", "", `a"b`, "", ""}, {"docker.io", "", "${AWS::AccountId}", "", ""}, {"docker.io", "", "\u0085", "", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4], true)
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4], false)
	}
	f.Fuzz(func(t *testing.T, registry, secret, key, role, region string, known bool) {
		if !utf8.ValidString(registry + secret + key + role + region) {
			t.Skip("JSON cannot hold it")
		}
		section := map[string]string{"kmsKeyId": key, "roleArn": role, "region": region}
		if secret != "" {
			section["secret"] = secret
		}
		text, err := json.Marshal(map[string]any{"plugins": map[string]any{settings.Section + "/docker.io": section}})
		if err != nil {
			t.Fatal(err)
		}
		s, err := settings.Parse(nil, "config.json", text)
		if err != nil {
			return
		}
		account := Account{}
		if known {
			account = Account{"111122223333", "aws", "eu-central-1"}
		}
		statements, err := For(s, []string{"docker.io"}, account, What{Write: true, List: true})
		if err != nil {
			t.Fatal(err)
		}
		want := documentOf(statements)

		var fromJSON document
		if err := json.Unmarshal([]byte(JSON(statements)), &fromJSON); err != nil || !same(fromJSON, want) {
			t.Fatalf("%v: %+v, want %+v", err, fromJSON, want)
		}
		if shown := JSON(statements) + CloudFormation(statements) + Terraform(statements); strings.ContainsFunc(shown, func(r rune) bool { return unicode.IsControl(r) && r != '\n' || unicode.Is(unicode.Cf, r) }) {
			t.Fatalf("a control character in %q", shown)
		}
		if got := fromCloudFormation(t, CloudFormation(statements)); !same(got, want) {
			t.Fatalf("%+v, want %+v, of\n%s", got, want, CloudFormation(statements))
		}
		if got, all := fromTerraform(t, Terraform(statements)), stringsOf(want); !slices.Equal(got, all) {
			t.Fatalf("%q, want %q, of\n%s", got, all, Terraform(statements))
		}
	})
}

func same(a, b document) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// fromCloudFormation reads the policy of a template, with what stands in place of the
// template's own parameters.
func fromCloudFormation(t *testing.T, text string) (d document) {
	t.Helper()
	var template map[string]struct {
		Properties struct {
			PolicyDocument yaml.Node `yaml:"PolicyDocument"`
		} `yaml:"Properties"`
	}
	if err := yaml.Unmarshal([]byte(text), &template); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	node := template["DockerCredentialSSM"].Properties.PolicyDocument
	substitute(&node)
	var raw struct {
		Version   string `yaml:"Version"`
		Statement []struct {
			Sid       string                       `yaml:"Sid"`
			Effect    string                       `yaml:"Effect"`
			Action    []string                     `yaml:"Action"`
			Resource  []string                     `yaml:"Resource"`
			Condition map[string]map[string]string `yaml:"Condition"`
		} `yaml:"Statement"`
	}
	if err := node.Decode(&raw); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	d.Version = raw.Version
	for _, s := range raw.Statement {
		d.Statement = append(d.Statement, entry(s))
	}
	return d
}

// substitute does what !Sub does.
func substitute(n *yaml.Node) {
	for _, inner := range n.Content {
		substitute(inner)
	}
	if n.Tag != "!Sub" {
		return
	}
	n.Tag = "!!str"
	n.Value = regexp.MustCompile(`\$\{[^}]*\}`).ReplaceAllStringFunc(n.Value, func(part string) string {
		switch part {
		case "${AWS::AccountId}":
			return NoAccount
		case "${AWS::Region}":
			return NoRegion
		case "${AWS::Partition}":
			return "aws"
		}
		if literal, ok := strings.CutPrefix(part, "${!"); ok {
			return "${" + literal
		}
		return "an unknown parameter " + part
	})
}

// stringsOf are all strings of a policy, in the order of Terraform's form.
func stringsOf(d document) (all []string) {
	for _, s := range d.Statement {
		all = append(all, s.Sid)
		all = append(append(all, s.Action...), s.Resource...)
		for _, operator := range []string{"StringEquals", "ForAnyValue:StringEquals"} {
			for key, value := range s.Condition[operator] {
				all = append(all, operator, key, value)
			}
		}
	}
	return all
}

// fromTerraform are the strings of a text in HCL, without the blocks' labels.
// Source: https://developer.hashicorp.com/terraform/language/expressions/strings
func fromTerraform(t *testing.T, text string) (all []string) {
	t.Helper()
	_, text, _ = strings.Cut(text, `data "aws_iam_policy_document" "docker_credential_ssm" {`)
	for len(text) > 0 {
		if text[0] != '"' {
			text = text[1:]
			continue
		}
		var b strings.Builder
		rest := text[1:]
	one:
		for {
			switch {
			case rest == "" || rest[0] == '\n':
				t.Fatalf("a string without its end: %q", text)
			case rest[0] == '"':
				break one
			case strings.HasPrefix(rest, "$${"), strings.HasPrefix(rest, "%%{"):
				b.WriteString(rest[1:3])
				rest = rest[3:]
			case strings.HasPrefix(rest, "${data.aws_caller_identity.current.account_id}"):
				b.WriteString(NoAccount)
				rest = rest[len("${data.aws_caller_identity.current.account_id}"):]
			case strings.HasPrefix(rest, "${data.aws_region.current.region}"):
				b.WriteString(NoRegion)
				rest = rest[len("${data.aws_region.current.region}"):]
			case strings.HasPrefix(rest, "${"), strings.HasPrefix(rest, "%{"):
				t.Fatalf("a template in %q", text)
			case rest[0] == '\\':
				c, ok := map[byte]byte{'"': '"', '\\': '\\'}[rest[1]]
				if !ok {
					t.Fatalf("an escape in %q", text)
				}
				b.WriteByte(c)
				rest = rest[2:]
			default:
				b.WriteByte(rest[0])
				rest = rest[1:]
			}
		}
		all, text = append(all, b.String()), rest[1:]
	}
	return all
}
