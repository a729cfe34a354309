package doctor

import (
	"context"

	"docker-credential-ssm/internal/registryclient"
)

// checkQuota compares what the user has with what an anonymous caller has from this
// address, which in CodeBuild is shared with everybody else's builds.
func (x *examination) checkQuota(ctx context.Context, accepted bool) result {
	if x.registry == nil {
		x.registry = registryclient.New(x.key)
	}
	const silent = "Docker Hub does not tell the quota"
	r := ok("with and without signing in")
	if accepted && !x.credential.token {
		mine := x.registry.Quota(ctx, x.credential.username, x.credential.secret)
		x.Quotas = append(x.Quotas, mine)
		switch {
		case mine.Error != "":
			r = ok(silent).but()
		case mine.UsedUp():
			r = ok("the pulls of %s are used up", mine.As).but().advise("Wait, pull less often, or give the account a paid plan")
		}
	}
	if ctx.Err() == nil {
		anonymous := x.registry.Quota(ctx, "", "")
		x.Quotas = append(x.Quotas, anonymous)
		switch {
		case r.outcome != passed:
		case !accepted && anonymous.Error != "":
			r = ok(silent).but()
		case !accepted:
			r = ok("of an anonymous caller, since nobody is signed in").but()
		case anonymous.UsedUp():
			r = ok("this address has used up its anonymous pulls: only signed-in ones work")
		}
	}
	x.table = table(x.Quotas)
	return r
}
