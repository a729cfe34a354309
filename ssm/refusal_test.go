package ssm

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// TestSecretState: Secrets Manager has one code for several states of a secret.
// (Seen to fail for each phrase changed.)
func TestSecretState(t *testing.T) {
	for said, want := range map[string]string{
		"You can't perform this operation on the secret because it was marked for deletion.":                                            "marked-for-deletion",
		"An error occurred (InvalidRequestException) when calling the GetSecretValue operation: the secret is currently marked deleted": "marked-for-deletion",
		"You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.":            "denied-default-key",
		"You provided a VersionStage that is not associated to the provided VersionId.":                                                 "secret-state",
	} {
		if got := secretState(said); got != want {
			t.Errorf("%q: %s, want %s", said, got, want)
		}
	}
}

// TestIdentityAnswers: STS's answers, which have another protocol, are explained by
// the same rows. (Seen to fail for another name than UnknownError.)
func TestIdentityAnswers(t *testing.T) {
	server := ssmtest.NewServer()
	defer server.Close()
	testenv.Isolate(t)
	useServer(t, server.URL)
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	empty := func([]byte) []byte { return nil }
	for _, tt := range []struct {
		fault ssmtest.Fault
		cause string
	}{
		{ssmtest.Fault{Status: 403, Answer: empty}, "status-403"},
		{ssmtest.Fault{Status: 404, Answer: func([]byte) []byte { return []byte("<html>s3cret") }, Header: http.Header{"Content-Type": {"text/html"}}}, "status-404"},
		{ssmtest.Fault{Status: 502, Answer: empty}, "status-gateway"},
		{ssmtest.Fault{Status: 200, Answer: empty}, "answer-partial"},
		{ssmtest.Fault{Status: 200, Answer: func([]byte) []byte { return []byte("<a><b>s3cret") }}, "answer-unread"},
		{ssmtest.Fault{Status: 200, Answer: func(answer []byte) []byte {
			return bytes.Replace(answer, []byte("</Arn>"), []byte("&#x9b;31m</Arn>"), 1)
		}}, "answer-partial"},
		{ssmtest.Fault{Status: 200, Answer: func(answer []byte) []byte { return bytes.Replace(answer, []byte("<Arn>arn:"), []byte("<Arn>"), 1) }}, "answer-partial"},
		{ssmtest.Fault{Code: "ExpiredTokenException"}, "expired-keys"},
		{ssmtest.Fault{Code: "InvalidClientTokenId"}, "unknown-key"},
		{ssmtest.Fault{Code: "AccessDenied", Message: "because no VPC endpoint policy allows the sts:GetCallerIdentity action"}, "denied-endpoint"},
		{ssmtest.Fault{Code: "AccessDenied", Message: "is not authorized to perform: kms:Decrypt with an explicit deny in a resource-based policy"}, "denied"},
		{ssmtest.Fault{Drop: true}, "connection-closed"},
		{ssmtest.Fault{Raw: "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<Get"}, "connection-closed"},
	} {
		server.ClearFaults()
		tt.fault.Action = "GetCallerIdentity"
		server.Fail(tt.fault)
		i, err := open(t, nil).Inspect(context.Background(), "docker.io")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := i.Credentials(context.Background()); err != nil {
			t.Fatal(err)
		}
		arn, err := i.Identity(context.Background())
		var e *Error
		if !errors.As(err, &e) || e.Cause != tt.cause || arn != "" {
			t.Errorf("%+v: %q, %v", tt.fault, arn, err)
			if e != nil {
				t.Errorf("cause %s, want %s", e.Cause, tt.cause)
			}
		}
		if want := tt.cause == "expired-keys" || tt.cause == "unknown-key"; Refused(err) != want {
			t.Errorf("%s: the credentials are refused: %v", tt.cause, !want)
		}
	}
}

// TestCodesOfWrites: the server that answers a write has received the new value, and
// can say it as a code; only AWS's own are shown then. (Caught: the same as for reads.)
func TestCodesOfWrites(t *testing.T) {
	for _, tt := range []struct{ action, token, code, want string }{
		{"ssm:PutParameter", "", "SwordfishException", ""},
		{"ssm:PutParameter", "", "ValidationException", "ValidationException"},
		{"ssm:GetParameters", "", "UnsupportedFeatureException", "UnsupportedFeatureException"},
		{"ssm:GetParameters", "xUnsupportedFeatureExceptionx", "UnsupportedFeatureException", ""},
		{"ssm:GetParameters", "", "s3cretException", ""},
	} {
		f := failed{client: &client{signed: aws.Credentials{SessionToken: tt.token}}, action: tt.action}
		if got := f.safeCode(tt.code); got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

// TestIsAnswer: an answer to another version, or about another secret, is none.
func TestIsAnswer(t *testing.T) {
	for _, tt := range []struct {
		asked, name, selector string
		version               int64
		want                  bool
	}{
		{"/a", "/a", "", 1, true},
		{"/a", "/A", "", 1, false},
		{"/a", "/a", ":1", 1, false},
		{"/a:3", "/a", ":3", 3, true},
		{"/a:3", "/a", "", 3, true},
		{"/a:3", "/a", "", 4, false},
		{"/a:3", "/a", ":4", 4, false},
		{"/a:stable", "/a", ":stable", 4, true},
		{"/a:stable", "/a", ":old", 4, false},
		{"arn:aws:ssm:eu-central-1:444455556666:parameter/a", "/a", "", 1, true},
		{"arn:aws:ssm:eu-central-1:444455556666:parameter/a", "arn:aws:ssm:eu-central-1:444455556666:parameter/a", "", 1, true},
		{"arn:aws:ssm:eu-central-1:444455556666:parameter/a", "arn:aws:ssm:eu-central-1:444455556666:parameter/b", "", 1, false},
		{"arn:aws:ssm:eu-central-1:444455556666:parameter/a", "", "", 1, false},
		{"/aws/reference/secretsmanager/hub", "/aws/reference/secretsmanager/hub", "", 0, true},
		{"/aws/reference/secretsmanager/hub", "hub", "", 0, true},
		{"/aws/reference/secretsmanager/hub", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:hub-a1b2c3", "", 0, true},
		{"/aws/reference/secretsmanager/hub", "/aws/reference/secretsmanager/arn:aws:secretsmanager:eu-central-1:111122223333:secret:hub-a1b2c3", "", 0, true},
		{"/aws/reference/secretsmanager/hub", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:hub-2-a1b2c3", "", 0, false},
		{"/aws/reference/secretsmanager/hub", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:hub-a1b2c3d", "", 0, false},
		{"/aws/reference/secretsmanager/hub", "other", "", 0, false},
		{"/aws/reference/secretsmanager/hub:AWSPREVIOUS", "/aws/reference/secretsmanager/hub", ":AWSCURRENT", 0, false},
	} {
		p := types.Parameter{Name: aws.String(tt.name), Selector: aws.String(tt.selector), Version: tt.version}
		if got := isAnswer(tt.asked, p); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

// TestExpiredCodes: STS has two codes for a token that has expired.
func TestExpiredCodes(t *testing.T) {
	testenv.Isolate(t)
	for _, code := range []string{"ExpiredToken", "ExpiredTokenException"} {
		if e := (&client{}).webIdentityFault(&smithy.GenericAPIError{Code: code}); e.Cause != "web-identity-expired" {
			t.Errorf("%s of a web identity: %s", code, e.Cause)
		}
	}
}
