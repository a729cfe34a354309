package ssm

import (
	"errors"
	"slices"

	"github.com/aws/smithy-go"
)

// credentialCodes are the error codes of the services that give credentials. One that
// is not among them is not shown: whoever answers at the address can write anything
// in its place, and a secret looks like a code.
// Sources: the pages on errors of the API references of STS, IAM Identity Center
// (portal and OIDC), AWS Sign-In and EC2's metadata.
var credentialCodes = []string{
	"AccessDenied", "AccessDeniedException", "AssumeRoleUnauthorizedAccess", "AuthorizationPendingException", "ExpiredToken", "ExpiredTokenException",
	"ForbiddenException", "IDPCommunicationError", "IDPRejectedClaim", "IncompleteSignature", "IncompleteSignatureException", "InstanceProfileNotFound",
	"InternalError", "InternalFailure", "InternalServerError", "InternalServerException", "InvalidAction", "InvalidClientException", "InvalidClientTokenId",
	"InvalidGrantException", "InvalidIdentityToken", "InvalidParameterCombination", "InvalidParameterValue", "InvalidQueryParameter", "InvalidRequestException",
	"InvalidScopeException", "InvalidSignatureException", "MalformedPolicyDocument", "MalformedQueryString", "MissingAction", "MissingAuthenticationToken",
	"MissingAuthenticationTokenException", "MissingParameter", "NotAuthorized", "OptInRequired", "PackedPolicyTooLarge", "RegionDisabledException",
	"RequestExpired", "RequestLimitExceeded", "RequestTimeout", "ResourceNotFoundException", "ServiceUnavailable", "ServiceUnavailableException",
	"SignatureDoesNotMatch", "SlowDownException", "Throttling", "ThrottlingException", "TooManyRequestsException", "UnauthorizedClientException",
	"UnauthorizedException", "UnknownOperationException", "UnrecognizedClientException", "UnsupportedGrantTypeException", "ValidationError", "ValidationException",
}

// apiCode is the error code in an error of AWS's; "" for an error that is not.
func apiCode(err error) string {
	var api smithy.APIError
	switch {
	case !errors.As(err, &api):
		return ""
	case slices.Contains(credentialCodes, api.ErrorCode()):
		return api.ErrorCode()
	}
	return "an unknown code"
}
