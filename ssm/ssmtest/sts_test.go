package ssmtest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

func stsClient(s *Server, key, secret, token string) *sts.Client {
	return sts.New(sts.Options{
		Region: region, BaseEndpoint: aws.String(s.URL), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, token),
	})
}

func assume(c *sts.Client, role string) (*sts.AssumeRoleOutput, error) {
	return c.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("build"), SerialNumber: aws.String("arn:aws:iam::111122223333:mfa/alice"), TokenCode: aws.String("123456")})
}

func TestAssumeRole(t *testing.T) {
	s, _ := serve(t)
	const role = "arn:aws:iam::999988887777:role/path/pull"
	out, err := assume(stsClient(s, "AKIATEST", "secret", ""), role)
	if err != nil {
		t.Fatal(err)
	}
	key, token := *out.Credentials.AccessKeyId, *out.Credentials.SessionToken
	left := time.Until(*out.Credentials.Expiration)
	if !strings.HasPrefix(key, "ASIA") || len(key) != 20 || token == "" || *out.Credentials.SecretAccessKey == "" || left < 59*time.Minute || left > time.Hour {
		t.Errorf("credentials %q, for %v", key, left)
	}
	if c := s.Calls()[0]; c.Action != "AssumeRole" || !slices.Equal(c.Names, []string{role}) || c.AccessKeyID != "AKIATEST" || c.Region != region {
		t.Errorf("recorded as %+v", c)
	}

	const assumed = "arn:aws:sts::999988887777:assumed-role/pull/build"
	who, err := stsClient(s, key, "secret", token).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil || *who.Arn != assumed || *who.Account != "999988887777" || !strings.HasSuffix(*who.UserId, ":build") {
		t.Errorf("%+v, %v", who, err)
	}
	s.Deny("GetParameter", "*")
	_, err = get(client(s, key, token, nil), "/a")
	wantCode(t, err, "AccessDeniedException", "User: "+assumed+" is not")
	s.ClearFaults()
	_, err = get(client(s, key, "", nil), "/a")
	wantCode(t, err, "UnrecognizedClientException")
	_, err = stsClient(s, key, "secret", "other").GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	wantCode(t, err, "InvalidClientTokenId")
}

func TestMFA(t *testing.T) {
	s, _ := serve(t)
	_, err := stsClient(s, "AKIATEST", "secret", "").AssumeRole(ctx, &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::111122223333:role/pull"), RoleSessionName: aws.String("build"),
		SerialNumber: aws.String("arn:aws:iam::111122223333:mfa/alice"), TokenCode: aws.String(""),
	})
	wantCode(t, err, "AccessDenied", "MultiFactorAuthentication failed")
}

func TestCallerIdentity(t *testing.T) {
	s, _ := serve(t)
	who, err := stsClient(s, "AKIATEST", "secret", "").GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil || *who.Arn != "arn:aws:iam::111122223333:user/test" || *who.Account != AccountID || *who.UserId == "" {
		t.Errorf("%+v, %v", who, err)
	}
}

func TestSTSErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		order func(*Server)
		role  string
		code  string
		text  string
	}{
		"no role":   {func(*Server) {}, "pull", "ValidationError", "pull"},
		"denied":    {func(s *Server) { s.Deny("sts:AssumeRole", "*:role/pull") }, "arn:aws:iam::111122223333:role/pull", "AccessDenied", "User: arn:aws:iam::111122223333:user/test is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/pull"},
		"throttled": {func(s *Server) { s.Throttle(1) }, "arn:aws:iam::111122223333:role/pull", "Throttling", "Rate exceeded"},
		"a fault":   {func(s *Server) { s.Fail(Fault{Action: "AssumeRole", Code: "ExpiredToken", Status: 403}) }, "arn:aws:iam::111122223333:role/pull", "ExpiredToken", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := serve(t)
			tt.order(s)
			_, err := assume(stsClient(s, "AKIATEST", "secret", ""), tt.role)
			wantCode(t, err, tt.code, tt.text)
			if c := s.Calls()[0]; c.Code != tt.code {
				t.Errorf("recorded as %q", c.Code)
			}
		})
	}
}
