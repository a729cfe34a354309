package resource

import (
	"regexp"
	"strings"
	"testing"
)

// FuzzName: a name that is taken is one that its service takes, and stands in a message,
// in a policy and in a command as it is: no white space, no quotation mark, nothing that
// a shell or JSON gives a meaning.
func FuzzName(f *testing.F) {
	for _, seed := range []string{
		"/team/hub", "hub", "/team/hub:3", "hub:stable", "arn:aws:ssm:eu-west-1:111122223333:parameter/team/hub:3", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/hub-a1b2c3", "team/hub_+=.@-",
		Reference + "hub:AWSCURRENT", Reference + "a b", "/a//b", "a/b", "/a;b", "$(id)", "hub:`id`", "arn:aws;x:ssm:eu-west-1:111122223333:parameter/x", "arn:aws\":secretsmanager:eu-west-1:111122223333:secret:x", "arn:aws:ssm:eu west:111122223333:parameter/x", "/a\x00b", "/\u202eb", "-rf", "--no-verify", "/a\n",
	} {
		f.Add(seed)
	}
	allowed := regexp.MustCompile(`^[A-Za-z0-9/_+=.@:-]+$`)
	f.Fuzz(func(t *testing.T, name string) {
		for _, parse := range []func(string) (Resource, error){Parameter, Secret} {
			r, err := parse(name)
			if err != nil {
				continue
			}
			if r.Name != name || !allowed.MatchString(name) || !allowed.MatchString(r.Plain()) || r.Region != "" && !allowed.MatchString(r.Region) {
				t.Fatalf("%q is taken: %+v", name, r)
			}
			if !strings.HasPrefix(name, r.Plain()) {
				t.Fatalf("%q without its version is %q", name, r.Plain())
			}
		}
		if prefix, err := ParsePrefix(name); err == nil && prefix != "" && (!allowed.MatchString(prefix) || strings.HasSuffix(prefix, "/") || !strings.HasPrefix(prefix, "/")) {
			t.Fatalf("the prefix %q is taken, as %q", name, prefix)
		}
	})
}
