package resource

import (
	"strings"
	"testing"
)

func TestParameter(t *testing.T) {
	const arn = "arn:aws:ssm:eu-west-1:111122223333:parameter/team/hub"
	for _, tt := range []struct {
		name     string
		region   string
		readOnly bool
	}{
		{name: "/team/hub"},
		{name: "hub"},
		{name: "/team/hub:3", readOnly: true},
		{name: "/team/hub:stable", readOnly: true},
		{name: arn, region: "eu-west-1", readOnly: true},
		{name: arn + ":3", region: "eu-west-1", readOnly: true},
		{name: "arn:aws-cn:ssm:cn-north-1:111122223333:parameter/hub", region: "cn-north-1", readOnly: true},
		{name: "/aws/reference/secretsmanager/team/hub", readOnly: true},
		{name: "/aws/reference/secretsmanager/hub:AWSCURRENT", readOnly: true},
	} {
		n, err := Parameter(tt.name)
		if err != nil || n.Name != tt.name || n.Region != tt.region || (n.ReadOnly != "") != tt.readOnly {
			t.Errorf("Parameter(%q) = %+v, %v", tt.name, n, err)
		}
	}
	for _, name := range []string{
		"", "/", "/a//b", "/a/", "a/b", "/a b", "/a:", "/a:1:2", "/ä", "/aws/reference/secretsmanager/", "/aws/reference/secretsmanager/arn:aws:secretsmanager:eu-west-1:111122223333:secret:hub-a1b2c3",
		"/aws/reference/secretsmanager/hub:", "/aws/reference/secretsmanager/hub:a:b", "/aws/reference/secretsmanager/:a",
		"arn:aws:secretsmanager:eu-west-1:111122223333:secret:hub-a1b2c3", "arn:aws:ssm:eu-west-1:111122223333:document/x",
		"arn:aws:ssm::111122223333:parameter/x", "arn:aws:ssm:eu-west-1:1:parameter/x", "arn:aws:ssm",
	} {
		if n, err := Parameter(name); err == nil {
			t.Errorf("Parameter(%q) = %+v; want an error", name, n)
		}
	}
}

func TestSecret(t *testing.T) {
	const arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/hub-a1b2c3"
	for name, region := range map[string]string{
		"hub": "", "team/hub_+=.@-": "", arn: "eu-west-1",
		"arn:aws-us-gov:secretsmanager:us-gov-west-1:111122223333:secret:hub": "us-gov-west-1",
	} {
		r, err := Secret(name)
		if err != nil || r.Name != name || r.Region != region || r.ReadOnly == "" || r.Service != SecretsManager {
			t.Errorf("Secret(%q) = %+v, %v", name, r, err)
		}
	}
	for name, right := range map[string]string{
		"":                                  "names nothing",
		"hub:username":                      `"secret": "hub", and the field "username"`,
		"hub:username:AWSCURRENT":           `"secret": "hub", and the field "username"`,
		"hub:username::":                    `"secret": "hub", and the field "username"`,
		"hub:password:AWSPREVIOUS":          `"parameter": "/aws/reference/secretsmanager/hub:AWSPREVIOUS", and the field "password"`,
		"hub::AWSPREVIOUS":                  `"parameter": "/aws/reference/secretsmanager/hub:AWSPREVIOUS"`,
		"hub:password::11112222":            `"parameter": "/aws/reference/secretsmanager/hub:11112222"`,
		"hub:":                              `"secret": "hub"`,
		arn + ":username":                   `"secret": "` + arn + `", and the field "username"`,
		arn + "::AWSPREVIOUS":               `"secret": "` + arn + `"`,
		"/aws/reference/secretsmanager/hub": `"secret": "hub"`,
		"arn:aws:ssm:eu-west-1:111122223333:parameter/hub":  `"parameter"`,
		"arn:aws:secretsmanager:eu-west-1:111122223333:hub": "such as arn:",
		"arn:aws:secretsmanager:eu-west-1:1:secret:hub":     "such as arn:",
		"arn:aws:secretsmanager::111122223333:secret:hub":   "such as arn:",
		"a b": "not a secret's name", `{"password":"s3cret"}`: "it has a '{'", "https://alice:s3cret@x": "it has a '/'", "hub:a b": "it has a ' '", strings.Repeat("x", 99) + ":y": `"secret": "` + strings.Repeat("x", 80) + "…\"", strings.Repeat("x", 513): "512",
	} {
		if r, err := Secret(name); err == nil || !strings.Contains(err.Error(), right) {
			t.Errorf("Secret(%q) = %+v, %v; want %s", name, r, err, right)
		}
	}
}

func TestPrefix(t *testing.T) {
	for in, out := range map[string]string{"/team/": "/team", "/": "", "": "", "/awsome": "/awsome", "/team/aws": "/team/aws"} {
		if got, err := ParsePrefix(in); err != nil || got != out {
			t.Errorf("ParsePrefix(%q) = %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"/aws", "/aws/x", "/SSM/x", "/ssm/", "team", "/a//b", "/a b"} {
		if got, err := ParsePrefix(in); err == nil {
			t.Errorf("ParsePrefix(%q) = %q; want an error", in, got)
		}
	}
}

// TestCheckLength: the longest name with its ARN, and the deepest one, are taken.
func TestCheckLength(t *testing.T) {
	const region = "eu-central-1"
	room := 1011 - len("arn:aws:ssm:eu-central-1:111122223333:parameter")
	for length, ok := range map[int]bool{room - 1: true, room: true, room + 1: false} {
		if err := CheckLength("/"+strings.Repeat("x", length-1), region); (err == nil) != ok {
			t.Errorf("%d characters: %v", length, err)
		}
	}
	for levels, ok := range map[int]bool{1: true, 15: true, 16: false} {
		if err := CheckLength(strings.Repeat("/x", levels), region); (err == nil) != ok {
			t.Errorf("%d levels: %v", levels, err)
		}
	}
}
