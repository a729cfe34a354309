package settings

import "testing"

func BenchmarkParse(b *testing.B) {
	environ := []string{"PATH=/usr/bin", "HOME=/root", "AWS_REGION=eu-central-1", EnvPrefix + "REGION=eu-west-1", EnvPrefix + "TIMEOUT=10s"}
	for name, text := range map[string]string{
		"no file": "",
		"a usual file": `{
			"auths": {"ghcr.io": {}},
			"credHelpers": {"https://index.docker.io/v1/": "ssm", "docker.io": "ssm", "index.docker.io": "ssm"},
			"plugins": {"docker-credential-ssm": {"profile": "team"}, "docker-credential-ssm/ghcr.io": {"secret": "ci/ghcr"}}
		}`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s, err := Parse(environ, "config.json", []byte(text))
				if err == nil {
					_, err = s.For("docker.io")
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
