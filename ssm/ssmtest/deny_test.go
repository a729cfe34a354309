package ssmtest

import (
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
	if n := len(Reasons()); n != 12 {
		t.Errorf("%d reasons", n)
	}
	for _, why := range append(Reasons(), "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/p") {
		s.ClearFaults()
		s.DenyBecause("ssm:GetParameters", "/a", why)
		_, err := getAll(c, "/a")
		if _, got := code(err); got != me+"ssm:GetParameters on resource: arn:aws:ssm:eu-central-1:111122223333:parameter/a "+strings.ReplaceAll(why, "%s", "ssm:GetParameters") {
			t.Errorf("%s: %q", why, got)
		}
	}
}
