package ssmtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

func TestSecretRegions(t *testing.T) {
	s, c := serve(t)
	s.PutSecret("everywhere", "v")
	s.PutSecretIn(region, "here", "v")
	s.PutSecretIn("us-west-2", "abroad", "v")
	s.PutSecretIn("us-west-2", "everywhere", "abroad")
	made, err := secretsClient(s, "us-west-2").CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: aws.String("made"), SecretString: aws.String("v")})
	if err != nil {
		t.Fatal(err)
	}
	const missing = "ResourceNotFoundException"
	for _, tt := range []struct{ id, here, abroad string }{
		{"everywhere", "v", "abroad"},
		{s.SecretARN(region, "everywhere"), "v", missing},
		{s.SecretARN("us-west-2", "everywhere"), missing, "abroad"},
		{"here", "v", missing},
		{s.SecretARN(region, "here"), "v", missing},
		{"abroad", missing, "v"},
		{s.SecretARN("us-west-2", "abroad"), missing, "v"},
		{"made", missing, "v"},
		{*made.ARN, missing, "v"},
	} {
		for region, want := range map[string]string{region: tt.here, "us-west-2": tt.abroad} {
			got, err := getSecret(secretsClient(s, region), tt.id)
			if err != nil {
				got, _ = code(err)
			}
			if got != want {
				t.Errorf("%s in %s: %q, want %q", tt.id, region, got, want)
			}
		}
	}
	out, err := getAll(c, secretsPrefix+"abroad", secretsPrefix+"here")
	if err != nil || len(out.Parameters) != 1 || len(out.InvalidParameters) != 1 {
		t.Errorf("%+v, %v", out, err)
	}

	s.PutSecretIn("us-west-2", "here", "v")
	s.MarkForDeletion("arn:aws:secretsmanager:us-west-2:111122223333:secret:here")
	if v, err := getSecret(secretsClient(s, region), "here"); v != "v" {
		t.Errorf("its namesake is marked for deletion: %q, %v", v, err)
	}
	_, err = getSecret(secretsClient(s, "us-west-2"), "here")
	wantCode(t, err, "InvalidRequestException")
}

func TestStages(t *testing.T) {
	s, _ := serve(t)
	s.PutSecret("hub", "one")
	previous, current := s.PutSecret("hub", "two"), s.PutSecret("hub", "three")
	out, err := secretsClient(s, region).DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: aws.String("hub")})
	if err != nil || len(out.VersionIdsToStages) != 2 || !slices.Equal(out.VersionIdsToStages[previous], []string{"AWSPREVIOUS"}) || !slices.Equal(out.VersionIdsToStages[current], []string{"AWSCURRENT"}) {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestSharedSecret(t *testing.T) {
	s, param := serve(t)
	c := secretsClient(s, region)
	arn := s.PutSharedSecret("999988887777", region, "their/hub", "v")
	for _, id := range []string{arn, arn[:len(arn)-7]} {
		if v, err := getSecret(c, id); v != "v" || err != nil {
			t.Errorf("%s: %q, %v", id, v, err)
		}
	}
	_, err := getSecret(c, "their/hub")
	wantCode(t, err, "ResourceNotFoundException")
	_, err = getSecret(secretsClient(s, "us-west-2"), arn)
	wantCode(t, err, "ResourceNotFoundException")
	other := strings.Replace(arn, "their/hub", "their/other", 1)
	_, err = getSecret(c, other)
	wantCode(t, err, "AccessDeniedException", me+"secretsmanager:GetSecretValue on resource: "+other+" because no resource-based policy allows the secretsmanager:GetSecretValue action")
	out, err := getAll(param, secretsPrefix+"their/hub")
	if err != nil || len(out.InvalidParameters) != 1 {
		t.Errorf("behind a reference: %+v, %v", out, err)
	}
	if again := s.PutSharedSecret("999988887777", region, "their/hub", "new"); again != arn {
		t.Errorf("the ARN is %s, then %s", arn, again)
	}
	if v, err := getSecret(c, arn); v != "new" {
		t.Errorf("then %q, %v", v, err)
	}
	s.EncryptSecret(arn, "alias/aws/secretsmanager")
	_, err = getSecret(c, arn)
	wantCode(t, err, "InvalidRequestException", "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.")
	s.EncryptSecret(arn, "alias/team")
	s.MarkForDeletion(arn)
	_, err = getSecret(c, arn)
	wantCode(t, err, "InvalidRequestException", "marked for deletion")
}

// TestCompleteARN has a name that looks as if it had the random characters.
func TestCompleteARN(t *testing.T) {
	s, _ := serve(t)
	s.PutSecret("hub-a1b2c3", "v")
	full := s.SecretARN(region, "hub-a1b2c3")
	if v, err := getSecret(secretsClient(s, region), full); v != "v" {
		t.Errorf("%s: %q, %v", full, v, err)
	}
	_, err := getSecret(secretsClient(s, region), full[:len(full)-7])
	wantCode(t, err, "ResourceNotFoundException")
}

// TestSecretCodes orders errors that have only a code.
func TestSecretCodes(t *testing.T) {
	s, _ := serve(t)
	s.PutSecret("hub", "v")
	for code, message := range map[string]string{
		"DecryptionFailure":         "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
		"InternalServiceError":      "An error occurred on the server side.",
		"ResourceNotFoundException": "Secrets Manager can't find the specified secret.",
		"Teapot":                    "",
	} {
		s.Fail(Fault{Action: "secretsmanager:GetSecretValue", Name: "hub", Code: code, Times: 1})
		_, err := getSecret(secretsClient(s, region), "hub")
		wantCode(t, err, code, message)
	}
	s.Throttle(1)
	_, err := getSecret(secretsClient(s, region), "hub")
	wantCode(t, err, "ThrottlingException", "Rate exceeded")
}

// TestSecretMistakes are a test's own.
func TestSecretMistakes(t *testing.T) {
	s, _ := serve(t)
	s.PutSecret("marked", "v")
	s.MarkForDeletion("marked")
	for name, mistake := range map[string]func(){
		"a name":     func() { s.PutSecret("a b", "v") },
		"marked":     func() { s.PutSecret("marked", "v") },
		"no ARN":     func() { s.SecretARN(region, "none") },
		"not marked": func() { s.MarkForDeletion("none") },
		"no key":     func() { s.EncryptSecret("none", "k") },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if text := fmt.Sprint(recover()); !strings.HasPrefix(text, "ssmtest: ") {
					t.Errorf("panics with %q", text)
				}
			}()
			mistake()
		})
	}
	s.PutSecret("fine", "v") // the lock is free again
}
