//go:build linux

package faults

import (
	"net/http"
	"strings"
)

// refusalKinds are errors of the service itself, with its code: the credentials, which
// may end in the middle of a run, its limits, its keys.
func refusalKinds() []*Kind {
	services := []string{"parameter store", "secrets manager"}
	sts := []string{"assume role", "web identity"}
	coded := func(only []string, name, says string, status int, code, message string) *Kind {
		k := answering(name, says, func(r *http.Request, right Answer) []byte {
			return failure(right, status, code, message+hostile(r)).bytes()
		})
		k.Only = only
		return k
	}
	kinds := []*Kind{
		coded(services, "the session has expired", "expired", 400, "ExpiredTokenException", "The security token included in the request is expired"),
		coded(services, "the access key is unknown", "does not know the access key", 400, "UnrecognizedClientException", "The security token included in the request is invalid."),
		coded(services, "the signature is wrong", "does not accept the signature", 400, "InvalidSignatureException", "The request signature we calculated does not match"),
		coded(services, "the signature is incomplete", "whole signature", 400, "IncompleteSignatureException", ""),
		coded(services, "access is denied", "denied", 400, "AccessDeniedException", "User: arn:aws:iam::111122223333:user/build is not authorized"),
		coded(services, "the key is disabled", "KMS key", 400, "InvalidKeyId", ""),
		coded(services, "the Region is not enabled", "no access", 400, "OptInRequired", ""),
		coded(services, "the request is invalid", "invalid|cannot be read in its present state", 400, "ValidationException", ""),
		coded(sts, "the role's caller has expired", "expired", 400, "ExpiredTokenException", "The security token included in the request is expired"),
		coded(sts, "the role is denied", "may not assume", 403, "AccessDenied", "User: arn:aws:iam::111122223333:user/build is not authorized to perform: sts:AssumeRole on "),
		coded(sts, "STS is not active", "not active in", 403, "RegionDisabledException", ""),
		coded(sts, "the role's name is invalid", "does not accept", 400, "ValidationError", ""),
		coded([]string{"sso"}, "the SSO session has expired", "expired", 401, "UnauthorizedException", "Session token not found or invalid"),
		coded([]string{"sso"}, "the SSO role is not assigned", "no access to the role", 403, "ForbiddenException", "No access"),
		coded([]string{"sso token"}, "the SSO token cannot be renewed", "expired", 400, "InvalidGrantException", ""),
		expiresAt("a token that expires between two pages", "list", "NextToken"),
		expiresAt("a token that expires before the write", "store", "PutParameter"),
		expiresAt("a token that expires before the look back", "store", "GetParameters"),
		expiresAt("a token that expires before the removal", "erase", "DeleteParameters"),
	}
	slow := coded(services, "too many calls", "throttles", 400, "ThrottlingException", "Rate exceeded")
	slow.Hangs = true
	kinds = append(kinds, slow)
	for _, k := range kinds {
		if strings.Contains(k.Name, "token that expires") {
			k.Only = services[:1]
		}
	}
	return inGroup("refusals", kinds)
}

// expiresAt is a session that ends in the middle of a run: at the second page of a
// list, or at a call that comes after others. A look back is the second one of its kind.
func expiresAt(name, verb, at string) *Kind {
	return &Kind{Name: name, Says: "session.*expired|credentials.*expired", Verbs: []string{verb}, All: true, Serve: func(x *Exchange) {
		x.Each(func(r *http.Request) []byte {
			body := readBody(r)
			target := r.Header.Get("X-Amz-Target")
			right := x.peer.answer(r)
			now := strings.HasSuffix(target, "."+at) || at == "NextToken" && strings.Contains(body, `"NextToken":`)
			if at == "GetParameters" {
				now = now && x.peer.written.Load()
			}
			if strings.HasSuffix(target, ".PutParameter") {
				x.peer.written.Store(true)
			}
			if now {
				return failure(right, 400, "ExpiredTokenException", "The security token included in the request is expired "+hostile(r)).bytes()
			}
			return right.bytes()
		})
	}}
}
