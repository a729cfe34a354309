package settings

import (
	"strings"
	"testing"
)

// located loads one registry's section and returns its location's names.
func located(t *testing.T, key, section string, env ...string) (Options, error) {
	t.Helper()
	s, err := Parse(env, "config.json", []byte(`{"plugins":{`+section+`}}`))
	if err != nil {
		return Options{}, err
	}
	return s.For(key)
}

func TestLocations(t *testing.T) {
	const own = `"docker-credential-ssm/docker.io":`
	const arn = "arn:aws:secretsmanager:us-west-2:111122223333:secret:hub-a1b2c3"
	for _, tt := range []struct {
		key, section string
		kind         Kind
		names        string
		region       string
		readOnly     bool
		shared       bool
	}{
		{key: "docker.io", section: own + `{}`, names: "/p/docker.io /p/docker.io/username /p/docker.io/password"},
		{key: "docker.io", section: own + `{"prefix":"/"}`, names: "/docker.io /docker.io/username /docker.io/password"},
		{key: "docker.io", section: own + `{"parameter":"/x:3"}`, kind: Whole, names: "/x:3", readOnly: true},
		{key: "docker.io", section: own + `{"parameter":"/x"}`, kind: Whole, names: "/x"},
		{key: "docker.io", section: own + `{"parameter":"/x","passwordField":"p"}`, kind: Whole, names: "/x", readOnly: true},
		{key: "docker.io", section: own + `{"parameter":"/x","username":"u"}`, kind: Whole, names: "/x", readOnly: true},
		{key: "docker.io", section: own + `{"usernameParameter":"u","passwordParameter":"/x/p"}`, kind: Pair, names: "u /x/p"},
		{key: "docker.io", section: own + `{"secret":"` + arn + `"}`, kind: Whole, names: arn, region: "us-west-2", readOnly: true},
		{key: "docker.io", section: own + `{"secret":"` + arn + `","region":"eu-west-1"}`, kind: Whole, names: arn, region: "eu-west-1", readOnly: true},
		{key: "docker.io", section: own + `{"usernameParameter":"/u","passwordSecret":"hub"}`, kind: Pair, names: "/u hub", readOnly: true},
		{key: "docker.io", section: own + `{"username":"alice","passwordSecret":"hub"}`, kind: Pair, names: "hub", readOnly: true},
		{key: "docker.io", section: own + `{"username":"alice","passwordParameter":"/CodeBuild/dockerLoginPassword"}`, kind: Pair, names: "/CodeBuild/dockerLoginPassword", readOnly: true},
		{key: "docker.io", section: `"docker-credential-ssm":{"secret":"all"}`, kind: Whole, names: "all", readOnly: true, shared: true},
		{key: "docker.io", section: `"docker-credential-ssm":{"parameter":"/all","usernameField":"u"}`, kind: Whole, names: "/all", readOnly: true, shared: true},
		{key: "docker.io", section: `"docker-credential-ssm":{"secret":"all"},` + own + `{"parameter":"/x"}`, kind: Whole, names: "/x"},
		{key: "docker.io", section: `"docker-credential-ssm":{"secret":"all"},` + own + `{"region":"eu-west-1"}`, kind: Whole, names: "all", region: "eu-west-1", readOnly: true, shared: true},
		{key: "docker.io", section: `"docker-credential-ssm":{"secret":"all"},` + own + `{"prefix":"/q"}`, names: "/q/docker.io /q/docker.io/username /q/docker.io/password"},
		{key: "docker.io/username", section: own + `{}`, names: "-"},
		{key: "docker.io/username", section: `"docker-credential-ssm/docker.io/username":{"parameter":"/x"}`, kind: Whole, names: "/x"},
		{key: "username", section: own + `{}`, names: "/p/username /p/username/username /p/username/password"},
		{key: strings.Repeat("a/", 13) + "a", section: own + `{}`, names: "/p/" + strings.Repeat("a/", 13) + "a"},
		{key: strings.Repeat("a/", 14) + "a", section: own + `{}`, names: "-"},
		{key: strings.Repeat("a", 1000), section: own + `{}`, names: "-"},
	} {
		o, err := located(t, tt.key, tt.section, EnvPrefix+"PREFIX=/p")
		var names []string
		for _, r := range o.Location.Resources() {
			names = append(names, r.Name)
		}
		if (err != nil) != (tt.names == "-") {
			t.Errorf("%s in %s: %v", tt.key, tt.section, err)
			continue
		}
		if got := strings.Join(names, " "); err == nil && (got != tt.names || o.Location.Kind != tt.kind || o.Region != tt.region || (o.Location.ReadOnly() != "") != tt.readOnly || o.Location.Shared != tt.shared) {
			t.Errorf("%s in %s: %+v (%s)", tt.key, tt.section, o.Location, o.Region)
		}
	}
}

