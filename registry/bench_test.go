package registry

import "testing"

func BenchmarkKey(b *testing.B) {
	for name, serverURL := range map[string]string{
		"Docker Hub":  "https://index.docker.io/v1/",
		"ECR":         "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
		"with a port": "https://user:password@registry.example.com:8443/team/app?a=b",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Key(serverURL); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
