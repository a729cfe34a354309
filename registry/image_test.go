package registry

import "testing"

// TestOfImage: an image's name says whose it is, by Docker's rule; a registry's name
// is none.
func TestOfImage(t *testing.T) {
	const sum = "sha256:c5b1261d6d3e43071626931fc004f70149baeba2c8ec672bd4f27761f8e1ad6b"
	for text, key := range map[string]string{
		"alpine": DockerHub, "alpine:3.20": DockerHub, "alpine:latest": DockerHub, "postgres:16": DockerHub,
		"library/alpine": DockerHub, "library/alpine:3.20": DockerHub, "org/team/app": DockerHub,
		"alpine@" + sum: DockerHub, "alpine:3.20@" + sum: DockerHub, " alpine ": DockerHub,
		"docker.io/library/alpine:3": DockerHub, "docker.io/library/alpine@" + sum: DockerHub, "docker.io/library/alpine@sha256:…": DockerHub,
		"ghcr.io/org/app:1": "ghcr.io", "ghcr.io/app:1": "ghcr.io", "ghcr.io/org/app@" + sum: "ghcr.io",
		"localhost:5000/app:1": "localhost_3A5000", "localhost/app:1": "localhost", "registry:5000/app:1": "registry_3A5000", "[::1]:5000/app:1": "_5B_3A_3A1_5D_3A5000",
		"111122223333.dkr.ecr.eu-central-1.amazonaws.com/app:1": "111122223333.dkr.ecr.eu-central-1.amazonaws.com",
	} {
		if got, image := OfImage(text); !image || got != key {
			t.Errorf("%q: %q, %v; want %q", text, got, image, key)
		}
	}
	for _, text := range []string{
		"", "docker.io", "index.docker.io", "https://index.docker.io/v1/", "index.docker.io/v1/", "https://ghcr.io/org/app:1",
		"ghcr.io", "ghcr.io:443", "GHCR", "ghcr.io/org", "ghcr.io/org/app", "docker.io/library/alpine", "ghcr.io/",
		"localhost", "localhost:5000", "localhost:80", "registry:5000", "registry:443", "registry:80", "registry:5000/org", "[::1]:5000", "10.0.0.1",
		"alice:s3cret@ghcr.io", "alice:s3cret@registry/app:1",
	} {
		if key, image := OfImage(text); image {
			t.Errorf("%q is taken for an image of %s", text, key)
		}
	}
}
