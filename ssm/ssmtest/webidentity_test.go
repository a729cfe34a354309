package ssmtest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const podRole = "arn:aws:iam::111122223333:role/pod"

// exchange sends a token for a role's credentials, without AWS credentials.
func exchange(s *Server, token string) (*sts.AssumeRoleWithWebIdentityOutput, error) {
	c := sts.New(sts.Options{Region: region, BaseEndpoint: aws.String(s.URL), Retryer: aws.NopRetryer{}})
	return c.AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{RoleArn: aws.String(podRole), RoleSessionName: aws.String("build"), WebIdentityToken: &token})
}

func TestWebIdentity(t *testing.T) {
	s, _ := serve(t)
	s.Put(Parameter{Name: "/a", Value: "v"})
	out, err := exchange(s, "a.b.c")
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(*out.Credentials.Expiration); *out.AssumedRoleUser.Arn != "arn:aws:sts::111122223333:assumed-role/pod/build" || left < 59*time.Minute || left > time.Hour {
		t.Errorf("%+v, for %v", out, left)
	}
	if call := s.Calls()[0]; call.Service != "sts" || call.Action != "AssumeRoleWithWebIdentity" || call.AccessKeyID != "" || call.Code != "" || !slices.Equal(call.Names, []string{podRole}) {
		t.Errorf("recorded as %+v", call)
	}
	if v, err := get(client(s, *out.Credentials.AccessKeyId, *out.Credentials.SessionToken, nil), "/a"); v != "v" {
		t.Errorf("%q, %v", v, err)
	}
	_, err = exchange(s, "")
	wantCode(t, err, "ValidationError", "webIdentityToken")
}

func TestWebIdentityErrors(t *testing.T) {
	for code, tt := range map[string]struct {
		status int
		text   string
	}{
		"ExpiredTokenException":   {400, "Token expired: "},
		"InvalidIdentityToken":    {400, "No OpenIDConnect provider found in your account for "},
		"IDPCommunicationError":   {400, ""},
		"IDPRejectedClaim":        {403, ""},
		"AccessDenied":            {403, "Not authorized to perform sts:AssumeRoleWithWebIdentity"},
		"RegionDisabledException": {403, "STS is not activated in this region for account:111122223333."},
	} {
		t.Run(code, func(t *testing.T) {
			s, _ := serve(t)
			s.Fail(Fault{Action: "sts:AssumeRoleWithWebIdentity", Code: code})
			_, err := exchange(s, "a.b.c")
			wantCode(t, err, code, tt.text)
			form := "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
			resp, err := http.Post(s.URL, "application/x-www-form-urlencoded", strings.NewReader(form))
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != tt.status {
				t.Errorf("status %d, want %d", resp.StatusCode, tt.status)
			}
		})
	}
	s, _ := serve(t)
	s.Deny("sts:AssumeRoleWithWebIdentity", "*:role/pod")
	_, err := exchange(s, "a.b.c")
	wantCode(t, err, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
}

// TestUnsigned tries the operations that want a signature without one.
func TestUnsigned(t *testing.T) {
	s, _ := serve(t)
	resp, err := http.Post(s.URL, "application/x-www-form-urlencoded", strings.NewReader("Action=GetCallerIdentity&Version=2011-06-15"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden || s.Calls()[0].Code != "MissingAuthenticationToken" {
		t.Errorf("status %d, %+v", resp.StatusCode, s.Calls()[0])
	}
}
