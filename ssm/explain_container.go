package ssm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/aws/smithy-go"

	"docker-credential-ssm/internal/bounded"
	"docker-credential-ssm/internal/shell"
	"docker-credential-ssm/internal/transport"
)

// containerVariable is the variable that names the address of a container's
// credentials.
func containerVariable() string {
	if os.Getenv(relativeURI) != "" {
		return relativeURI
	}
	return fullURI
}

// containerFault is about the credentials of ECS, CodeBuild and EKS Pod Identity,
// which a server on a link-local address gives.
func (c *client) containerFault(err error) *Error {
	variable, host := containerVariable(), "169.254.170.2"
	if variable == fullURI {
		host = ""
		if u, errURL := url.Parse(os.Getenv(fullURI)); errURL == nil {
			host = u.Host
		}
	}
	token := ""
	parts := []string{"variable", variable, "host", host, "unset", shell.Unset(variable)}
	if file := os.Getenv(tokenFile); file != "" {
		token = " and " + tokenFile
		data, errFile := bounded.ReadFile(file)
		if errFile != nil {
			return because("container-token", false, "variable", tokenFile, "host", host, "file", file, "trouble", fileTrouble(errFile))
		}
		if strings.ContainsAny(string(data), "\r\n") {
			return because("container-token-line", false, "variable", tokenFile, "host", host, "trim", shell.TrimFile(file))
		}
	} else if value := os.Getenv(tokenVariable); value != "" {
		token = " and " + tokenVariable
		if strings.ContainsAny(value, "\r\n") {
			return because("container-token-line", false, "variable", tokenVariable, "host", host, "trim", shell.Trim(tokenVariable, `\r\n`))
		}
	}
	switch status := statusOf(err); {
	case transport.Diagnose(err).Host != "" && status < 300: // the transport has failed, maybe in the middle of the answer
	case status >= 300:
		return because("container-status", false, append(parts, "status", fmt.Sprint(status), "token", token)...)
	case errors.As(err, new(*smithy.DeserializationError)):
		return because("container-answer", false, parts...)
	}
	return unreachable("container-unreachable", err, parts...)
}

// ec2Fault is about the metadata service of EC2, which the SDK asks last: where it does
// not answer, no source has credentials.
func (c *client) ec2Fault(err error) *Error {
	_, _, last := c.progress.awaited()
	if status := cmp.Or(statusOf(err), last); status != 0 && status != 200 && !errors.Is(err, context.DeadlineExceeded) {
		switch status {
		case 401:
			return because("ec2-token", false)
		case 404:
			return because("ec2-role", false)
		}
		return because("ec2-status", false, "status", fmt.Sprint(status))
	}
	if transport.Diagnose(err).Kind == transport.Unknown && !errors.Is(err, context.DeadlineExceeded) && !disabled() {
		code := apiCode(err)
		if code != "" {
			code = ", but " + code
		}
		return because("ec2-answer", false, "code", code)
	}
	if fault := halfKeyFault(); fault != nil {
		return fault
	}
	if fault := c.overlooked(); fault != nil {
		return fault
	}
	return because("credentials-none", false, "give", giveCredentials())
}

func disabled() bool { return strings.EqualFold(os.Getenv("AWS_EC2_METADATA_DISABLED"), "true") }

// giveCredentials is the hint for getting AWS credentials where there are none.
func giveCredentials() string {
	const pass = "docker run -e AWS_CONTAINER_CREDENTIALS_RELATIVE_URI -e AWS_REGION"
	switch where() {
	case inCodeBuild:
		return "CodeBuild gives its service role in AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: pass it on, with sudo -E, or to a container with " + pass
	case inBuild, inWorkload:
		return "Give the build a role by web identity (OIDC), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and pass these on to a container with docker run -e"
	case inContainer:
		return "Pass the variables into the container: " + pass + ", or -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN"
	case unattended:
		return "Give the build a service role; as a person, run aws configure sso or aws login"
	}
	return "Run aws configure sso or aws login, then name the profile in AWS_PROFILE"
}
