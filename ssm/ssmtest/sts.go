package ssmtest

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

var stsOperations = map[string]func(*Server, *request) (any, *failure){
	"AssumeRole":        (*Server).assumeRole,
	"GetCallerIdentity": (*Server).getCallerIdentity,
}

// caller is the ARN of whoever has an access key.
func (s *Server) caller(accessKeyID string) string {
	if role, ok := s.roles[accessKeyID]; ok {
		return role
	}
	return "arn:aws:iam::" + AccountID + ":user/test"
}

type stsCredentials struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

func (s *Server) assumeRole(req *request) (any, *failure) {
	form, _ := url.ParseQuery(string(req.body))
	role, session := form.Get("RoleArn"), form.Get("RoleSessionName")
	account, name, ok := strings.Cut(strings.TrimPrefix(role, "arn:aws:iam::"), ":role/")
	if !ok || session == "" {
		return nil, &failure{http.StatusBadRequest, "ValidationError", role + " is invalid"}
	}
	if form.Get("SerialNumber") != "" && len(form.Get("TokenCode")) != 6 {
		return nil, &failure{http.StatusForbidden, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code."}
	}
	c := stsCredentials{"ASIA" + strings.ToUpper(randomHex(8)), randomHex(20), randomHex(64), time.Now().Add(time.Hour).UTC()}
	arn := fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", account, name, session)
	s.roles[c.AccessKeyID] = arn
	return struct {
		XMLName     xml.Name       `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleResponse"`
		Credentials stsCredentials `xml:"AssumeRoleResult>Credentials"`
		Arn         string         `xml:"AssumeRoleResult>AssumedRoleUser>Arn"`
	}{Credentials: c, Arn: arn}, nil
}

func (s *Server) getCallerIdentity(req *request) (any, *failure) {
	return struct {
		XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
		Arn     string   `xml:"GetCallerIdentityResult>Arn"`
		UserID  string   `xml:"GetCallerIdentityResult>UserId"`
		Account string   `xml:"GetCallerIdentityResult>Account"`
	}{Arn: s.caller(req.AccessKeyID), UserID: "AIDA" + strings.Repeat("X", 16), Account: AccountID}, nil
}

func answerXML(w http.ResponseWriter, out any, fail *failure) {
	w.Header().Set("Content-Type", "text/xml")
	if fail != nil {
		w.WriteHeader(fail.status)
		out = struct {
			XMLName xml.Name `xml:"ErrorResponse"`
			Code    string   `xml:"Error>Code"`
			Message string   `xml:"Error>Message"`
		}{Code: fail.code, Message: fail.message}
	}
	_, _ = io.WriteString(w, xml.Header)
	_ = xml.NewEncoder(w).Encode(out)
}
