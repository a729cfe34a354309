package ssm

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
)

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
