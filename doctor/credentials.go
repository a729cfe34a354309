package doctor

import (
	"context"
	"strings"

	"docker-credential-ssm/internal/message"
)

// checkCredentials finds the AWS credentials.
func (x *examination) checkCredentials(ctx context.Context) result {
	source, err := x.inspection.Credentials(ctx)
	if err == nil {
		return ok("%s", x.sourceName(source))
	}
	if !x.building() {
		return failure(err)
	}
	// Nobody can sign in in a build: what it has is the role of its project.
	r := wrong("%v", err)
	if hint := message.Hint(err); hint != "" && !strings.Contains(hint, "sso login") && !strings.Contains(hint, "aws login") && !strings.Contains(hint, "aws configure") {
		r = failure(err)
	}
	const uri = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
	if x.program.Env(uri) != "" || x.program.Env("AWS_CONTAINER_CREDENTIALS_FULL_URI") != "" {
		r = r.tell("container credentials are asked for by " + x.containerVariable() + ": the address that it names has to be within reach")
		if len(r.hints) == 0 {
			r = r.advise("Let the build use the credentials of its service role: take AWS_PROFILE and the option profile away")
		}
		return r
	}
	r = r.tell(uri + " is not set, by which CodeBuild gives a build the credentials of its service role")
	if len(r.hints) == 0 || !strings.Contains(r.hints[0].Text, uri) {
		r.hints = []hint{{Text: "Pass it on to where the helper runs: docker run -e " + uri + ", or sudo --preserve-env=" + uri}}
	}
	return r
}

// sourceName is what the SDK calls a source of credentials, in plain words.
func (x *examination) sourceName(source string) string {
	name, rest, _ := strings.Cut(source, ":")
	profile := x.options.Profile
	for _, variable := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE"} {
		if profile == "" {
			profile = x.program.Env(variable)
		}
	}
	if profile == "" {
		profile = "default"
	}
	switch name {
	case "EnvConfigCredentials":
		return "AWS_ACCESS_KEY_ID in the environment"
	case "SharedConfigCredentials":
		return "the profile " + profile + " in " + strings.TrimSpace(rest)
	case "SSOProvider":
		return "AWS SSO, by the profile " + profile
	case "LoginProvider":
		return "aws login, by the profile " + profile
	case "ProcessProvider":
		return "credential_process of the profile " + profile
	case "WebIdentityCredentials":
		return "a web identity token, for AWS_ROLE_ARN or the role of a profile"
	case "EC2RoleProvider":
		return "the role of the EC2 instance"
	case "CredentialsEndpointProvider":
		return "container credentials, from " + x.containerVariable()
	case "AssumeRoleProvider":
		if x.options.RoleARN != "" {
			return "the role " + x.options.RoleARN + ", which the option roleArn names"
		}
		return "the role of the profile " + profile
	}
	return name
}

// containerVariable is the one that names the source of container credentials.
func (x *examination) containerVariable() string {
	const relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
	if x.program.Env(relative) != "" {
		return relative
	}
	return "AWS_CONTAINER_CREDENTIALS_FULL_URI"
}
