package ssmtest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

const signed = "AWS4-HMAC-SHA256 Credential=AKIA/20260102/eu-central-1/ssm/aws4_request, SignedHeaders=host, Signature=00"

// TestProtocol sends what no SDK does.
func TestProtocol(t *testing.T) {
	testenv.Isolate(t)
	s := NewServer()
	defer s.Close()
	for name, tt := range map[string]struct {
		target, auth, body string
		status             int
		code               string
	}{
		"a call":             {"AmazonSSM.GetParameters", signed, `{"Names":["/a"]}`, 200, ""},
		"no signature":       {"AmazonSSM.GetParameters", "", `{"Names":["/a"]}`, 400, "MissingAuthenticationTokenException"},
		"another scheme":     {"AmazonSSM.GetParameters", "Bearer x", `{"Names":["/a"]}`, 400, "IncompleteSignatureException"},
		"half a scope":       {"AmazonSSM.GetParameters", strings.Replace(signed, "/ssm", "", 1), `{"Names":["/a"]}`, 400, "IncompleteSignatureException"},
		"nothing signed":     {"AmazonSSM.GetParameters", strings.Replace(signed, "Signature=00", "", 1), `{"Names":["/a"]}`, 400, "IncompleteSignatureException"},
		"no such operation":  {"AmazonSSM.GetParameterHistory", signed, `{}`, 400, "UnknownOperationException"},
		"another service":    {"DynamoDB_20120810.GetItem", signed, `{}`, 404, "UnknownOperationException"},
		"no JSON":            {"AmazonSSM.GetParameters", signed, `{"Names":`, 400, "SerializationException"},
		"another type":       {"AmazonSSM.GetParameters", signed, `{"Names":"/a"}`, 400, "SerializationException"},
		"another type, deep": {"AmazonSSM.PutParameter", signed, `{"Name":"/a","Overwrite":"yes"}`, 400, "SerializationException"},
		"no name":            {"AmazonSSM.GetParameter", signed, `{}`, 400, "ValidationException"},
	} {
		t.Run(name, func(t *testing.T) {
			s.ResetCalls()
			req, _ := http.NewRequest(http.MethodPost, s.URL, strings.NewReader(tt.body))
			req.Header.Set("X-Amz-Target", tt.target)
			req.Header.Set("Content-Type", "application/x-amz-json-1.1")
			if tt.auth != "" {
				req.Header.Set("Authorization", tt.auth)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			var out struct {
				Type string `json:"__type"`
			}
			if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != tt.status || out.Type != tt.code || resp.Header.Get("Content-Type") != "application/x-amz-json-1.1" {
				t.Errorf("status %d, type %q, %v; want %d, %q", resp.StatusCode, out.Type, resp.Header, tt.status, tt.code)
			}
			calls := s.Calls()
			if len(calls) != 1 || calls[0].Code != tt.code || calls[0].RequestID == "" || resp.Header.Get("x-amzn-RequestId") != calls[0].RequestID {
				t.Errorf("recorded as %+v", calls)
			}
		})
	}
}
