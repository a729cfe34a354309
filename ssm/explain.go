package ssm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
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

// explainCredentials says why there are no credentials.
func (c *client) explainCredentials(err error) error {
	e := &Error{Region: c.region, Err: err}
	var (
		api       smithy.APIError
		operation *smithy.OperationError
		sso       *ssocreds.InvalidTokenError
		profile   config.SharedConfigProfileNotExistError
	)
	service := ""
	if errors.As(err, &operation) {
		service = operation.Service()
	}
	switch {
	case errors.Is(err, errNoTerminal):
		e.Why = "the role needs an MFA code, and there is no terminal to ask on"
		e.Advice = "Run the client from a terminal, or use a profile that needs no code"
	case errors.As(err, &profile):
		e.Why = fmt.Sprintf("there is no AWS profile %q", profile.Profile)
		e.Advice = "Check DOCKER_CREDENTIAL_SSM_PROFILE, AWS_PROFILE and ~/.aws/config"
	case errors.As(err, &sso), service == "SSO", service == "SSO OIDC", strings.Contains(err.Error(), "SSO token"):
		e.Why = "the AWS SSO session has expired or was never begun"
		e.Advice = "Run " + c.login()
	case strings.Contains(err.Error(), "please reauthenticate"), service == "Signin":
		e.Why = "the AWS sign-in session has expired or was never begun"
		e.Advice = "Run aws login" + c.profileFlag()
	case service == "ec2imds" && !errors.Is(err, context.Canceled):
		e.Why = "there are no AWS credentials: none in the environment, in a profile, from a container or from EC2"
		e.Advice = "Give the build a service role, or run " + c.login()
	case service == "STS" && errors.As(err, &api):
		e.Why = fmt.Sprintf("the role cannot be assumed: %s", safeCode(api.ErrorCode()))
		switch api.ErrorCode() {
		case "AccessDenied":
			e.Err = errors.Join(ErrDenied, err)
			e.Advice = "Allow sts:AssumeRole, in the caller's policy and in the role's trust policy"
		case "ExpiredToken", "ExpiredTokenException":
			e.Advice = "Sign in again, with " + c.login()
		default:
			e.Advice = "Check the role's ARN and its trust policy"
		}
	default:
		c.explainTransport(e, "the source of AWS credentials")
	}
	return e
}

// login is the command that begins a session.
func (c *client) login() string { return "aws sso login" + c.profileFlag() }

func (c *client) profileFlag() string {
	if c.profile == "" {
		return ""
	}
	return " --profile " + c.profile
}

// explainTransport says why there was no answer, or none that could be read.
func (c *client) explainTransport(e *Error, peer string) {
	var (
		dns     *net.DNSError
		request *url.Error
		op      *net.OpError
		timeout interface{ Timeout() bool }
		decode  *smithy.DeserializationError
		syntax  *json.SyntaxError
	)
	host := ""
	if errors.As(e.Err, &request) {
		if u, err := url.Parse(request.URL); err == nil {
			host = u.Host
		}
	}
	at := peer
	if host != "" {
		at = fmt.Sprintf("%s (%s)", peer, host)
	}
	e.Advice = "Check the network, HTTPS_PROXY and AWS_ENDPOINT_URL_SSM" + SeeDoctor
	proxied := errors.As(e.Err, &op) && op.Op == "proxyconnect"
	switch {
	case errors.Is(e.Err, context.Canceled):
		e.Why, e.Advice = "interrupted", "Run it again"
	case proxied:
		e.Why = fmt.Sprintf("%s cannot be reached through the proxy: %v", at, op.Err)
		e.Advice = "Check HTTPS_PROXY and NO_PROXY"
	case certificateError(e.Err) != nil:
		e.Why = fmt.Sprintf("%s shows a certificate that does not verify: %v", at, certificateError(e.Err))
		e.Advice = "Where a proxy inspects TLS, set AWS_CA_BUNDLE to its certificate"
	case errors.As(e.Err, &dns):
		e.Why = fmt.Sprintf("the host name %s of %s is unknown", dns.Name, peer)
		e.Advice = "Check the Region's name, the network and AWS_ENDPOINT_URL_SSM"
		if dns.IsTimeout {
			e.Why = fmt.Sprintf("the name server did not say where %s is", dns.Name)
		}
	case errors.Is(e.Err, syscall.ECONNREFUSED):
		e.Why = fmt.Sprintf("%s refused the connection", at)
	case errors.Is(e.Err, context.DeadlineExceeded), errors.As(e.Err, &timeout) && timeout.Timeout():
		e.Why = fmt.Sprintf("%s did not answer", at)
		e.Advice = "Check the network, or raise DOCKER_CREDENTIAL_SSM_TIMEOUT"
	case errors.As(e.Err, &decode), errors.As(e.Err, &syntax):
		// What the decoder says can quote what it read.
		e.Why = fmt.Sprintf("%s answered with something other than its protocol", at)
		e.Advice = "Check AWS_ENDPOINT_URL_SSM and HTTPS_PROXY"
	case errors.Is(e.Err, io.EOF), errors.Is(e.Err, io.ErrUnexpectedEOF), errors.Is(e.Err, syscall.ECONNRESET):
		e.Why = fmt.Sprintf("%s broke the connection off", at)
	default:
		e.Why = e.Err.Error()
		e.Advice = "Check the AWS configuration" + SeeDoctor
	}
}

// certificateError returns what is wrong with the peer's certificate, or nil.
func certificateError(err error) error {
	var (
		verification *tls.CertificateVerificationError
		authority    x509.UnknownAuthorityError
		hostname     x509.HostnameError
		invalid      x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &verification):
		return verification.Err
	case errors.As(err, &authority):
		return authority
	case errors.As(err, &hostname):
		return hostname
	case errors.As(err, &invalid):
		return invalid
	}
	return nil
}
