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
