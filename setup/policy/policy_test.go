package policy

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/settings"
)

// TestPartition: without an account, the partition is that of the registry's Region.
func TestPartition(t *testing.T) {
	s, err := settings.Parse(nil, "config.json", []byte(`{"plugins":{"docker-credential-ssm/docker.io":{"secret":"hub","region":"cn-north-1","kmsKeyId":"1234"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	statements, err := For(s, []string{"docker.io"}, Account{}, What{})
	if err != nil {
		t.Fatal(err)
	}
	text := JSON(statements)
	for _, want := range []string{"arn:aws-cn:secretsmanager:cn-north-1:ACCOUNT:secret:hub-??????", "arn:aws-cn:kms:cn-north-1:ACCOUNT:key/1234", "secretsmanager.cn-north-1.amazonaws.com.cn"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}

// TestFor: the statements for each kind of location, in short.
func TestFor(t *testing.T) {
	const ssm, secrets = "arn:aws:ssm:eu-central-1:111122223333:parameter/", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:"
	const below = ssm + "CodeBuild/docker-credentials/docker.io"
	const read = "ssm:GetParameters " + below + " " + below + "/username " + below + "/password"
	for _, tt := range []struct {
		section string // options of docker.io
		what    What
		want    []string // a statement each: the actions, the resources, the conditions
	}{
		{`{}`, What{}, []string{read}},
		{`{}`, What{Write: true}, []string{read, "ssm:PutParameter " + below, "ssm:DeleteParameters " + below + " " + below + "/username " + below + "/password"}},
		{`{}`, What{List: true}, []string{read, "ssm:GetParametersByPath " + ssm + "CodeBuild/docker-credentials"}},
		{`{"parameter":"/team/hub:3"}`, What{Write: true}, []string{"ssm:GetParameters " + ssm + "team/hub"}},
		{`{"parameter":"hub"}`, What{Write: true}, []string{"ssm:GetParameters " + ssm + "hub", "ssm:PutParameter " + ssm + "hub", "ssm:DeleteParameters " + ssm + "hub"}},
		{`{"parameter":"arn:aws:ssm:us-west-2:444455556666:parameter/hub:2"}`, What{}, []string{"ssm:GetParameters arn:aws:ssm:us-west-2:444455556666:parameter/hub"}},
		{`{"usernameParameter":"/u","passwordParameter":"/p"}`, What{Write: true}, []string{"ssm:GetParameters " + ssm + "u " + ssm + "p", "ssm:PutParameter " + ssm + "u " + ssm + "p", "ssm:DeleteParameters " + ssm + "u " + ssm + "p"}},
		{`{"username":"alice","passwordParameter":"/p"}`, What{Write: true}, []string{"ssm:GetParameters " + ssm + "p"}},
		{`{"secret":"hub"}`, What{Write: true}, []string{"secretsmanager:GetSecretValue " + secrets + "hub-??????"}},
		{`{"secret":"arn:aws:secretsmanager:us-west-2:444455556666:secret:team/hub-a1b2c3"}`, What{}, []string{"secretsmanager:GetSecretValue arn:aws:secretsmanager:us-west-2:444455556666:secret:team/hub-a1b2c3"}},
		{`{"secret":"arn:aws:secretsmanager:us-west-2:444455556666:secret:team/hub"}`, What{}, []string{"secretsmanager:GetSecretValue arn:aws:secretsmanager:us-west-2:444455556666:secret:team/hub-??????"}},
		{`{"usernameParameter":"/u","passwordSecret":"p"}`, What{}, []string{"ssm:GetParameters " + ssm + "u", "secretsmanager:GetSecretValue " + secrets + "p-??????"}},
		{`{"parameter":"/aws/reference/secretsmanager/team/hub:AWSPREVIOUS"}`, What{}, []string{"ssm:GetParameters " + ssm + "aws/reference/secretsmanager/team/hub", "secretsmanager:GetSecretValue " + secrets + "team/hub-??????"}},
		{`{"parameter":"/x","kmsKeyId":"1234abcd"}`, What{Write: true}, []string{"ssm:GetParameters " + ssm + "x",
			"kms:Decrypt arn:aws:kms:eu-central-1:111122223333:key/1234abcd StringEquals kms:ViaService=ssm.eu-central-1.amazonaws.com",
			"ssm:PutParameter " + ssm + "x", "ssm:DeleteParameters " + ssm + "x",
			"kms:Encrypt arn:aws:kms:eu-central-1:111122223333:key/1234abcd StringEquals kms:ViaService=ssm.eu-central-1.amazonaws.com"}},
		{`{"secret":"x","kmsKeyId":"alias/docker"}`, What{}, []string{"secretsmanager:GetSecretValue " + secrets + "x-??????",
			"kms:Decrypt arn:aws:kms:eu-central-1:111122223333:key/* StringEquals kms:ViaService=secretsmanager.eu-central-1.amazonaws.com ForAnyValue:StringEquals kms:ResourceAliases=alias/docker"}},
		{`{"secret":"x","kmsKeyId":"arn:aws:kms:us-west-2:444455556666:key/1234","region":"us-west-2"}`, What{}, []string{"secretsmanager:GetSecretValue arn:aws:secretsmanager:us-west-2:111122223333:secret:x-??????",
			"kms:Decrypt arn:aws:kms:us-west-2:444455556666:key/1234 StringEquals kms:ViaService=secretsmanager.us-west-2.amazonaws.com"}},
		{`{"parameter":"/x","kmsKeyId":"alias/aws/ssm"}`, What{}, []string{"ssm:GetParameters " + ssm + "x"}},
		{`{"parameter":"/x","roleArn":"arn:aws:iam::444455556666:role/pull"}`, What{}, []string{"sts:AssumeRole arn:aws:iam::444455556666:role/pull", "ssm:GetParameters arn:aws:ssm:eu-central-1:444455556666:parameter/x"}},
	} {
		s, err := settings.Parse(nil, "config.json", []byte(`{"plugins":{"docker-credential-ssm/docker.io":`+tt.section+`}}`))
		if err != nil {
			t.Fatal(err)
		}
		statements, err := For(s, []string{"docker.io"}, Account{"111122223333", "aws", "eu-central-1"}, tt.what)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range statements {
			text := strings.Join(append(slices.Clone(s.Actions), s.Resources...), " ")
			for _, c := range s.Condition {
				text += " " + c.Operator + " " + c.Key + "=" + c.Value
			}
			got = append(got, text)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s, %+v:\n got %s\nwant %s", tt.section, tt.what, strings.Join(got, "\n     "), strings.Join(tt.want, "\n     "))
		}
	}
}

// TestFormats: the three forms say the same, and what is not known is a parameter
// of CloudFormation's and Terraform's own.
func TestFormats(t *testing.T) {
	s, err := settings.Parse(nil, "config.json", []byte(`{"plugins":{"docker-credential-ssm":{"kmsKeyId":"alias/docker"},"docker-credential-ssm/ghcr.io":{"secret":"ghcr"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	statements, err := For(s, []string{"docker.io", "ghcr.io"}, Account{}, What{Write: true})
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Version   string
		Statement []struct {
			Sid, Effect      string
			Action, Resource []string
			Condition        map[string]map[string]string
		}
	}
	if err := json.Unmarshal([]byte(JSON(statements)), &d); err != nil || d.Version != "2012-10-17" || len(d.Statement) != len(statements) {
		t.Fatalf("%v\n%s", err, JSON(statements))
	}
	ids := map[string]bool{}
	for _, s := range d.Statement {
		if s.Effect != "Allow" || ids[s.Sid] || strings.Trim(s.Sid, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") != "" {
			t.Errorf("%+v", s)
		}
		ids[s.Sid] = true
		for _, text := range []string{CloudFormation(statements), Terraform(statements)} {
			for _, action := range s.Action {
				if !strings.Contains(text, action) {
					t.Errorf("%s is not in\n%s", action, text)
				}
			}
			if strings.Contains(text, NoAccount+":") || strings.Contains(text, NoRegion) {
				t.Errorf("a placeholder is in\n%s", text)
			}
		}
	}
	if !strings.Contains(CloudFormation(statements), `!Sub "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/CodeBuild/docker-credentials/docker.io"`) {
		t.Error(CloudFormation(statements))
	}
	if !strings.Contains(Terraform(statements), `"arn:aws:secretsmanager:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:secret:ghcr-??????",`) {
		t.Error(Terraform(statements))
	}
}

// TestCloudFormationLints: cfn-lint takes the resource, in a template.
func TestCloudFormationLints(t *testing.T) {
	lint := testenv.Need(t, "cfn-lint")
	s, err := settings.Parse(nil, "config.json", []byte(`{"plugins":{"docker-credential-ssm":{"kmsKeyId":"alias/docker"},"docker-credential-ssm/ghcr.io":{"secret":"ghcr"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	statements, err := For(s, []string{"docker.io", "ghcr.io"}, Account{}, What{Write: true, List: true})
	if err != nil {
		t.Fatal(err)
	}
	template := "AWSTemplateFormatVersion: \"2010-09-09\"\nResources:\n"
	for line := range strings.Lines(CloudFormation(statements)) {
		template += "  " + line
	}
	file := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(file, []byte(template), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(lint, file).CombinedOutput(); err != nil {
		t.Errorf("%v: %s\n%s", err, out, template)
	}
}
