package doctor

import (
	"context"
	"os"
)

// checkDocker looks for a client that pulls.
func (x *examination) checkDocker(context.Context) result {
	for _, client := range []string{"docker", "podman", "buildah", "skopeo", "nerdctl"} {
		found, err := x.system.lookPath(client)
		switch {
		case err != nil:
		case client == "docker":
			return ok("%s", found)
		default:
			return ok("there is no docker on the PATH; %s is %s", client, found)
		}
	}
	r := ok("there is no docker on the PATH, and no podman").but()
	switch {
	case x.building():
		return r.advise("Where the build is to run Docker, choose one of CodeBuild's standard images, and privileged mode; Lambda compute runs no Docker")
	case x.system.goos == "darwin":
		return r.run("To install Docker Desktop", "brew install --cask docker-desktop")
	case x.system.goos == "windows":
		return r.run("To install Docker Desktop", "winget install Docker.DockerDesktop")
	}
	if _, err := os.Stat("/bin/sh"); err != nil {
		return r // a root that has little in it is none to install Docker in
	}
	return r.run("To install Docker", "curl -fsSL https://get.docker.com | sh")
}
