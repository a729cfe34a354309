package settings

import (
	"reflect"
	"testing"
)

// TestOrigins: an option's origin is the place whose value is in force.
func TestOrigins(t *testing.T) {
	const text = `{"plugins": {
		"docker-credential-ssm": {"region": "eu-west-1", "profile": "common", "timeout": "1s"},
		"docker-credential-ssm/ghcr.io": {"region": "eu-west-2", "timeout": ""},
		"docker-credential-ssm/https://quay.io/v2/": {"profile": "quay"}
	}}`
	env := []string{"DOCKER_CREDENTIAL_SSM_REGION=eu-west-3", "DOCKER_CREDENTIAL_SSM_PROFILE=", "DOCKER_CREDENTIAL_SSM_DEBUG=false", "AWS_REGION=eu-north-1"}
	s, err := Parse(env, "config.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	const common, variable = "docker-credential-ssm", "DOCKER_CREDENTIAL_SSM_REGION"
	debug := Origin{"debug", "false", "DOCKER_CREDENTIAL_SSM_DEBUG"}
	for key, want := range map[string][]Origin{
		"docker.io": {{"region", "eu-west-3", variable}, {"profile", "common", common}, {"timeout", "1s", common}, debug},
		"ghcr.io":   {{"region", "eu-west-2", common + "/ghcr.io"}, {"profile", "common", common}, {"timeout", "1s", common}, debug},
		"quay.io":   {{"region", "eu-west-3", variable}, {"profile", "quay", common + "/https://quay.io/v2/"}, {"timeout", "1s", common}, debug},
	} {
		if got := s.Origins(key); !reflect.DeepEqual(got, want) {
			t.Errorf("Origins(%q) = %v, want %v", key, got, want)
		}
		o, _ := s.For(key)
		for _, origin := range want {
			if origin.Option == "region" && o.Region != origin.Value || origin.Option == "profile" && o.Profile != origin.Value {
				t.Errorf("%s: %+v is in force, not %v", key, o, origin)
			}
		}
	}
}
