package ssm

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"docker-credential-ssm/internal/bounded"
	"docker-credential-ssm/internal/shell"
	"docker-credential-ssm/settings"
)

// roleFault is about a call of STS's that gives the session of a role.
func (c *client) roleFault(operations []*smithy.OperationError, err error) *Error {
	if operations[len(operations)-1].Operation() == "AssumeRoleWithWebIdentity" {
		return c.webIdentityFault(err)
	}
	assumed := 0
	for _, o := range operations {
		if o.Service() == "STS" && o.Operation() == "AssumeRole" {
			assumed++
		}
	}
	r := c.role(assumed)
	code := apiCode(err)
	if code == "" {
		return unreachable("sts-unreachable", err, "role", r.arn, "host", hostOf(err))
	}
	switch code {
	case "AccessDenied", "AccessDeniedException":
		if r.device != "" && c.typed && aboutMFA(err) {
			return because("mfa-refused", false, "role", r.arn, "device", r.device)
		}
		external := ""
		if r.externalID {
			external = ", with the external_id that the profile has"
		}
		return because("role-denied", false, "role", r.arn, "caller", caller(err), "external", external)
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
		return because("role-expired", false, "role", r.arn, "renew", c.renew())
	case "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken":
		return because("role-key", false, "role", r.arn, "code", code, "source", c.sourceName())
	case "ValidationError", "ValidationException":
		if r.duration {
			return because("role-duration", false, "role", r.arn, "profile", quoted(r.profile))
		}
		return because("role-invalid", false, "role", r.arn, "code", code, "where", r.named)
	case "RegionDisabledException":
		return because("role-region", false, "role", r.arn, "region", c.region)
	}
	return because("role-refused", false, "role", r.arn, "code", code)
}

// role is a role that is assumed, with its settings.
type role struct {
	arn, named, profile, device string
	externalID, duration        bool
}

// role is the role at a depth. The role of the option roleArn is assumed with the
// session of the profile's role, and that with the session of its source_profile's.
func (c *client) role(depth int) role {
	var all []role
	if c.options.RoleARN != "" {
		all = append(all, role{arn: safeARN(c.options.RoleARN), named: "the option roleArn or " + settings.EnvPrefix + "ROLE_ARN"})
	}
	if !c.from(aws.CredentialSourceEnvVars, aws.CredentialSourceEnvVarsSTSWebIDToken) {
		for _, p := range lineage(&c.shared) {
			if p.RoleARN != "" {
				all = append(all, role{safeARN(p.RoleARN), "role_arn of the profile " + quoted(p.Profile), p.Profile, safeARN(p.MFASerial), p.ExternalID != "", p.RoleDurationSeconds != nil})
			}
		}
	}
	if depth < 1 || depth > len(all) {
		return role{arn: "the role", named: "the AWS configuration"}
	}
	return all[depth-1]
}

// safeARN is an ARN, or the serial number of an MFA device, where it has the form of
// one.
func safeARN(text string) string {
	if text == "" || len(text) > 300 || strings.ContainsFunc(text, func(r rune) bool { return !arnRune(r) }) {
		return "one that is not an ARN"
	}
	return text
}

func arnRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(":/_+=,.@-", r)
}

// caller is the ARN of the caller in AWS's message. It is the only part of the message
// that is shown, and only where it is an ARN of IAM or STS.
func caller(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		if _, rest, ok := strings.Cut(api.ErrorMessage(), "User: "); ok {
			arn, _, _ := strings.Cut(rest, " ")
			if f := strings.SplitN(arn, ":", 6); len(f) == 6 && f[0] == "arn" && strings.HasPrefix(f[1], "aws") && (f[2] == "iam" || f[2] == "sts") && f[3] == "" && isAccount(f[4]) && isPrincipal(f[5]) && safeARN(arn) == arn {
				return arn
			}
		}
	}
	return "the caller"
}

// isPrincipal reports whether an ARN's last part names a principal, such as a user or a
// role's session.
func isPrincipal(resource string) bool {
	kind, name, ok := strings.Cut(resource, "/")
	switch kind {
	case "user", "role", "assumed-role", "federated-user":
		return ok && name != ""
	}
	return resource == "root"
}

func isAccount(id string) bool { return len(id) == 12 && strings.Trim(id, "0123456789") == "" }

// aboutMFA reports whether STS refused the MFA code, and not the call: both have one
// error code, and only the beginning of the message differs. It is compared, and not
// shown.
func aboutMFA(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && strings.HasPrefix(api.ErrorMessage(), "MultiFactorAuthentication failed")
}

// webIdentityFault is about a web identity token, which GitHub, GitLab, EKS and others
// give a job or a pod in place of an access key.
func (c *client) webIdentityFault(err error) *Error {
	file, arn, variable := os.Getenv(webIdentityFile), os.Getenv("AWS_ROLE_ARN"), webIdentityFile
	if c.from(aws.CredentialSourceProfileSTSWebIDToken) {
		name, path := c.profileWith("web_identity_token_file")
		for _, p := range lineage(&c.shared) {
			if p.WebIdentityTokenFile != "" {
				file, arn, variable = p.WebIdentityTokenFile, p.RoleARN, fmt.Sprintf("the profile %s in %s", quoted(name), path)
			}
		}
	}
	arn = safeARN(arn)
	code := apiCode(err)
	parts := []string{"file", file, "role", arn, "code", code, "region", c.region}
	switch code {
	case "":
		if _, errFile := bounded.ReadFile(file); errFile != nil {
			hint := shell.Unset(webIdentityFile)
			return because("web-identity-file", false, append(parts, "variable", variable, "trouble", fileTrouble(errFile), "unset", hint)...)
		}
		return unreachable("sts-unreachable", err, append(parts, "host", hostOf(err))...)
	case "ExpiredTokenException", "ExpiredToken":
		return because("web-identity-expired", false, parts...)
	case "InvalidIdentityToken", "IDPRejectedClaim", "IDPCommunicationError", "ValidationError":
		return because("web-identity-token", false, parts...)
	case "AccessDenied", "AccessDeniedException":
		return because("web-identity-denied", false, parts...)
	case "RegionDisabledException":
		return because("role-region", false, parts...)
	}
	return because("role-refused", false, parts...)
}

// fileTrouble is the system's error in reading a file, in words.
func fileTrouble(err error) string {
	if os.IsNotExist(err) {
		return "there is no such file"
	}
	return systemSays(err)
}

// renew is the hint for getting new AWS credentials after the old ones have expired.
func (c *client) renew() string {
	switch {
	case c.from(aws.CredentialSourceSSO, aws.CredentialSourceSSOLegacy):
		return c.signIn(c.login())
	case c.from(aws.CredentialSourceLogin):
		return c.signIn("aws login" + c.profileFlag())
	case c.from(aws.CredentialSourceEnvVars):
		return "Set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN to those of a new session, or remove them: " + shell.Unset("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
	}
	return "Get new ones for " + c.sourceName() + ", and check the machine's clock"
}

// sourceName is what messages call the source of the credentials.
func (c *client) sourceName() string {
	switch {
	case c.from(aws.CredentialSourceEnvVars):
		return "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
	case c.from(aws.CredentialSourceProcess):
		name, _ := c.profileWith("credential_process")
		return "credential_process of the profile " + quoted(name)
	case c.from(aws.CredentialSourceHTTP):
		return containerVariable()
	case c.from(aws.CredentialSourceIMDS):
		return "EC2's metadata"
	}
	name, path := c.profileWith("aws_access_key_id")
	if path == "" {
		return "the profile " + quoted(name)
	}
	return "the profile " + quoted(name) + " in " + path
}
