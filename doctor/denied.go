package doctor

import (
	"errors"
	"slices"
	"strings"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/setup/policy"
	"docker-credential-ssm/ssm"
	"docker-credential-ssm/ssm/resource"
)

// denied is a call that a policy stands against. To a hint that says what to allow in
// which policy comes the statement that does, as the command policy prints it. A
// resource's policy and an endpoint's want a Principal besides, and have another form.
func (x *examination) denied(err error) result {
	r := failure(err)
	var e *ssm.Error
	hint := message.Hint(err)
	if !errors.As(err, &e) || !strings.HasPrefix(hint, "Allow "+e.Action+" on ") || strings.Contains(hint, "VPC endpoint") {
		return r
	}
	if statements := x.statements(e.Action); len(statements) > 0 {
		r.hints[0].Lines = strings.Split(strings.TrimSpace(policy.JSON(statements)), "\n")
	}
	return r
}

// statements are those of the smallest policy that allow an action.
func (x *examination) statements(action string) []policy.Statement {
	partition, id := x.account()
	if role := x.options.RoleARN; role != "" {
		id = strings.Split(role+":::::", ":")[4]
	}
	region := x.inspection.Region()
	if partition == "" {
		partition = resource.Partition(region)
	}
	all, err := policy.For(x.settings, []string{x.key}, policy.Account{ID: id, Partition: partition, Region: region}, policy.What{})
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(all, func(s policy.Statement) bool { return !slices.Contains(s.Actions, action) })
}
