package ssmtest

import "encoding/xml"

// webIdentity is the one action that needs no signature: its token identifies the
// caller.
const webIdentity = "AssumeRoleWithWebIdentity"

// assumeRoleWithWebIdentity lets everyone with a token assume every role for an hour. A
// refusal is made with a [Fault]: ExpiredTokenException, InvalidIdentityToken,
// IDPRejectedClaim, AccessDenied and RegionDisabledException have STS's own status and
// words.
// Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
func (s *Server) assumeRoleWithWebIdentity(req *request) (any, *failure) {
	const minToken, maxToken = 4, 20000
	if n := len(req.form.Get("WebIdentityToken")); n < minToken || n > maxToken {
		return nil, invalid("1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: Member must have length between %d and %d", minToken, maxToken)
	}
	c, known, fail := s.newSession(req.form.Get("RoleArn"), req.form.Get("RoleSessionName"))
	if fail != nil {
		return nil, fail
	}
	return struct {
		XMLName     xml.Name       `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleWithWebIdentityResponse"`
		Credentials stsCredentials `xml:"AssumeRoleWithWebIdentityResult>Credentials"`
		Arn         string         `xml:"AssumeRoleWithWebIdentityResult>AssumedRoleUser>Arn"`
		ID          string         `xml:"AssumeRoleWithWebIdentityResult>AssumedRoleUser>AssumedRoleId"`
		Audience    string         `xml:"AssumeRoleWithWebIdentityResult>Audience"`
		Provider    string         `xml:"AssumeRoleWithWebIdentityResult>Provider"`
		Subject     string         `xml:"AssumeRoleWithWebIdentityResult>SubjectFromWebIdentityToken"`
		RequestID   string         `xml:"ResponseMetadata>RequestId"`
	}{Credentials: c, Arn: known.arn, ID: known.id, Audience: "sts.amazonaws.com", Provider: "arn:aws:iam::" + known.account + ":oidc-provider/oidc.example.com", Subject: "test", RequestID: req.RequestID}, nil
}
