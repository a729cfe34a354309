package ssmtest

import (
	"fmt"
	"strings"
)

// Reasons why IAM denies an action, in AWS's words; %s is replaced with the action. A
// test may also give a text of its own, such as one that names the policy.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
const (
	NoIdentityPolicy         = "because no identity-based policy allows the %s action"
	IdentityPolicyDeny       = "with an explicit deny in an identity-based policy"
	NoResourcePolicy         = "because no resource-based policy allows the %s action"
	ResourcePolicyDeny       = "with an explicit deny in a resource-based policy"
	NoServiceControlPolicy   = "because no service control policy allows the %s action"
	ServiceControlPolicyDeny = "with an explicit deny in a service control policy"
	NoPermissionsBoundary    = "because no permissions boundary allows the %s action"
	PermissionsBoundaryDeny  = "with an explicit deny in a permissions boundary"
	NoSessionPolicy          = "because no session policy allows the %s action"
	SessionPolicyDeny        = "with an explicit deny in a session policy"
	NoEndpointPolicy         = "because no VPC endpoint policy allows the %s action"
	EndpointPolicyDeny       = "with an explicit deny in a VPC endpoint policy"
)

// Reasons are all of them, for a test that wants each.
func Reasons() []string {
	return []string{
		NoIdentityPolicy, IdentityPolicyDeny, NoResourcePolicy, ResourcePolicyDeny, NoServiceControlPolicy, ServiceControlPolicyDeny,
		NoPermissionsBoundary, PermissionsBoundaryDeny, NoSessionPolicy, SessionPolicyDeny, NoEndpointPolicy, EndpointPolicyDeny,
	}
}

// Deny makes IAM deny an action on names, for [NoIdentityPolicy]. Action and
// name are those of a [Fault]. As with AWS, one denied name denies the call,
// whether or not it exists. To deny secretsmanager:GetSecretValue also denies
// Parameter Store's references to the secret.
func (s *Server) Deny(action, name string) { s.DenyBecause(action, name, "") }

// DenyBecause is Deny with a reason: one of the constants, or any text that a
// message shall end with.
func (s *Server) DenyBecause(action, name, why string) {
	s.Fail(Fault{Action: action, Name: name, Code: "AccessDeniedException", Reason: why})
}

// denial is IAM's wording.
func (s *Server) denial(f *Fault, req *request) string {
	why := f.Reason
	switch {
	case why != "":
	case req.Action == webIdentity:
		return "Not authorized to perform sts:" + webIdentity // to someone whom STS does not know
	case req.Service != tokenService:
		why = NoIdentityPolicy
	}
	return s.notAuthorized(req, s.deniedResource(f, req), why)
}

// deniedResource is what a denial names: a parameter by its ARN, a secret or a
// role as it was asked for.
func (s *Server) deniedResource(f *Fault, req *request) string {
	for _, asked := range req.Names {
		if !s.fitsAny(f.Name, req, asked) {
			continue
		}
		if name, _ := split(asked); req.Service == parameterStore && !strings.HasPrefix(name, "arn:") {
			return ownARN(req.Region, name)
		}
		return asked
	}
	return fmt.Sprintf("arn:aws:%s:%s:%s:*", req.Service, req.Region, AccountID)
}

// notAuthorized is IAM's sentence for the action of a request.
func (s *Server) notAuthorized(req *request, resource, why string) string {
	action := req.Service + ":" + req.Action
	text := fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s", s.caller(req), action, resource, strings.ReplaceAll(why, "%s", action))
	return strings.TrimSuffix(text, " ")
}
