package buildspec

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// aws follows a call of the AWS CLI to the value that it prints.
func (a *analysis) aws(c *syntax.CallExpr, args []*syntax.Word, at place, level int) value {
	line := a.lineOf(at.script, c.Pos())
	// What stands in names, Regions and so on is no password.
	before := len(a.secretWords)
	defer func() { a.secretWords = a.secretWords[:before] }()
	o := awsOptions(args)
	get := func(name string) (value, bool) {
		if len(o.values[name]) == 0 {
			return value{kind: kindText}, false
		}
		return a.evalPieces(o.values[name][0], c, at, level), true
	}
	v := value{kind: kindAnswer, line: line}
	action := strings.Join(o.operands[:min(2, len(o.operands))], " ")
	switch action {
	case "ecr get-login-password", "ecr-public get-login-password", "ecr get-authorization-token", "ecr-public get-authorization-token", "ecr get-login":
		return value{kind: kindECR, line: line}
	case "ssm get-parameter":
		v.stored = stored{kind: Parameter, action: "ssm:GetParameter"}
	case "ssm get-parameters":
		v.stored = stored{kind: Parameter, action: "ssm:GetParameters"}
	case "secretsmanager get-secret-value":
		v.stored = stored{kind: Secret, action: "secretsmanager:GetSecretValue"}
	default:
		return unknown(line, "is the output of %s", nameOfProgram("aws-"+strings.ReplaceAll(action, " ", "-")))
	}
	if o.unclear != "" {
		return unknown(line, "is read by the AWS CLI with %s, for which configure has no option", o.unclear)
	}
	names := append(append(o.values["--name"], o.values["--names"]...), o.values["--secret-id"]...)
	query, _ := get("--query")
	steps, wanted := []string(nil), ""
	if _, given := o.values["--query"]; given {
		expression, ok := query.text.fixed()
		if !ok || query.kind != kindText {
			return unknown(line, "is chosen by a --query that cannot be followed")
		}
		steps, wanted = jmesPath(expression)
		if steps == nil {
			return unknown(line, "is chosen by a --query that cannot be followed")
		}
	}
	if len(names) != 1 && wanted == "" {
		return unknown(line, "is one of several parameters of one call")
	}
	for _, n := range names {
		name := a.evalPieces(n, c, at, level)
		v.names = append(v.names, name.trail...)
		if name.kind != kindText && name.kind != kindUnset || len(name.text) == 0 {
			return unknown(line, "is in a parameter or secret whose name cannot be followed")
		}
		if fixed, ok := name.text.fixed(); wanted == "" || ok && fixed == wanted {
			v.stored.name = name.text
		}
	}
	if v.stored.name.shell() == "''" || len(v.stored.name) == 0 {
		return unknown(line, "is in a parameter or secret whose name cannot be followed")
	}
	if why := a.awsPlace(c, o, &v, at, level); why != "" {
		return unknown(line, "%s", why)
	}
	if steps == nil {
		return v
	}
	return v.selected(steps, line)
}

// awsPlace adds Region, profile and version to where a value is.
func (a *analysis) awsPlace(c *syntax.CallExpr, o options, v *value, at place, level int) string {
	fixed := map[string]*string{"--version-stage": &v.stored.stage, "--version-id": &v.stored.version}
	texts := map[string]*text{"--region": &v.stored.region, "--profile": &v.stored.profile}
	for _, name := range []string{"--version-stage", "--version-id", "--region", "--profile"} {
		given := o.values[name]
		if len(given) == 0 {
			continue
		}
		got := a.evalPieces(given[0], c, at, level)
		v.names = append(v.names, got.trail...)
		s, ok := got.text.fixed()
		switch {
		case got.kind != kindText && got.kind != kindUnset, fixed[name] != nil && !ok:
			return "is read with a " + name + " that cannot be followed"
		case fixed[name] != nil:
			*fixed[name] = s
		default:
			*texts[name] = got.text
		}
	}
	for _, assign := range c.Assigns {
		if assign.Name == nil {
			continue
		}
		switch name := assign.Name.Value; name {
		case "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE":
			got := a.eval(assign.Value, at, level)
			to := &v.stored.region
			if name == "AWS_PROFILE" {
				to = &v.stored.profile
			}
			if got.kind != kindText && got.kind != kindUnset {
				return "is read with a " + name + " that cannot be followed"
			}
			v.names = append(v.names, got.trail...)
			if len(*to) == 0 {
				*to = got.text
			}
		case "AWS_PAGER", "AWS_DEFAULT_OUTPUT", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE":
		default:
			if strings.HasPrefix(name, "AWS_") {
				return "is read with AWS credentials of its own"
			}
		}
	}
	if len(v.stored.region) == 1 && slices.Contains([]string{"${AWS_REGION}", "${AWS_DEFAULT_REGION}"}, v.stored.region[0].expansion) {
		v.stored.region = nil // the Region of the build, which the helper asks too
	}
	if v.stored.stage == "AWSCURRENT" {
		v.stored.stage = ""
	}
	if s, ok := v.stored.name.fixed(); ok && v.stored.region != nil && regionOfARN(s) != "" {
		if r, ok := v.stored.region.fixed(); ok && r == regionOfARN(s) {
			v.stored.region = nil
		}
	}
	return ""
}

func regionOfARN(name string) string {
	if parts := strings.SplitN(name, ":", 5); len(parts) == 5 && parts[0] == "arn" {
		return parts[3]
	}
	return ""
}

// options are the arguments of the AWS CLI.
type options struct {
	operands []string
	values   map[string][][]piece
	unclear  string // an option that this package does not know
}

func awsOptions(args []*syntax.Word) options {
	o := options{values: map[string][][]piece{}}
	for i := 0; i < len(args); i++ {
		ps := pieces(args[i])
		option := fixedPrefix(ps)
		if !strings.HasPrefix(option, "--") {
			s, ok := fixedText(args[i])
			if !ok {
				o.unclear = "arguments that cannot be followed"
			}
			o.operands = append(o.operands, s)
			continue
		}
		name, _, joined := strings.Cut(option, "=")
		switch name {
		case "--with-decryption", "--no-cli-pager", "--no-paginate", "--debug", "--no-verify-ssl", "--no-cli-auto-prompt":
		case "--name", "--names", "--secret-id", "--query", "--region", "--profile", "--version-stage", "--version-id",
			"--output", "--color", "--cli-read-timeout", "--cli-connect-timeout":
			if joined {
				o.values[name] = append(o.values[name], cut(ps, len(name)+1))
				continue
			}
			for i+1 < len(args) && !strings.HasPrefix(fixedPrefix(pieces(args[i+1])), "--") {
				i++
				o.values[name] = append(o.values[name], pieces(args[i]))
				if name != "--names" {
					break
				}
			}
		default:
			o.unclear = nameOfProgram(name)
		}
	}
	return o
}

// selected is the part of an answer that steps lead to.
func (v value) selected(steps []string, line int) value {
	whole := strings.Join(steps, ".")
	ok := false
	switch v.stored.action {
	case "ssm:GetParameter":
		ok = whole == "Parameter.Value"
	case "ssm:GetParameters":
		ok = whole == "Parameters.0.Value"
	case "secretsmanager:GetSecretValue":
		ok = whole == "SecretString"
	}
	if !ok {
		u := unknown(line, "is not the value in the answer of AWS")
		u.trail, u.names = v.trail, v.names
		return u
	}
	v.kind = kindStored
	return v
}
