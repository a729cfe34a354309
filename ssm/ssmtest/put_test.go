package ssmtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

func put(c *ssm.Client, name, value string, with ...func(*ssm.PutParameterInput)) (*ssm.PutParameterOutput, error) {
	in := &ssm.PutParameterInput{Name: &name, Value: &value, Type: types.ParameterTypeSecureString}
	for _, f := range with {
		f(in)
	}
	return c.PutParameter(ctx, in)
}

func overwrite(in *ssm.PutParameterInput) { in.Overwrite = aws.Bool(true) }

func as(typ types.ParameterType) func(*ssm.PutParameterInput) {
	return func(in *ssm.PutParameterInput) { in.Type = typ }
}

func tier(tier types.ParameterTier) func(*ssm.PutParameterInput) {
	return func(in *ssm.PutParameterInput) { in.Tier = tier }
}

func key(id string) func(*ssm.PutParameterInput) {
	return func(in *ssm.PutParameterInput) { in.KeyId = &id }
}

func TestNameRules(t *testing.T) {
	_, c := serve(t)
	arn := len("arn:aws:ssm:eu-central-1:111122223333:parameter")
	for _, tt := range []struct{ why, name, code string }{
		{"a path", "/CodeBuild/docker-credentials/docker.io", ""},
		{"a word", "Flat_1.-", ""},
		{"deepest", strings.Repeat("/l", 15), ""},
		{"too deep", strings.Repeat("/l", 16), "HierarchyLevelLimitExceededException"},
		{"longest", "/" + strings.Repeat("x", 1011-arn-1), ""},
		{"too long", "/" + strings.Repeat("x", 1011-arn), "ValidationException"},
		{"no slash first", "a/b", "ValidationException"},
		{"an empty level", "/a//b", "ValidationException"},
		{"an empty level last", "/a/", "ValidationException"},
		{"a colon", "/a:5000", "ValidationException"},
		{"a space", "/a b", "ValidationException"},
		{"a letter of another alphabet", "/ä", "ValidationException"},
		{"reserved", "/aws/x", "ValidationException"},
		{"reserved, no slash", "AWSx", "ValidationException"},
		{"reserved, another", "/SsmX", "ValidationException"},
		{"reserved, but deeper", "/a/aws", ""},
		{"an ARN", "arn:aws:ssm:eu-central-1:111122223333:parameter/a", "ValidationException"},
		{"a slash alone", "/", "ValidationException"},
	} {
		t.Run(tt.why, func(t *testing.T) {
			_, err := put(c, tt.name, "v")
			wantCode(t, err, tt.code)
		})
	}
}

func TestPutPanics(t *testing.T) {
	s, _ := serve(t)
	for name, f := range map[string]func(){
		"an invalid name": func() { s.Put(Parameter{Name: "/a b", Value: "v"}) },
		"no such version": func() { s.Label("/a", 1, "x") },
		"a bad pattern":   func() { s.DenyKMS("[") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s does not panic", name)
				}
			}()
			f()
		}()
	}
}

func TestPut(t *testing.T) {
	advanced, standard, chosen := tier(types.ParameterTierAdvanced), tier(types.ParameterTierStandard), tier(types.ParameterTierIntelligentTiering)
	long, longer := strings.Repeat("x", 4097), strings.Repeat("x", 8193)
	for name, tt := range map[string]struct {
		before  Parameter // none without a name
		value   string
		with    []func(*ssm.PutParameterInput)
		code    string
		text    string
		version int64
		tier    string
	}{
		"new":                        {value: "v", version: 1, tier: "Standard"},
		"no type":                    {value: "v", with: []func(*ssm.PutParameterInput){as("")}, code: "ValidationException"},
		"no type, known":             {before: Parameter{Name: "/p", Value: "v", Type: "String"}, value: "w", with: []func(*ssm.PutParameterInput){as(""), overwrite}, version: 2, tier: "Standard"},
		"known":                      {before: Parameter{Name: "/p", Value: "v"}, value: "w", code: "ParameterAlreadyExists"},
		"overwritten":                {before: Parameter{Name: "/p", Value: "v"}, value: "w", with: []func(*ssm.PutParameterInput){overwrite}, version: 2, tier: "Standard"},
		"another type":               {before: Parameter{Name: "/p", Value: "v", Type: "String"}, value: "w", with: []func(*ssm.PutParameterInput){overwrite}, code: "HierarchyTypeMismatchException"},
		"unknown type":               {value: "v", with: []func(*ssm.PutParameterInput){as("Secret")}, code: "ValidationException"},
		"a key of a String":          {value: "v", with: []func(*ssm.PutParameterInput){as("String"), key("alias/x")}, code: "ValidationException", text: "KeyId"},
		"empty":                      {value: "", code: "ValidationException"},
		"a reference":                {value: "s3cret{{x}}", code: "ValidationException", text: "nest"},
		"4 KB":                       {value: long[1:], version: 1, tier: "Standard"},
		"over 4 KB":                  {value: long, code: "ValidationException", text: "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier."},
		"over 4 KB, chosen":          {value: long, with: []func(*ssm.PutParameterInput){chosen}, version: 1, tier: "Advanced"},
		"short, chosen":              {value: "v", with: []func(*ssm.PutParameterInput){chosen}, version: 1, tier: "Standard"},
		"8 KB, advanced":             {value: longer[1:], with: []func(*ssm.PutParameterInput){advanced}, version: 1, tier: "Advanced"},
		"over 8 KB":                  {value: longer, with: []func(*ssm.PutParameterInput){chosen}, code: "ValidationException", text: "8192"},
		"downgraded":                 {before: Parameter{Name: "/p", Value: "v", Tier: "Advanced"}, value: "w", with: []func(*ssm.PutParameterInput){overwrite, standard}, code: "ValidationException", text: "can't downgrade"},
		"advanced, no tier given":    {before: Parameter{Name: "/p", Value: "v", Tier: "Advanced"}, value: "w", with: []func(*ssm.PutParameterInput){overwrite}, version: 2, tier: "Advanced"},
		"upgraded":                   {before: Parameter{Name: "/p", Value: "v"}, value: "w", with: []func(*ssm.PutParameterInput){overwrite, advanced}, version: 2, tier: "Advanced"},
		"a tier that does not exist": {value: "v", with: []func(*ssm.PutParameterInput){tier("Gold")}, code: "ValidationException"},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := serve(t)
			if tt.before.Name != "" {
				s.Put(tt.before)
			}
			out, err := put(c, "/p", tt.value, tt.with...)
			wantCode(t, err, tt.code, tt.text)
			if _, message := code(err); tt.value != "" && tt.value != "w" && tt.value != "v" && strings.Contains(message, tt.value) {
				t.Error("the message repeats the value")
			}
			kept, _ := s.Parameter("/p")
			if err != nil {
				if kept.Version != tt.before.Version && kept.Version != 1 || kept.Value != tt.before.Value {
					t.Errorf("a refused value is kept: %+v", kept)
				}
				return
			}
			if out.Version != tt.version || string(out.Tier) != tt.tier || kept.Version != tt.version || kept.Value != tt.value {
				t.Errorf("answered version %d, %s; kept version %d", out.Version, out.Tier, kept.Version)
			}
		})
	}
}

