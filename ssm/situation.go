package ssm

import (
	"fmt"
	"os"

	"docker-credential-ssm/internal/shell"
)

// situation is where the program runs, which decides between hints: a person at a
// machine can sign in or install something, a build cannot.
type situation int

const (
	atMachine   situation = iota // a person at a terminal
	unattended                   // no terminal: an IDE, a service, a job, or a build that does not say so
	inContainer                  // likewise, in a container that was given no credentials
	inWorkload                   // with a role of its own, such as a task or a pod
	inBuild
	inCodeBuild
)

// buildVariables are set by the services that run builds.
var buildVariables = []string{
	"CI", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL", "BUILDKITE", "CIRCLECI", "TF_BUILD", "TEAMCITY_VERSION", "BITBUCKET_BUILD_NUMBER",
}

// ContainerMarks are the files that exist in a container: Docker creates the first,
// podman the second.
var ContainerMarks = []string{"/.dockerenv", "/run/.containerenv"}

// where finds out the situation. It is called only after an error.
func where() situation {
	set := func(variables ...string) bool {
		for _, v := range variables {
			if os.Getenv(v) != "" {
				return true
			}
		}
		return false
	}
	switch {
	case set("CODEBUILD_BUILD_ID"): // https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
		return inCodeBuild
	case set(buildVariables...):
		return inBuild
	case set(relativeURI, fullURI, webIdentityFile):
		return inWorkload
	case set("KUBERNETES_SERVICE_HOST"):
		return inContainer
	}
	for _, mark := range ContainerMarks {
		if _, err := os.Stat(mark); err == nil {
			return inContainer
		}
	}
	if in, out, err := openTerminal(); err == nil {
		_, _ = in.Close(), out.Close()
		return atMachine
	}
	return unattended
}

// building reports whether the program runs without a person who could sign in.
func (s situation) building() bool { return s >= inWorkload }

// signIn is the hint to run a command with which a person signs in; in a build, where
// nobody can, it is what to do instead.
func (c *client) signIn(command string) string {
	switch s := where(); s {
	case inCodeBuild:
		return "Nobody can sign in in a build: " + c.withoutProfile() + ", and allow the CodeBuild project's service role what is needed"
	case inBuild:
		return "Nobody can sign in in a build: " + c.withoutProfile() + ", and give it a role, through the service that runs it or by web identity (OIDC)"
	case inWorkload:
		return "Nobody can sign in here: " + c.withoutProfile() + ", so that the role of the task or pod is used"
	case inContainer:
		return fmt.Sprintf("Run %s where the container's .aws folder comes from", command)
	case unattended:
		return fmt.Sprintf("As a person, run %s; for a build, %s, and give it a role", command, c.withoutProfile())
	}
	return "Run " + command
}

// withoutProfile is how to make the SDK use no profile, in words for a hint.
func (c *client) withoutProfile() string {
	origin := c.profileOrigin()
	switch origin.kind {
	case byVariable:
		return shell.Unset(origin.name)
	case bySection:
		return fmt.Sprintf("take profile out of the section %q of config.json", origin.name)
	}
	return "take the sign-in out of the profile default"
}
