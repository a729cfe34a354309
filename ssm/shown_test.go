package ssm

import (
	"strings"
	"testing"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"docker-credential-ssm/ssm/resource"
)

// TestDenialsOfWrites: the server that answers a write has received the new value, and
// any server the session token: neither is shown as a caller's name or as a key.
func TestDenialsOfWrites(t *testing.T) {
	const value, token = "s3cretPassw0rd", "FwoGZXIvYXdzEBYaDs3cretT0ken"
	const key = "arn:aws:kms:eu-central-1:111122223333:key/5ec7e7"
	for _, tt := range []struct {
		action, who, denied, on string
		shown                   bool
	}{
		{"ssm:PutParameter", value, "ssm:PutParameter", "x", false},
		{"ssm:PutParameter", value, "kms:Encrypt", key, false},
		{"ssm:PutParameter", value, "kms:GenerateDataKey", key, false},
		{"ssm:GetParameters", token, "ssm:GetParameters", "x", false},
		{"ssm:GetParameters", token[8:20], "kms:Decrypt", key, false},
		{"ssm:GetParameters", "build", "ssm:GetParameters", "x", true},
	} {
		said := "User: arn:aws:sts::111122223333:assumed-role/" + tt.who + "/session is not authorized to perform: " + tt.denied + " on resource: " + tt.on
		asked := []resource.Resource{parameter("/team/hub")}
		f := failed{client: &client{region: "eu-central-1", signed: aws.Credentials{SessionToken: token, SecretAccessKey: "x"}}, action: tt.action, resources: asked}
		e := f.denied(readDenial(said, tt.action, asked))
		text := e.Why + ". " + e.Advice
		if strings.Contains(text, tt.who) != tt.shown || tt.action == "ssm:PutParameter" && strings.Contains(text, "5ec7e7") {
			t.Errorf("%+v: %s", tt, text)
		}
	}
}

// TestCaller: the caller's ARN in a message of STS is shown, and nothing else of it.
func TestCaller(t *testing.T) {
	const good = "arn:aws:sts::111122223333:assumed-role/build/AWSCodeBuild-1"
	for said, want := range map[string]string{
		"User: " + good + " is not authorized":                                    good,
		"User: arn:aws:iam::111122223333:root is not authorized":                  "arn:aws:iam::111122223333:root",
		"User: " + good + "\x1b[31m is not authorized":                            "the caller",
		"User: " + good + "\u009b31m is not authorized":                           "the caller",
		"User: " + good + "\nx is not authorized":                                 "the caller",
		"User: arn:aws:iam::111122223333:s3cret/x is not authorized":              "the caller",
		"User: arn:aws:s3::111122223333:user/x is not authorized":                 "the caller",
		"User: arn:aws:iam::s3cret:user/x is not authorized":                      "the caller",
		"User: arn:aws:iam::111122223333:user/" + strings.Repeat("x", 300) + " x": "the caller",
	} {
		if got := caller(&smithy.GenericAPIError{Code: "AccessDenied", Message: said}); got != want {
			t.Errorf("%q: %q", said, got)
		}
	}
}

// TestClean: what a process says is shown without anything that acts on the terminal.
func TestClean(t *testing.T) {
	var out strings.Builder
	clean(&out, strings.NewReader("a\x1b[31m\u009b31m\u202eb\x07\x00\u200b\nc"))
	got := out.String()
	if strings.ContainsFunc(strings.ReplaceAll(got, "\n", ""), func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) || !strings.HasPrefix(got, "a ") || !strings.HasSuffix(got, "\nc") {
		t.Errorf("%q", got)
	}
}

// TestQuoted: what is longer than a name can be is cut.
func TestQuoted(t *testing.T) {
	if got := quoted(strings.Repeat("ä", 100)); got != `"`+strings.Repeat("ä", 50)+`…"` {
		t.Errorf("%s", got)
	}
	if got := quoted("a\x1bb"); got != `"a\x1bb"` {
		t.Errorf("%s", got)
	}
}
