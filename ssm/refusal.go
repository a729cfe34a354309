package ssm

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"docker-credential-ssm/ssm/resource"
)

// refusal explains an error with an error code of the service. The service's message is
// parsed, and never shown.
func (f failed) refusal(api smithy.APIError, err error) *Error {
	var response *smithyhttp.ResponseError
	code, said := api.ErrorCode(), api.ErrorMessage()
	said = said[:min(len(said), maxMessage)]
	shown := f.safeCode(code)
	parts := []string{"code", cmp.Or(shown, "no code that can be shown")}
	if slices.Contains([]string{"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"}, code) {
		return f.denied(readDenial(said, f.action, f.resources))
	}
	if row := rowOfCode(code); row != "" {
		switch {
		case row == "expired" && f.keysInEnvironment():
			row = "expired-keys"
		case row == "key-unusable" && f.action == "ssm:PutParameter":
			row = "key-unusable-write"
		case row == "signature" && aboutTime(said):
			row = "clock"
		case row == "unknown-key" && f.lacksSessionToken():
			row = "no-session-token"
		case row == "secret-state":
			row = secretState(said)
		}
		accessKey := f.accessKey()
		if accessKey != "" && row != "no-session-token" {
			accessKey = " " + accessKey
		}
		return f.because(row, append(parts, "access key", accessKey)...)
	}
	switch {
	case throttled(err):
		return f.throttled()
	case api.ErrorFault() == smithy.FaultServer, errors.As(err, &response) && response.HTTPStatusCode() >= http.StatusInternalServerError:
		return f.because("server-error", parts...)
	}
	if shown == "" {
		return f.because("refused-unknown")
	}
	return f.because("refused", parts...)
}

// rowOfCode is the row for an AWS error code; "" for a code without a row of its own.
// Sources: the pages of the operations,
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html and
// https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
func rowOfCode(code string) string {
	switch code {
	case "InvalidKeyId", "InvalidKeyIdException", "DecryptionFailure", "KMSInvalidStateException", "KMSDisabledException", "KMSNotFoundException", "EncryptionFailure":
		return "key-unusable"
	case "ExpiredTokenException", "ExpiredToken", "TokenRefreshRequired":
		return "expired"
	case "RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture":
		return "clock"
	case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "NotAuthorized", "AuthFailure":
		return "unknown-key"
	case "InvalidSignatureException", "SignatureDoesNotMatch":
		return "signature"
	case "IncompleteSignature", "IncompleteSignatureException", "MissingAuthenticationToken", "MissingAuthenticationTokenException":
		return "unsigned"
	case "OptInRequired", "SubscriptionRequiredException", "RegionDisabledException":
		return "not-enabled"
	case "ParameterNotFound", "ParameterVersionNotFound", "ParameterVersionLabelLimitExceeded":
		return "no-version"
	case "HierarchyTypeMismatchException", "HierarchyTypeMismatch", "UnsupportedParameterType":
		return "plain-string"
	case "ParameterLimitExceeded":
		return "too-many-parameters"
	case "ParameterMaxVersionLimitExceeded":
		return "too-many-versions"
	case "TooManyUpdates", "ParameterAlreadyExists":
		return "too-many-updates"
	case "ParameterPatternMismatchException", "ParameterPatternMismatch", "HierarchyLevelLimitExceededException":
		return "name-refused"
	case "ValidationException", "ValidationError", "InvalidParameterException", "SerializationException":
		return "invalid"
	case "InvalidRequestException":
		return "secret-state"
	case "InternalServerError", "InternalServiceError", "InternalFailure", "ServiceUnavailable", "ServiceUnavailableException":
		return "server-error"
	}
	return ""
}

// aboutTime reports whether a refused signature is due to the clock, and not to the
// secret access key: both have one code. TestClock fails when the words change.
func aboutTime(said string) bool {
	return strings.Contains(said, "Signature expired") || strings.Contains(said, "not yet current")
}

