package start

import (
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/settings"
)

// TestEndpoints: a connection is opened only to what every registry that may be asked
// for needs, and to nothing where a cache may know the answer.
func TestEndpoints(t *testing.T) {
	testenv.Isolate(t)
	t.Setenv("AWS_REGION", "eu-central-1")
	const ssm, secrets = "ssm.eu-central-1.amazonaws.com", "secretsmanager.eu-central-1.amazonaws.com"
	const hub, ghcr = `"docker-credential-ssm/docker.io":`, `"docker-credential-ssm/ghcr.io":`
	for config, want := range map[string]string{
		`{}`:                                  ssm,
		`{"credHelpers":{"docker.io":"ssm"}}`: ssm,
		`{"plugins":{` + hub + `{"secret":"hub"}}}`:                                                           secrets,
		`{"credHelpers":{"docker.io":"ssm"},"plugins":{` + hub + `{"secret":"hub"}}}`:                         secrets,
		`{"credHelpers":{"ghcr.io":"ssm"},"plugins":{` + hub + `{"secret":"hub"}}}`:                           "",
		`{"plugins":{` + hub + `{"secret":"hub"},` + ghcr + `{"secret":"ghcr"}}}`:                             secrets,
		`{"plugins":{` + hub + `{"secret":"hub"},` + ghcr + `{"parameter":"/ghcr"}}}`:                         "",
		`{"plugins":{` + hub + `{"usernameParameter":"/u","passwordSecret":"p"}}}`:                            ssm + " " + secrets,
		`{"plugins":{"docker-credential-ssm":{"secret":"all"}}}`:                                              secrets,
		`{"plugins":{` + hub + `{"parameter":"/x","region":"us-west-2"}}}`:                                    "ssm.us-west-2.amazonaws.com",
		`{"plugins":{` + hub + `{"parameter":"/x","profile":"team"}}}`:                                        "",
		`{"plugins":{"docker-credential-ssm":{"cacheTTL":"5m"}}}`:                                             "",
		`{"plugins":{` + hub + `{"cacheTTL":"5m"}},"credHelpers":{"docker.io":"ssm"}}`:                        "",
		`{"plugins":{` + hub + `{"secret":"arn:aws:secretsmanager:us-west-2:111122223333:secret:x-a1b2c3"}}}`: "secretsmanager.us-west-2.amazonaws.com",
	} {
		s, err := settings.Parse(nil, "config.json", []byte(config))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, endpoint := range endpoints(s) {
			got = append(got, endpoint.Host)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", config, got, want)
		}
	}
}