// TestImpossible: what cannot be is refused when the settings are read.
func TestImpossible(t *testing.T) {
	for section, why := range map[string]string{
		`{"parameter":"/x","secret":"x"}`:                                      "both parameter and secret",
		`{"usernameParameter":"/x","passwordParameter":"/x"}`:                  "for both user name and password",
		`{"usernameSecret":"x","passwordSecret":"x"}`:                          "for both user name and password",
		`{"usernameParameter":"/x","usernameSecret":"x","passwordSecret":"p"}`: "both usernameParameter and usernameSecret",
		`{"usernameSecret":"x","passwordParameter":"/x","passwordSecret":"p"}`: "both passwordParameter and passwordSecret",
		`{"parameter":"/x","usernameParameter":"/y"}`:                          "with a single half",
		`{"secret":"x","passwordSecret":"y"}`:                                  "with a single half",
		`{"usernameParameter":"/x"}`:                                           "without the password's",
		`{"passwordSecret":"x"}`:                                               "without the user name's",
		`{"username":"alice"}`:                                                 "username without a password",
		`{"username":"alice","usernameSecret":"x","passwordSecret":"p"}`:       "the user name twice",
		`{"username":"alice","secret":"x","usernameField":"u"}`:                "the user name twice",
		`{"usernameField":"u"}`:                                                "without the parameter or secret",
		`{"usernameSecret":"x","passwordSecret":"y","passwordField":"z"}`:      "without the parameter or secret",
		`{"parameter":"/aws/reference/secretsmanager/arn:aws:secretsmanager:eu-west-1:111122223333:secret:hub-a1b2c3"}`: `write \"secret\"`,
		`{"parameter":"/aws/reference/secretsmanager/hub:"}`:                                                            "one stage or version",
		`{"secret":"hub:username"}`:                          "CodeBuild's notation",
		`{"secret":"dckr_pat_s3cret"}`:                       "has a token in it",
		`{"prefix":"/aws/x"}`:                                "keeps the names below /aws",
		`{"username":" alice","passwordSecret":"x"}`:         "white space",
		`{"roleArn":"arn:aws:iam::111122223333:user/alice"}`: "not a role's ARN",
		`{"timeout":"0"}`:                                    "more than 0",
		`{"timeout":"-1s"}`:                                  "more than 0",
		`{"cacheTTL":"-1s"}`:                                 "less than 0",
		`{"usernameSecret":"arn:aws:secretsmanager:us-west-2:111122223333:secret:u-a1b2c3","passwordParameter":"arn:aws:ssm:us-east-1:111122223333:parameter/p"}`: "two Regions",
		`{"usernameSecret":"arn:aws:secretsmanager:us-east-1:111122223333:secret:u-a1b2c3","passwordParameter":"arn:aws:ssm:us-west-2:111122223333:parameter/p"}`: "two Regions",
	} {
		_, err := located(t, "docker.io", `"docker-credential-ssm/docker.io":`+section)
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), `"`, `\"`), why) || !strings.Contains(err.Error(), "config.json") || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v; want %s", section, err, why)
		}
	}
	for _, option := range []string{"username", "usernameParameter", "passwordSecret"} {
		if _, err := located(t, "docker.io", `"docker-credential-ssm":{"`+option+`":"x"}`); err == nil || !strings.Contains(err.Error(), "belongs in the section of one registry") {
			t.Errorf("%s in the common section: %v", option, err)
		}
	}
}
