package doctor

import (
	"context"
	"strings"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/ssm"
)

// checkIdentity lets a machine go on that reaches Parameter Store alone, such as
// one behind a VPC endpoint; credentials that AWS does not know are another matter.
func (x *examination) checkIdentity(ctx context.Context) result {
	arn, err := x.inspection.Identity(ctx)
	if err != nil {
		r := failure(err)
		if x.building() && strings.Contains(message.Hint(err), "sso login") {
			r = wrong("%v", err).advise("Start the build again, for new credentials of its service role")
		}
		if !ssm.Refused(err) {
			r = r.but()
		}
		return r
	}
	x.arn = arn
	return ok("%s", arn)
}

// account is what the caller's ARN says; "" where that is not known.
func (x *examination) account() (partition, id string) {
	// arn:aws:sts::111122223333:assumed-role/ROLE/SESSION
	if parts := strings.SplitN(x.arn, ":", 6); len(parts) == 6 {
		return parts[1], parts[4]
	}
	return "", ""
}

// role is the one that the caller has assumed; "" for none.
func (x *examination) role() string {
	_, rest, _ := strings.Cut(x.arn, ":assumed-role/")
	role, _, _ := strings.Cut(rest, "/")
	return role
}
