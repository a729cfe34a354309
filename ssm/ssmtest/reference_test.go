package ssmtest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// TestReference asks for one secret in many ways, one at a time and several.
func TestReference(t *testing.T) {
	s, c := serve(t)
	first := s.PutSecret("team/hub", "old")
	s.PutSecret("team/hub", "new")
	s.PutSecret("marked", "v")
	s.MarkForDeletion("marked")
	s.Put(Parameter{Name: "/plain", Value: "v"})
	const (
		syntax = "Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>"
		gone   = "An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret aws/reference/secretsmanager/"
	)
	arn := s.SecretARN(region, "team/hub")
	for _, tt := range []struct{ id, value, code, message string }{
		{"team/hub", "new", "", ""},
		{"team/hub:AWSCURRENT", "new", "", ""},
		{"team/hub:AWSPREVIOUS", "old", "", ""},
		{"team/hub:" + first, "old", "", ""},
		{"none", "", "ParameterNotFound", gone + "nonenull not found."},
		{"team/hub:AWSPENDING", "", "ParameterNotFound", gone + "team/hub:AWSPENDING not found."},
		{"none:AWSCURRENT", "", "ParameterNotFound", gone + "none:AWSCURRENT not found."},
		{"team/hub:", "", "ValidationException", syntax},
		{"team/hub::AWSCURRENT", "", "ValidationException", syntax},
		{"team/hub:a:b", "", "ValidationException", syntax},
		{"team/hub:password:AWSCURRENT", "", "ValidationException", syntax},
		{"marked", "", "ValidationException", "Invalid Request to Secrets Manager"},
	} {
		t.Run(tt.id, func(t *testing.T) {
			asked := secretsPrefix + tt.id
			v, err := get(c, asked)
			wantCode(t, err, tt.code)
			if _, message := code(err); message != tt.message || v != tt.value {
				t.Errorf("%q, %q; want %q, %q", v, message, tt.value, tt.message)
			}
			out, err := getAll(c, asked, "/plain")
			switch {
			case err != nil:
				t.Error(err)
			case tt.code == "" && (len(out.Parameters) != 2 || *out.Parameters[0].Value != tt.value || len(out.InvalidParameters) != 0):
				t.Errorf("%+v", out)
			case tt.code != "" && (len(out.Parameters) != 1 || !slices.Equal(out.InvalidParameters, []string{asked})):
				t.Errorf("%+v", out)
			}
		})
	}
	_, err := getAll(c, secretsPrefix+arn, "/plain")
	wantCode(t, err, "ValidationException", syntax)
	_, err = get(c, secretsPrefix+arn)
	wantCode(t, err, "ValidationException", syntax)
}

func TestReferenceAnswer(t *testing.T) {
	s, c := serve(t)
	version := s.PutSecret("hub", "v")
	s.PutSecretBinary("cert", []byte{1})
	out, err := getAll(c, secretsPrefix+"hub", secretsPrefix+"cert")
	if err != nil || len(out.Parameters) != 2 {
		t.Fatal(out, err)
	}
	cert, hub := out.Parameters[0], out.Parameters[1]
	var source struct{ ARN, Name, VersionID, SecretString string }
	if err := json.Unmarshal([]byte(*hub.SourceResult), &source); err != nil || source.ARN != s.SecretARN(region, "hub") || source.Name != "hub" || source.VersionID != version || source.SecretString != "v" {
		t.Errorf("%v, %+v", err, source)
	}
	if *hub.Name != secretsPrefix+"hub" || *hub.ARN != source.ARN || hub.Type != "SecureString" || hub.Version != 0 || hub.DataType != nil || hub.Selector != nil {
		t.Errorf("%+v", hub)
	}
	if cert.Value != nil || cert.Type != "SecureString" || strings.Contains(*cert.SourceResult, "secretString") {
		t.Errorf("of bytes: %+v", cert)
	}

	_, err = c.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(secretsPrefix + "hub")})
	wantCode(t, err, "ValidationException", "WithDecryption flag must be True for retrieving a Secret Manager secret.")
	plain, err := c.GetParameters(ctx, &ssm.GetParametersInput{Names: []string{secretsPrefix + "hub"}})
	if err != nil || !slices.Equal(plain.InvalidParameters, []string{secretsPrefix + "hub"}) {
		t.Errorf("without decryption: %+v, %v", plain, err)
	}
}

// TestReferenceFaults orders what happens behind a reference, where one call of
// Parameter Store needs two permissions.
func TestReferenceFaults(t *testing.T) {
	const behind = "An error occurred (AccessDeniedException) when referencing Secrets Manager: " + me + "secretsmanager:GetSecretValue on resource: hub "
	for name, tt := range map[string]struct {
		order      func(*Server)
		code, text string
	}{
		"the secret denied":    {func(s *Server) { s.Deny("secretsmanager:GetSecretValue", "hub") }, "AccessDeniedException", behind + "because no identity-based policy allows the secretsmanager:GetSecretValue action"},
		"its ARN denied":       {func(s *Server) { s.Deny("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:secret:hub-*") }, "AccessDeniedException", behind},
		"by a resource policy": {func(s *Server) { s.DenyBecause("GetSecretValue", "hub", ResourcePolicyDeny) }, "AccessDeniedException", behind + "with an explicit deny in a resource-based policy"},
		"the parameter denied": {func(s *Server) { s.Deny("ssm:GetParameters", secretsPrefix+"*") }, "AccessDeniedException", me + "ssm:GetParameters on resource: arn:aws:ssm:eu-central-1:111122223333:parameter/aws/reference/secretsmanager/hub because"},
		"another secret":       {func(s *Server) { s.Deny("secretsmanager:GetSecretValue", "other") }, "", ""},
		"another action":       {func(s *Server) { s.Deny("secretsmanager:DescribeSecret", "") }, "", ""},
		"another caller": {func(s *Server) {
			s.Fail(Fault{Action: "GetSecretValue", AccessKeyID: "AKIAOTHER", Code: "AccessDeniedException"})
		}, "", ""},
		"an error": {func(s *Server) { s.Fail(Fault{Action: "GetSecretValue", Code: "InternalServiceError"}) }, "InternalServiceError", "when referencing Secrets Manager: An error occurred on the server side."},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := serve(t)
			s.PutSecret("hub", "v")
			s.Put(Parameter{Name: "/plain", Value: "v"})
			tt.order(s)
			_, err := getAll(c, "/plain", secretsPrefix+"hub")
			wantCode(t, err, tt.code, tt.text)
			_, err = getAll(c, "/plain")
			wantCode(t, err, "")
		})
	}
	s, c := serve(t)
	s.Fail(Fault{Action: "GetSecretValue", Code: "AccessDeniedException", Times: 1})
	_, err := getAll(c, secretsPrefix+"none")
	wantCode(t, err, "AccessDeniedException", "on resource: none because")
	if _, err = getAll(c, secretsPrefix+"none"); err != nil {
		t.Error(err)
	}
}
