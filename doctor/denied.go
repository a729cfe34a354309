package doctor

import (
	"errors"
	"slices"
	"strings"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/setup/policy"
	"docker-credential-ssm/ssm"
)

// denied is a call that a policy stands against. To the hint, which says what is
// denied by which policy, comes the statement that allows it, as the command policy
// prints it, where the caller's own policy lacks it.
func (x *examination) denied(err error) result {
	r := failure(err)
	var e *ssm.Error
	// A hint that allows nothing, or in another's policy, has no statement.
	if !errors.As(err, &e) || !strings.HasPrefix(message.Hint(err), "Allow "+e.Action) {
		return r
	}
	statements := x.statements(e.Action)
	if len(statements) == 0 {
		return r
	}
	r.hints = []hint{{
		Text:  "Add this to the policy of " + x.who(),
		Lines: strings.Split(strings.TrimSpace(policy.JSON(statements)), "\n"),
	}}
	return r.tell("denied: " + e.Action + " on " + e.Resource)
}

// statements are those of the smallest policy that allow an action.
func (x *examination) statements(action string) []policy.Statement {
	partition, id := x.account()
	if role := x.options.RoleARN; role != "" {
		id = strings.Split(role+":::::", ":")[4]
	}
	region := x.inspection.Region()
	if partition == "" {
		partition = policy.Partition(region)
	}
	all, err := policy.For(x.settings, []string{x.key}, policy.Account{ID: id, Partition: partition, Region: region}, policy.What{})
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(all, func(s policy.Statement) bool { return !slices.Contains(s.Actions, action) })
}
