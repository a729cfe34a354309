package registry_test

import (
	"fmt"

	"docker-credential-ssm/registry"
)

// Every client has its own spelling of Docker Hub; there is one credential for it.
func ExampleKey() {
	for _, serverURL := range []string{
		"https://index.docker.io/v1/", // Docker CLI
		"docker.io",                   // podman
		"registry-1.docker.io:443",    // nerdctl
		"https://ghcr.io/v2/",
		"localhost:5000",
	} {
		key, err := registry.Key(serverURL)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(key)
	}
	// Output:
	// docker.io
	// docker.io
	// docker.io
	// ghcr.io
	// localhost_3A5000
}

// From the name of a parameter back to the registry, and to the keys of credHelpers
// under which clients look for it.
func ExampleServerURL() {
	for _, key := range []string{"docker.io", "localhost_3A5000"} {
		serverURL, ok := registry.ServerURL(key)
		fmt.Println(serverURL, ok, registry.Lookups(key))
	}
	// Output:
	// https://index.docker.io/v1/ true [https://index.docker.io/v1/ docker.io index.docker.io]
	// localhost:5000 true [localhost:5000]
}

// An image's name tells the registry, where its words alone would not.
func ExampleOfImage() {
	for _, text := range []string{"alpine:3.20", "ghcr.io/org/app:1", "ghcr.io", "localhost:5000"} {
		key, image := registry.OfImage(text)
		fmt.Printf("%s: %q, %t\n", text, key, image)
	}
	// Output:
	// alpine:3.20: "docker.io", true
	// ghcr.io/org/app:1: "ghcr.io", true
	// ghcr.io: "", false
	// localhost:5000: "", false
}