func TestKeyOfNewVersion(t *testing.T) {
	s, c := serve(t)
	_, err := put(c, "/p", "v", key("alias/own"))
	if p, _ := s.Parameter("/p"); err != nil || p.KeyID != "alias/own" {
		t.Errorf("key %q, %v", p.KeyID, err)
	}
	_, err = put(c, "/p", "v", overwrite)
	if p, _ := s.Parameter("/p"); err != nil || p.KeyID != "alias/aws/ssm" {
		t.Errorf("key %q, %v; a version without a key has the default one", p.KeyID, err)
	}
}

func TestDelete(t *testing.T) {
	s, c := serve(t)
	for _, name := range []string{"/a", "/b", "/c"} {
		s.Put(Parameter{Name: name, Value: "v"})
	}
	if _, err := c.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: aws.String("/a")}); err != nil {
		t.Error(err)
	}
	_, err := c.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: aws.String("/a")})
	wantCode(t, err, "ParameterNotFound")
	out, err := c.DeleteParameters(ctx, &ssm.DeleteParametersInput{Names: []string{"/b", "/a"}})
	if err != nil || !slices.Equal(out.DeletedParameters, []string{"/b"}) || !slices.Equal(out.InvalidParameters, []string{"/a"}) {
		t.Errorf("%+v, %v", out, err)
	}
	if names := s.Names(); !slices.Equal(names, []string{"/c"}) {
		t.Errorf("left: %q", names)
	}
	_, err = c.DeleteParameters(ctx, &ssm.DeleteParametersInput{Names: make([]string, 11)})
	wantCode(t, err, "ValidationException")
}

func TestLabels(t *testing.T) {
	s, c := serve(t)
	label := func(version int64, labels ...string) (*ssm.LabelParameterVersionOutput, error) {
		return c.LabelParameterVersion(ctx, &ssm.LabelParameterVersionInput{Name: aws.String("/p"), ParameterVersion: &version, Labels: labels})
	}
	_, err := label(1, "x")
	wantCode(t, err, "ParameterNotFound")
	s.Put(Parameter{Name: "/p", Value: "v"})
	s.Put(Parameter{Name: "/p", Value: "w"})
	out, err := label(1, "stable", "1st", "awsX")
	if err != nil || out.ParameterVersion != 1 || !slices.Equal(out.InvalidLabels, []string{"1st", "awsX"}) {
		t.Errorf("%+v, %v", out, err)
	}
	if v, err := get(c, "/p:stable"); v != "v" {
		t.Errorf("the label means %q, %v", v, err)
	}
	if _, err := label(2, "stable"); err != nil {
		t.Error(err)
	}
	if v, err := get(c, "/p:stable"); v != "w" {
		t.Errorf("the moved label means %q, %v", v, err)
	}
	_, err = label(3, "stable")
	wantCode(t, err, "ParameterVersionNotFound")
	_, err = label(2, strings.Split("abcdefghij", "")...)
	wantCode(t, err, "ParameterVersionLabelLimitExceeded")
}

func TestVersionLimit(t *testing.T) {
	s, c := serve(t)
	for range 101 {
		s.Put(Parameter{Name: "/p", Value: "v"})
	}
	_, err := get(c, "/p:1")
	wantCode(t, err, "ParameterVersionNotFound")
	s.Label("/p", 2, "stable")
	_, err = put(c, "/p", "w", overwrite)
	wantCode(t, err, "ParameterMaxVersionLimitExceeded")
}
