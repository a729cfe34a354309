package ssmtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

func TestDeny(t *testing.T) {
	s, c := serve(t)
	s.Put(Parameter{Name: "/a", Value: "v"})
	s.Deny("GetParameters", "/b*")
	_, err := getAll(c, "/a", "/b")
	wantCode(t, err, "AccessDeniedException", "User: arn:aws:iam::111122223333:user/test is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-central-1:111122223333:parameter/b because no identity-based policy allows the ssm:GetParameters action")
	if _, err := getAll(c, "/a"); err != nil {
		t.Error(err)
	}
	for _, spelling := range []string{"/b:1", "arn:aws:ssm:eu-central-1:111122223333:parameter/b"} {
		_, err = getAll(c, spelling)
		wantCode(t, err, "AccessDeniedException", ":parameter/b because")
	}
	s.Deny("ssm:DescribeParameters", "")
	_, err = c.DescribeParameters(ctx, &ssm.DescribeParametersInput{})
	wantCode(t, err, "AccessDeniedException", "on resource: arn:aws:ssm:eu-central-1:111122223333:* ")
}

const me = "User: arn:aws:iam::111122223333:user/test is not authorized to perform: "

func TestDenyBecause(t *testing.T) {
	s, c := serve(t)
	s.PutSecret("hub", "v")
	if n := len(Reasons()); n != 12 {
		t.Errorf("%d reasons", n)
	}
	for _, why := range append(Reasons(), "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/p") {
		s.ClearFaults()
		s.DenyBecause("ssm:GetParameters", "/a", why)
		s.DenyBecause("secretsmanager:GetSecretValue", "hub", why)
		_, err := getAll(c, "/a")
		if _, got := code(err); got != me+"ssm:GetParameters on resource: arn:aws:ssm:eu-central-1:111122223333:parameter/a "+strings.ReplaceAll(why, "%s", "ssm:GetParameters") {
			t.Errorf("%s: %q", why, got)
		}
		_, err = getSecret(secretsClient(s, region), "hub")
		if _, got := code(err); got != me+"secretsmanager:GetSecretValue on resource: hub "+strings.ReplaceAll(why, "%s", "secretsmanager:GetSecretValue") {
			t.Errorf("%s: %q", why, got)
		}
	}
}

// TestDenySecret denies one secret under several names and asks for it under
// several others.
func TestDenySecret(t *testing.T) {
	for _, tt := range []struct {
		action, pattern string
		want            string // of team/hub by its name, its full and its partial ARN, other, and none
	}{
		{"secretsmanager:GetSecretValue", "", "yyyyy"},
		{"secretsmanager:GetSecretValue", "team/hub", "yyynn"},
		{"GetSecretValue", "team/*", "yyynn"},
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:team/hub-*", "yyynn"},
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:secret:team/hub-??????", "yyynn"},
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-west-2:*", "nnnnn"},
		{"secretsmanager:GetSecretValue", "none", "nnnny"},
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:secret:none-??????", "nnnny"},
		{"ssm:GetSecretValue", "", "nnnnn"},
		{"ssm:GetParameters", "", "nnnnn"},
		{"secretsmanager:DescribeSecret", "", "nnnnn"},
	} {
		t.Run(tt.action+" "+tt.pattern, func(t *testing.T) {
			s, c := serve(t)
			s.PutSecret("team/hub", "v")
			s.PutSecret("other", "v")
			s.Put(Parameter{Name: "/a", Value: "v"})
			s.Deny(tt.action, tt.pattern)
			full := s.SecretARN(region, "team/hub")
			got := ""
			for _, id := range []string{"team/hub", full, full[:len(full)-7], "other", "none"} {
				_, err := getSecret(secretsClient(s, region), id)
				code, message := code(err)
				if code != "AccessDeniedException" {
					got += "n"
					continue
				}
				got += "y"
				if want := me + fmt.Sprintf("secretsmanager:GetSecretValue on resource: %s because no identity-based policy allows the secretsmanager:GetSecretValue action", id); message != want {
					t.Errorf("%q, want %q", message, want)
				}
			}
			if got != tt.want {
				t.Errorf("denied: %s, want %s", got, tt.want)
			}
			if _, err := getAll(c, "/a"); (err != nil) != (tt.action == "ssm:GetParameters") {
				t.Errorf("a parameter: %v", err)
			}
		})
	}
}
