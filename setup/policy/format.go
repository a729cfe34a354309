package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// document is a policy in IAM's own form.
type document struct {
	Version   string
	Statement []entry
}

type entry struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  []string
	Condition map[string]map[string]string `json:",omitempty"`
}

func documentOf(statements []Statement) document {
	d := document{Version: "2012-10-17", Statement: []entry{}}
	ids := map[string]int{}
	for _, s := range statements {
		e := entry{Sid: s.ID, Effect: "Allow", Action: s.Actions, Resource: s.Resources}
		if ids[s.ID]++; ids[s.ID] > 1 {
			e.Sid += fmt.Sprint(ids[s.ID])
		}
		for _, c := range s.Condition {
			if e.Condition == nil {
				e.Condition = map[string]map[string]string{}
			}
			if e.Condition[c.Operator] == nil {
				e.Condition[c.Operator] = map[string]string{}
			}
			e.Condition[c.Operator][c.Key] = c.Value
		}
		d.Statement = append(d.Statement, e)
	}
	return d
}

// JSON is the policy as IAM takes it.
func JSON(statements []Statement) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(documentOf(statements)) // of strings alone
	return b.String()
}

// CloudFormation is the policy as a resource of a template.
func CloudFormation(statements []Statement) string {
	var b strings.Builder
	b.WriteString(`DockerCredentialSSM:
  Type: AWS::IAM::ManagedPolicy
  Properties:
    Description: What docker-credential-ssm needs
    PolicyDocument:
      Version: "2012-10-17"
      Statement:
`)
	for _, s := range documentOf(statements).Statement {
		fmt.Fprintf(&b, "        - Sid: %s\n          Effect: Allow\n          Action:\n", s.Sid)
		for _, a := range s.Action {
			fmt.Fprintf(&b, "            - %s\n", a)
		}
		b.WriteString("          Resource:\n")
		for _, r := range s.Resource {
			fmt.Fprintf(&b, "            - %s\n", pseudo(r))
		}
		writeConditions(&b, s, "          Condition:\n", "            %s:\n", "              %s: %s\n", pseudo)
	}
	return b.String()
}

// pseudo is a text of a template, with CloudFormation's own parameters in place of
// what is not known.
func pseudo(text string) string {
	text = escapes.Replace(text)
	literal := strings.ReplaceAll(text, "${", "${!")
	replaced := known(literal, "${AWS::AccountId}", "${AWS::Region}")
	if replaced != literal {
		return `!Sub "` + strings.Replace(replaced, "arn:aws:", "arn:${AWS::Partition}:", 1) + `"`
	}
	return `"` + text + `"`
}

// escapes is for the text of a string in double quotes, in YAML and in HCL.
var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// known is a text with an account and a Region in place of the placeholders.
func known(text, account, region string) string {
	text = strings.ReplaceAll(text, ":"+NoRegion+":", ":"+region+":")
	text = strings.ReplaceAll(text, "."+NoRegion+".", "."+region+".")
	return strings.ReplaceAll(text, ":"+NoAccount+":", ":"+account+":")
}

// Terraform is the policy as a data source.
func Terraform(statements []Statement) string {
	var b strings.Builder
	text := func(s string) string {
		// A text of the settings is no template.
		s = strings.NewReplacer("${", "$${", "%{", "%%{").Replace(escapes.Replace(s))
		return `"` + known(s, "${data.aws_caller_identity.current.account_id}", "${data.aws_region.current.region}") + `"`
	}
	list := func(name string, items []string) {
		fmt.Fprintf(&b, "    %s = [\n", name)
		for _, item := range items {
			fmt.Fprintf(&b, "      %s,\n", text(item))
		}
		b.WriteString("    ]\n")
	}
	b.WriteString("data \"aws_iam_policy_document\" \"docker_credential_ssm\" {\n")
	for i, s := range documentOf(statements).Statement {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "  statement {\n    sid = %q\n", s.Sid)
		list("actions", s.Action)
		list("resources", s.Resource)
		for _, c := range statements[i].Condition {
			fmt.Fprintf(&b, "    condition {\n      test     = %q\n      variable = %q\n      values   = [%s]\n    }\n", c.Operator, c.Key, text(c.Value))
		}
		b.WriteString("  }\n")
	}
	b.WriteString("}\n")
	out := b.String()
	if strings.Contains(out, "data.aws_caller_identity") {
		out = "data \"aws_caller_identity\" \"current\" {}\n\n" + out
	}
	if strings.Contains(out, "data.aws_region") {
		out = "data \"aws_region\" \"current\" {}\n\n" + out
	}
	return out
}

func writeConditions(b *strings.Builder, s entry, begin, operator, pair string, text func(string) string) {
	if s.Condition == nil {
		return
	}
	b.WriteString(begin)
	for _, op := range []string{"StringEquals", "ForAnyValue:StringEquals"} {
		if s.Condition[op] == nil {
			continue
		}
		fmt.Fprintf(b, operator, op)
		for key, value := range s.Condition[op] { // one each
			fmt.Fprintf(b, pair, key, text(value))
		}
	}
}
