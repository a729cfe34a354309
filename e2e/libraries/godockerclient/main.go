// Godockerclient pulls an image through an engine as the programs do that are built on
// github.com/fsouza/go-dockerclient: with the credential that the library's own function
// finds for the registry, and without one where it finds none.
package main

import (
	"fmt"
	"os"
	"strings"

	docker "github.com/fsouza/go-dockerclient"
)

func main() {
	image := os.Args[1]
	host, _, _ := strings.Cut(image, "/")
	registry := host
	if registry == "docker.io" {
		registry = "https://index.docker.io/v1/"
	}
	var auth docker.AuthConfiguration
	if found, err := docker.NewAuthConfigurationsFromCredsHelpers(registry); err != nil {
		fmt.Fprintln(os.Stderr, "no credential:", err)
	} else {
		auth = *found
	}
	client, err := docker.NewClientFromEnv()
	if err == nil {
		repository, tag := docker.ParseRepositoryTag(image)
		err = client.PullImage(docker.PullImageOptions{Repository: repository, Tag: tag}, auth)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
