// Gitlabrunner pulls an image through an engine as GitLab Runner's Docker executor does:
// with the credential that its own resolver finds in the home directory's config.json.
// Standard output is the job's log, standard error the one of the runner's service.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/moby/moby/client"
	"gitlab.com/gitlab-org/gitlab-runner/helpers/docker/auth"
)

// logger writes what a job's log shows: warnings, and no debug lines.
type logger struct{}

func (logger) Debugln(...any)        {}
func (logger) Warningln(args ...any) { fmt.Println(args...) }

func main() {
	if err := pull(context.Background(), os.Args[1]); err != nil {
		fmt.Println("ERROR: Job failed:", err)
		os.Exit(1)
	}
}

func pull(ctx context.Context, image string) error {
	info, err := auth.Resolver{}.ConfigForImage(image, os.Getenv("DOCKER_AUTH_CONFIG"), "", nil, logger{})
	if err != nil {
		return err
	}
	var header string
	if info != nil {
		fmt.Printf("Authenticating with credentials from %v\n", info.Source)
		if header, err = auth.EncodeConfig(&info.AuthConfig); err != nil {
			return err
		}
	}
	engine, err := client.New(client.FromEnv)
	if err != nil {
		return err
	}
	defer engine.Close()
	progress, err := engine.ImagePull(ctx, image, client.ImagePullOptions{RegistryAuth: header})
	if err != nil {
		return err
	}
	return progress.Wait(ctx)
}
