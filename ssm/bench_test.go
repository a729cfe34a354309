package ssm

import (
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// BenchmarkGet: a get of a program that runs already, with AWS's configuration, one call
// over a new connection, and the checks of its answer. The start of the process, which
// takes longer than all of it, is measured by bench/.
func BenchmarkGet(b *testing.B) {
	server := ssmtest.NewServer()
	defer server.Close()
	server.Put(ssmtest.Parameter{Name: "/CodeBuild/docker-credentials/docker.io", Value: `{"username":"alice","password":"s3cret"}`})
	server.PutSecret("docker", `{"username":"alice","password":"s3cret"}`)
	testenv.Isolate(b)
	useServer(b, server.URL)
	for name, sections := range map[string]map[string]map[string]string{
		"a parameter": nil,
		"a secret":    {"docker-credential-ssm/docker.io": {"secret": "docker"}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, secret, err := open(b, sections).Get(b.Context(), "docker.io"); err != nil || secret != "s3cret" {
					b.Fatal(secret, err)
				}
			}
		})
	}
}
