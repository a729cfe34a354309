package ssmtest

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

func TestKMS(t *testing.T) {
	for name, order := range map[string]struct {
		do   func(*Server)
		code string
		text string
	}{
		"denied":       {func(s *Server) { s.DenyKMS("/p/*") }, "AccessDeniedException", "is not authorized to perform: kms:"},
		"out of reach": {func(s *Server) { s.DenyKMSBecause("/p/*", KeyOutOfReach) }, "AccessDeniedException", KeyOutOfReach + " (Service: Kms, "},
		"a key policy": {func(s *Server) { s.DenyKMSBecause("/p/*", ResourcePolicyDeny) }, "AccessDeniedException", ":key/1234abcd-12ab-34cd-56ef-1234567890ab with an explicit deny in a resource-based policy (Service: Kms, "},
		"disabled":     {func(s *Server) { s.DisableKey("alias/aws/ssm") }, "InvalidKeyId", "(Service: Kms, Status Code: 400"},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := serve(t)
			s.Put(Parameter{Name: "/p/secure", Value: "v"})
			s.Put(Parameter{Name: "/p/plain", Value: "v", Type: "String"})
			order.do(s)
			_, err := get(c, "/p/secure")
			wantCode(t, err, order.code, order.text)
			_, err = getAll(c, "/p/plain", "/p/secure")
			wantCode(t, err, order.code, order.text)
			_, err = c.GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: aws.String("/p"), WithDecryption: aws.Bool(true)})
			wantCode(t, err, order.code, order.text)
			_, err = put(c, "/p/new", "v")
			wantCode(t, err, order.code, order.text)
			_, err = getAll(c, "/p/plain", "/p/none")
			wantCode(t, err, "")
			_, err = c.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String("/p/secure")})
			wantCode(t, err, "")
			_, err = put(c, "/p/new", "v", as("String"))
			wantCode(t, err, "")
		})
	}
}

// TestKeyOutOfReach sees that KMS names neither the caller nor the key.
func TestKeyOutOfReach(t *testing.T) {
	s, c := serve(t)
	s.Put(Parameter{Name: "/a", Value: "v"})
	s.DenyKMSBecause("/a", KeyOutOfReach)
	_, err := get(c, "/a")
	if _, message := code(err); !strings.HasPrefix(message, "The ciphertext refers to a customer master key ") {
		t.Errorf("the message is %q", message)
	}
}

// TestSecretKey reads a secret from Secrets Manager, and through Parameter Store.
func TestSecretKey(t *testing.T) {
	for name, tt := range map[string]struct {
		order      func(*Server)
		code, text string
	}{
		"denied by name":        {func(s *Server) { s.DenyKMS("team/*") }, "AccessDeniedException", "Access to KMS is not allowed"},
		"denied by ARN":         {func(s *Server) { s.DenyKMS("arn:aws:secretsmanager:*:secret:team/hub-??????") }, "AccessDeniedException", "Access to KMS is not allowed"},
		"denied by reference":   {func(s *Server) { s.DenyKMS("/aws/reference/secretsmanager/team/*") }, "AccessDeniedException", "Access to KMS is not allowed"},
		"disabled":              {func(s *Server) { s.DisableKey("alias/aws/secretsmanager") }, "DecryptionFailure", "Secrets Manager can't decrypt the secret value: arn:aws:kms:eu-central-1:111122223333:key/"},
		"a customer's disabled": {func(s *Server) { s.EncryptSecret("team/hub", "alias/team"); s.DisableKey("alias/team") }, "DecryptionFailure", "Secrets Manager can't decrypt the secret value: "},
		"another disabled":      {func(s *Server) { s.EncryptSecret("team/hub", "alias/team"); s.DisableKey("alias/aws/secretsmanager") }, "", ""},
		"another denied":        {func(s *Server) { s.DenyKMS("other") }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, c := serve(t)
			s.PutSecret("team/hub", "v")
			tt.order(s)
			_, err := getSecret(secretsClient(s, region), "team/hub")
			wantCode(t, err, tt.code, tt.text)
			_, err = getAll(c, "/aws/reference/secretsmanager/team/hub")
			if tt.code != "" {
				tt.text = "An error occurred (" + tt.code + ") when referencing Secrets Manager: " + tt.text
			}
			wantCode(t, err, tt.code, tt.text)
		})
	}
}
