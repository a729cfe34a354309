package ssmtest

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"time"
)

var stsOperations = map[string]func(*Server, *request) (any, *failure){
	"AssumeRole":        (*Server).assumeRole,
	webIdentity:         (*Server).assumeRoleWithWebIdentity,
	"GetCallerIdentity": (*Server).getCallerIdentity,
}

// session is an assumed role.
type session struct{ arn, account, id, token string }

// caller is the ARN of the identity that signed a request.
func (s *Server) caller(req *request) string {
	if known, ok := s.sessions[req.AccessKeyID]; ok {
		return known.arn
	}
	return "arn:aws:iam::" + AccountID + ":user/test"
}

type stsCredentials struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

// assumeRole lets everyone assume every role for an hour. An MFA code must have six
// digits; any other refusal is made with a Fault.
func (s *Server) assumeRole(req *request) (any, *failure) {
	if req.form.Get("SerialNumber") != "" && len(req.form.Get("TokenCode")) != 6 {
		return nil, refuse("AccessDeniedException", "MultiFactorAuthentication failed with invalid MFA one time pass code.")
	}
	c, known, fail := s.newSession(req.form.Get("RoleArn"), req.form.Get("RoleSessionName"))
	if fail != nil {
		return nil, fail
	}
	return struct {
		XMLName     xml.Name       `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleResponse"`
		Credentials stsCredentials `xml:"AssumeRoleResult>Credentials"`
		Arn         string         `xml:"AssumeRoleResult>AssumedRoleUser>Arn"`
		ID          string         `xml:"AssumeRoleResult>AssumedRoleUser>AssumedRoleId"`
		RequestID   string         `xml:"ResponseMetadata>RequestId"`
	}{Credentials: c, Arn: known.arn, ID: known.id, RequestID: req.RequestID}, nil
}

// newSession makes a role's credentials, for an hour.
func (s *Server) newSession(role, name string) (c stsCredentials, known session, fail *failure) {
	account, path, ok := strings.Cut(strings.TrimPrefix(role, "arn:aws:iam::"), ":role/")
	if !ok {
		return c, known, invalid("%s is invalid", role)
	} else if len(name) < 2 || len(name) > 64 {
		return c, known, invalid("1 validation error detected: Value '%s' at 'roleSessionName' failed to satisfy constraint: Member must have length between 2 and 64", name)
	}
	c = stsCredentials{"ASIA" + newHex(16), newHex(40), newHex(128), time.Now().Add(time.Hour).UTC()}
	known = session{
		// The session's ARN leaves the role's path out.
		arn:     fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", account, path[strings.LastIndex(path, "/")+1:], name),
		account: account, id: "AROA" + strings.Repeat("X", 16) + ":" + name, token: c.SessionToken,
	}
	s.sessions[c.AccessKeyID] = known
	return c, known, nil
}

func (s *Server) getCallerIdentity(req *request) (any, *failure) {
	account, id := AccountID, "AIDA"+strings.Repeat("X", 16)
	if known, ok := s.sessions[req.AccessKeyID]; ok {
		account, id = known.account, known.id
	}
	return struct {
		XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
		Arn       string   `xml:"GetCallerIdentityResult>Arn"`
		UserID    string   `xml:"GetCallerIdentityResult>UserId"`
		Account   string   `xml:"GetCallerIdentityResult>Account"`
		RequestID string   `xml:"ResponseMetadata>RequestId"`
	}{Arn: s.caller(req), UserID: id, Account: account, RequestID: req.RequestID}, nil
}

// stsSpelling is how STS says what Systems Manager says with another word, and
// what it says, with which status, for an error of its own that has only a code.
// Sources: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
// and the pages of its operations.
var stsSpelling = map[string]failure{
	"AccessDenied":                        {http.StatusForbidden, "AccessDenied", ""},
	"AccessDeniedException":               {http.StatusForbidden, "AccessDenied", ""},
	"ExpiredTokenException":               {http.StatusBadRequest, "ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time"},
	"IDPCommunicationError":               {http.StatusBadRequest, "IDPCommunicationError", "Couldn't communicate with the identity provider"},
	"IDPRejectedClaim":                    {http.StatusForbidden, "IDPRejectedClaim", "The identity provider rejected the claim"},
	"IncompleteSignatureException":        {http.StatusBadRequest, "IncompleteSignature", ""},
	"InvalidIdentityToken":                {http.StatusBadRequest, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://oidc.example.com"},
	"MissingAuthenticationTokenException": {http.StatusForbidden, "MissingAuthenticationToken", ""},
	"RegionDisabledException":             {http.StatusForbidden, "RegionDisabledException", "STS is not activated in this region for account:" + AccountID + ". Your account administrator can activate STS in this region using the IAM Console."},
	"ThrottlingException":                 {http.StatusBadRequest, "Throttling", ""},
	"UnknownOperationException":           {http.StatusBadRequest, "InvalidAction", "Could not find operation for version 2011-06-15"},
	"UnrecognizedClientException":         {http.StatusForbidden, "InvalidClientTokenId", ""},
	"ValidationException":                 {http.StatusBadRequest, "ValidationError", ""},
}

func (f *failure) spelledBySTS() *failure {
	spelling, ok := stsSpelling[f.code]
	if !ok {
		return f
	}
	if f.message != "" {
		spelling.message = f.message
	}
	if f.status != http.StatusBadRequest { // a Fault that says so
		spelling.status = f.status
	}
	return &spelling
}

func (req *request) errorXML(fail *failure) any {
	return struct {
		XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
		Type      string   `xml:"Error>Type"`
		Code      string   `xml:"Error>Code"`
		Message   string   `xml:"Error>Message"`
		RequestID string   `xml:"RequestId"`
	}{Type: "Sender", Code: fail.code, Message: fail.message, RequestID: req.RequestID}
}

// newHex is so many random upper-case digits, which is nearly how keys look.
func newHex(digits int) string {
	text := ""
	for len(text) < digits {
		text += strings.ToUpper(strings.ReplaceAll(newID(), "-", ""))
	}
	return text[:digits]
}
