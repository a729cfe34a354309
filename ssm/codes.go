package ssm

import (
	"errors"
	"slices"

	"github.com/aws/smithy-go"
)

// credentialCodes are the error codes of the services that give AWS credentials.
// Another code is not shown: any server can answer at the configured address, and it
// can send a secret in the place of a code.
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

// apiCode is the code of an error that AWS answered; "" for any other error.
func apiCode(err error) string {
	var api smithy.APIError
	switch {
	case !errors.As(err, &api), api.ErrorCode() == "UnknownError": // the SDK's word for an answer without a code
		return ""
	case slices.Contains(credentialCodes, api.ErrorCode()):
		return api.ErrorCode()
	}
	return "an unknown code"
}
