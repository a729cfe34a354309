package ssm

import (
	"fmt"
	"strings"
	"testing"

	"docker-credential-ssm/ssm/resource"
	"docker-credential-ssm/ssm/ssmtest"
)

func parameter(name string) resource.Resource {
	return resource.Resource{Service: resource.ParameterStore, Name: name}
}

func secret(name string) resource.Resource {
	return resource.Resource{Service: resource.SecretsManager, Name: name}
}

// TestDenials: AWS's sentences, of which nobody promises that they stay as they are.
// The texts are those of IAM's, Parameter Store's, Secrets Manager's and KMS's pages
// and of the stand-in. (Seen to fail for each phrase of policies and aboutKMS that was
// changed by a letter.)
func TestDenials(t *testing.T) {
	const role = "User: arn:aws:sts::111122223333:assumed-role/build/AWSCodeBuild-1 is not authorized to perform: "
	const hub = "arn:aws:ssm:eu-central-1:111122223333:parameter/team/hub"
	for _, reason := range ssmtest.Reasons() {
		said := role + "ssm:GetParameters on resource: " + hub + " " + strings.ReplaceAll(reason, "%s", "ssm:GetParameters")
		d := readDenial(said, "ssm:GetParameters", []resource.Resource{parameter("/a"), parameter("/team/hub")})
		want := strings.NewReplacer("because no ", "", " allows the %s action", "", "with an explicit deny in an ", "", "with an explicit deny in a ", "").Replace(reason)
		if d.policy != want || d.explicit != strings.Contains(reason, "deny") || d.who != "the role build" || d.resource.Name != "/team/hub" || d.arn("eu-central-1") != hub || d.kms {
			t.Errorf("%s: %+v", reason, d)
		}
		if cause := deniedCause(d, false); cause == "denied" {
			t.Errorf("%s has no row of its own", reason)
		}
	}
	const key = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	for _, tt := range []struct {
		said, action    string
		asked           resource.Resource
		denied, on, who string
		kms, behind     bool
	}{
		{role + "kms:Decrypt on resource: " + key + " because no identity-based policy allows the kms:Decrypt action (Service: Kms, Status Code: 400, Request ID: x)", "ssm:GetParameters", parameter("/a"), "kms:Decrypt", key, "the role build", true, false},
		{role + "kms:GenerateDataKey on resource: " + key, "ssm:PutParameter", parameter("/a"), "kms:GenerateDataKey", key, "the role build", true, false},
		{"The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access. (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: x)", "ssm:GetParameters", parameter("/a"), "kms:Decrypt", "", "the caller", true, false},
		{"The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.", "ssm:GetParameters", parameter("/a"), "kms:Decrypt", "", "the caller", true, false},
		{"Access to KMS is not allowed", "secretsmanager:GetSecretValue", secret("team/hub"), "kms:Decrypt", "", "the caller", true, false},
		{"x (Service: AWSKMS; x)", "ssm:PutParameter", parameter("/a"), "kms:Encrypt", "", "the caller", true, false},
		{"x (Service: Kms, x)", "ssm:GetParameters", parameter("/a"), "kms:Decrypt", "", "the caller", true, false},
		{"An error occurred (AccessDeniedException) when referencing Secrets Manager: " + role + "secretsmanager:GetSecretValue on resource: team/hub because no identity-based policy allows the secretsmanager:GetSecretValue action", "ssm:GetParameters", parameter("/aws/reference/secretsmanager/team/hub:AWSCURRENT"), "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:team/hub-??????", "the role build", false, true},
		{role + "secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-central-1:111122223333:secret:team/hub-a1b2c3 because x", "secretsmanager:GetSecretValue", secret("team/hub"), "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:team/hub-??????", "the role build", false, false},
		{"User: arn:aws:iam::111122223333:user/team/bob is not authorized to perform: ssm:GetParameters on resource: " + hub + ":3", "ssm:GetParameters", parameter("/team/hub:3"), "ssm:GetParameters", hub, "the user bob", false, false},
		{"", "ssm:GetParameters", parameter("/team/hub"), "ssm:GetParameters", "arn:aws:ssm:eu-central-1:*:parameter/team/hub", "the caller", false, false},
		{"User: anonymous is not authorized to perform: ssm:GetParameters", "ssm:GetParameters", parameter("/team/hub"), "ssm:GetParameters", "arn:aws:ssm:eu-central-1:*:parameter/team/hub", "the caller", false, false},
		{role + "ssm:GetParameters on resource: " + hub, "ssm:GetParameters", parameter("arn:aws:ssm:eu-central-1:444455556666:parameter/x"), "ssm:GetParameters", "arn:aws:ssm:eu-central-1:444455556666:parameter/x", "the role build", false, false},
	} {
		d := readDenial(tt.said, tt.action, []resource.Resource{tt.asked})
		if d.action != tt.denied || d.arn("eu-central-1") != tt.on || d.who != tt.who || d.kms != tt.kms || d.behind != tt.behind {
			t.Errorf("%s: %+v, on %s", tt.said, d, d.arn("eu-central-1"))
		}
	}
}

// TestHostileDenials: what is no action, ARN or name is not taken for one.
func TestHostileDenials(t *testing.T) {
	const bad = "s3cret"
	for _, user := range []string{bad, "arn:aws:sts::" + bad + ":assumed-role/x/y", "arn:aws:iam::111122223333:" + bad + "/x", "arn:aws:sts::111122223333:assumed-role/" + bad + "\x1b[31m/x", "arn:" + bad + ":sts::111122223333:assumed-role/x/y", "arn:aws:sts::111122223333:assumed-role/" + strings.Repeat(bad, 20) + "/x"} {
		for _, action := range []string{bad, "ssm:" + bad, "kms:" + bad, "secretsmanager:GetSecretValue", "kms:Decrypt"} {
			for _, on := range []string{bad, "arn:aws:ssm:eu-central-1:111122223333:parameter/" + bad, "arn:aws:kms:eu-central-1:111122223333:key/" + bad, "arn:aws:kms:" + bad + ":111122223333:key/1234abcd", "arn:aws:ssm:" + bad + ":111122223333:parameter/team/hub", "arn:" + bad + ":ssm:x:111122223333:parameter/team/hub"} {
				said := fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s with an explicit deny in a %s policy", user, action, on, bad)
				d := readDenial(said, "ssm:GetParameters", []resource.Resource{parameter("/team/hub")})
				if all := fmt.Sprintf("%+v %s", d, d.arn("eu-central-1")); strings.Contains(all, bad) {
					t.Errorf("%s: %s", said, all)
				}
			}
		}
	}
}

// TestClock: AWS says that a signature is too old, or not yet current, with the code
// for one that is wrong. (Seen to fail for either phrase changed.)
func TestClock(t *testing.T) {
	for _, said := range []string{
		"Signature expired: 20200101T000000Z is now earlier than 20200101T001000Z (20200101T001500Z - 5 min.)",
		"Signature not yet current: 20200101T002000Z is still later than 20200101T001000Z (20200101T000500Z + 5 min.)",
	} {
		if !aboutTime(said) {
			t.Errorf("%q is not about the time", said)
		}
	}
	if aboutTime("The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.") {
		t.Error("a wrong key is not about the time")
	}
}
