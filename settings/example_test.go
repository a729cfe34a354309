package settings_test

import (
	"fmt"

	"docker-credential-ssm/settings"
)

// The most specific value is used: the registry's own section of config.json goes before
// the environment, and the environment before the section for all registries.
func ExampleParse() {
	s, err := settings.Parse(
		[]string{"DOCKER_CREDENTIAL_SSM_REGION=eu-west-1"},
		"config.json",
		[]byte(`{
			"credHelpers": {"docker.io": "ssm", "ghcr.io": "ssm"},
			"plugins": {
				"docker-credential-ssm": {"region": "us-east-1", "profile": "team"},
				"docker-credential-ssm/ghcr.io": {"region": "eu-central-1", "secret": "ci/ghcr"}
			}
		}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, key := range []string{"docker.io", "ghcr.io"} {
		options, err := s.For(key)
		fmt.Println(key, options.Region, options.Profile, options.Location, err)
	}
	// Output:
	// docker.io eu-west-1 team /CodeBuild/docker-credentials/docker.io <nil>
	// ghcr.io eu-central-1 team ci/ghcr <nil>
}
