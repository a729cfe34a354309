package ssm

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"
)

// SeeDoctor ends an advice where a human should look.
const SeeDoctor = "; docker-credential-ssm doctor shows where the way ends"

// explain says what went wrong with a call of an action on parameters.
func (c *client) explain(action string, err error, names ...string) error {
	e := &Error{Action: action, Resource: strings.Join(names, ", "), Region: c.region, Err: err}
	first := names[0]
	where := fmt.Sprintf("%s in %s", first, c.region)

	var api smithy.APIError
	if !errors.As(err, &api) {
		c.explainTransport(e, "Parameter Store in "+c.region)
		return e
	}
	code, said := api.ErrorCode(), strings.TrimRight(api.ErrorMessage(), ". ")
	e.Why = fmt.Sprintf("%s refused with %s", action, safeCode(code))
	e.Advice = "Look the code up in the AWS Systems Manager API reference" + SeeDoctor
	switch code {
	case "AccessDeniedException", "AccessDenied", "UnauthorizedOperation":
		e.Err = errors.Join(ErrDenied, err)
		if aboutKMS(said) {
			kms := "kms:Decrypt"
			if action == "ssm:PutParameter" {
				kms = "kms:Encrypt"
			}
			e.Why = fmt.Sprintf("the key of %s is denied", where)
			e.Advice = fmt.Sprintf("Allow %s on the KMS key of %s, in the role's policy and in the key's", kms, first)
			break
		}
		e.Why = fmt.Sprintf("access to %s is denied", where)
		e.Advice = fmt.Sprintf("Allow %s on %s", action, policyName(action, first))
	case "InvalidKeyId":
		e.Why = fmt.Sprintf("the KMS key of %s is disabled, deleted or unknown", where)
		e.Advice = "Enable the key, or store the credential again under another"
	case "ExpiredTokenException", "ExpiredToken", "RequestExpired":
		e.Why = "the AWS credentials have expired"
		e.Advice = "Sign in again, with " + c.login()
	case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "MissingAuthenticationToken", "MissingAuthenticationTokenException":
		e.Why = fmt.Sprintf("AWS does not accept the credentials (%s)", safeCode(code))
		e.Advice = "Check the access key, its Region and the machine's clock"
	case "ParameterNotFound", "ParameterVersionNotFound":
		e.Why = fmt.Sprintf("%s does not exist", where)
		e.Advice = "Check the name and its version or label"
	case "HierarchyTypeMismatchException", "HierarchyTypeMismatch":
		e.Why = fmt.Sprintf("%s exists as a plain String, which cannot become a SecureString", where)
		e.Advice = "Delete the parameter, then store again"
	default:
		if throttled(err) {
			e.Why = fmt.Sprintf("Parameter Store in %s throttles this account's calls, to the deadline", c.region)
			e.Advice = "Let fewer builds start at once, raise DOCKER_CREDENTIAL_SSM_TIMEOUT, or enable higher throughput in Parameter Store's settings"
		}
	}
	return e
}

// policyName is how a policy names what an action is about.
func policyName(action, name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	name = "parameter/" + strings.TrimPrefix(name, "/")
	if action == "ssm:GetParametersByPath" {
		return name
	}
	name, _, _ = strings.Cut(name, ":")
	return name
}

// safeCode is an error code, if it looks like one.
func safeCode(code string) string {
	if code == "" || len(code) > 64 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._") != "" {
		return "an error of an unknown kind"
	}
	return code
}

// aboutKMS tells the two denials with one code apart, by the only thing in
// which they differ.
func aboutKMS(said string) bool {
	said = strings.ToLower(said)
	return strings.Contains(said, "kms:") || strings.Contains(said, "ciphertext") || strings.Contains(said, "awskms") || strings.Contains(said, "service: kms")
}
