package doctor

import (
	"context"
	"strings"

	"docker-credential-ssm/settings"
)

// checkCodeBuild says what is particular in a build.
func (x *examination) checkCodeBuild(context.Context) result {
	r := ok("build %s", x.program.Env("CODEBUILD_BUILD_ID"))
	if role := x.role(); role != "" {
		r = r.tell("the service role is " + role)
	}
	prefix := x.options.Prefix
	switch {
	case x.options.Location.Kind != settings.BelowPrefix:
	case strings.HasPrefix(prefix+"/", "/CodeBuild/"):
		r = r.tell("a role that CodeBuild made may read below /CodeBuild/, where the prefix " + prefix + " is")
	default:
		r = r.tell("a role that CodeBuild made may read below /CodeBuild/ alone, and the prefix " + prefix + " is elsewhere: the role needs a policy for it")
	}
	return r
}