// secretState distinguishes the states of a secret that have one code. TestSecretState
// fails when the words change.
func secretState(said string) string {
	switch {
	case strings.Contains(said, "marked for deletion"), strings.Contains(said, "currently marked deleted"):
		return "marked-for-deletion"
	case strings.Contains(said, "default KMS service key"):
		return "denied-default-key"
	}
	return "secret-state"
}

// denied explains a call that a policy denies.
func (f failed) denied(d denial) *Error {
	r := d.resource
	name, target := r.Name, "access to "+r.Name
	if name == "" {
		target = d.action
	}
	if secret, ok := r.Behind(); ok && d.behind {
		target = "the secret " + secret + ", behind " + r.Plain() + ","
	}
	on, key := d.arn(f.region), ""
	if d.kms {
		target = "the KMS key of " + r.Name
		if key = d.key; key == "" {
			on = "the KMS key of " + r.Name
		} else {
			key = " " + key
		}
	}
	who := d.who
	if strings.HasPrefix(d.action, "ssm:Put") || f.action == "ssm:PutParameter" || f.sent(who) {
		// The server that answers a write has received the new value, and could repeat
		// it as the name of a role or of a KMS key.
		who, key = "the caller", ""
		if d.kms {
			on = "the KMS key of " + r.Name
		}
	}
	prefix, _, _ := strings.Cut(d.action, ":")
	e := f.because(deniedCause(d, f.foreign(r, d)),
		"target", target, "on", on, "who", who, "key", key, "prefix", prefix,
		"name", name, "plain", r.Plain(), "action", d.action)
	e.Action, e.Resource, e.Err = d.action, r.Name, ErrDenied
	return e
}

// foreign reports whether a resource belongs to another account, or may: it is named by
// an ARN.
func (f failed) foreign(r resource.Resource, d denial) bool {
	a, ok := parseARN(r.Name)
	return ok && a.account != d.caller
}

// sent reports whether a name is part of the secret value that was sent with the call.
func (f failed) sent(who string) bool {
	const piece = 8 // in bytes; what is shorter is no secret
	name := who[strings.LastIndex(who, " ")+1:]
	for _, secret := range []string{f.signed.SessionToken, f.signed.SecretAccessKey} {
		for i := 0; i == 0 || i+piece <= len(name); i++ {
			if strings.Contains(secret, name[i:min(i+piece, len(name))]) {
				return true
			}
		}
	}
	return false
}

// accessKey is the access key ID that signed the call, where it has the form of one.
func (f failed) accessKey() string { return safeAccessKey(f.signed.AccessKeyID) }

// keysInEnvironment reports whether the access key comes from AWS_ACCESS_KEY_ID.
func (f failed) keysInEnvironment() bool { return f.signed.Source == config.CredentialsSourceName }

// lacksSessionToken reports whether the access key is a temporary one without its
// session token, whose signature AWS does not accept.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
func (f failed) lacksSessionToken() bool {
	return strings.HasPrefix(f.signed.AccessKeyID, "ASIA") && f.signed.SessionToken == ""
}

// safeCode is an error code that can be shown; "" for one that cannot. The server that
// answers a write has received the new value, so that after a write only the known
// codes are shown.
func (f failed) safeCode(code string) string {
	if rowOfCode(code) != "" {
		return code
	}
	if f.action == "ssm:PutParameter" || strings.Contains(f.signed.SessionToken, code) || !hasCodeForm(code) {
		return ""
	}
	return code
}

// safeCode is an error code, where it has the form of one.
func safeCode(code string) string {
	if !hasCodeForm(code) && rowOfCode(code) == "" {
		return "an error of an unknown kind"
	}
	return code
}

// hasCodeForm reports whether a text has the form of AWS's error codes: letters
// alone, and one of their usual endings.
func hasCodeForm(code string) bool {
	endings := []string{"Exception", "Error", "Fault", "Failure", "Exceeded", "Denied", "Required", "NotFound", "Expired", "Unavailable", "Mismatch", "Limit", "Claim"}
	return len(code) <= 64 && isOnly(code, letters) && slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(code, e) })
}
