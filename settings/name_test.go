package settings

import "testing"

func TestParseName(t *testing.T) {
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
		n, err := ParseName(tt.name)
		if err != nil || n.Text != tt.name || n.Region != tt.region || (n.ReadOnly != "") != tt.readOnly {
			t.Errorf("ParseName(%q) = %+v, %v", tt.name, n, err)
		}
	}
	for _, name := range []string{
		"", "/", "/a//b", "/a/", "a/b", "/a b", "/a:", "/a:1:2", "/ä", "/aws/reference/secretsmanager/",
		"arn:aws:secretsmanager:eu-west-1:111122223333:secret:hub-a1b2c3", "arn:aws:ssm:eu-west-1:111122223333:document/x",
		"arn:aws:ssm::111122223333:parameter/x", "arn:aws:ssm:eu-west-1:1:parameter/x", "arn:aws:ssm",
	} {
		if n, err := ParseName(name); err == nil {
			t.Errorf("ParseName(%q) = %+v; want an error", name, n)
		}
	}
}
