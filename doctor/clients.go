package doctor

import (
	"fmt"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/registry"
)

// survey finds out who signs in for each family of clients. Its error is about the
// file of --file.
func (x *examination) survey() error {
	x.families, x.broken = nil, nil
	lookups := registry.Lookups(x.key)
	docker := &dockerconfig.Client{ConfigFile: x.settings.File(), Path: x.program.Config()}
	if c, err := dockerconfig.ReadClient(docker.Path); err == nil && c.Legacy {
		docker.Legacy = true // the Docker CLI finds nothing in it
	}
	if x.file != "" {
		c, err := dockerconfig.ReadClient(x.file)
		if err != nil {
			return fmt.Errorf("%s %w", x.file, err)
		}
		x.add("readers of "+x.file, dockerconfig.PodmanSigner(c.ConfigFile, c.Path, x.podmanKey()), x.podmanKey())
	}
	signer := x.dockerSigner(docker, lookups[0])
	x.add("docker, buildx, Compose", signer, lookups[0])
	podman, there := x.podmanSigner(docker)
	if there || x.key == registry.DockerHub {
		x.add("podman, buildah, skopeo", podman, x.podmanKey())
	}
	if x.key == registry.DockerHub {
		const act = "index.docker.io"
		x.add("act", x.dockerSigner(docker, act), act)
	}
	if signer.How == dockerconfig.ByStore { // elsewhere it does as docker
		x.add("Testcontainers for Go", dockerconfig.TestcontainersSigner(docker.ConfigFile, docker.Path, lookups[0]), lookups[0])
	}
	x.lead()
	return nil
}

// dockerSigner is who signs in where the Docker CLI looks a name up: its variable
// goes before its file.
func (x *examination) dockerSigner(file *dockerconfig.Client, serverURL string) dockerconfig.Signer {
	if s, ok := dockerconfig.VariableSigner(x.system.env(dockerconfig.Variable), serverURL); ok {
		return s
	}
	return dockerconfig.DockerSigner(file.ConfigFile, file.Path, serverURL)
}

// lead puts the family first that the verdict is about: the one of --file; podman's
// where it is there and docker is not; else Docker's.
func (x *examination) lead() {
	if x.file != "" {
		return
	}
	if _, err := x.system.lookPath("docker"); err == nil {
		return
	}
	if _, err := x.system.lookPath("podman"); err != nil {
		return
	}
	for i, f := range x.families {
		if f.Name == "podman, buildah, skopeo" {
			x.families[0], x.families[i] = x.families[i], x.families[0]
		}
	}
}

func (x *examination) add(name string, s dockerconfig.Signer, key string) {
	x.families = append(x.families, clients{Name: name, Key: key, How: s.How, Helper: s.Helper, Username: s.Username, File: s.Path, signer: s})
}

// podmanKey is what podman's family looks up.
func (x *examination) podmanKey() string {
	if x.key == registry.DockerHub {
		return registry.DockerHub
	}
	return registry.Lookups(x.key)[0]
}

// podmanSigner is the first of its files that signs somebody in. It reports whether
// one of its own files is there.
func (x *examination) podmanSigner(docker *dockerconfig.Client) (s dockerconfig.Signer, there bool) {
	own, also := x.podmanFiles()
	s = dockerconfig.Signer{How: dockerconfig.ByNobody, Path: own[0]}
	found := false
	look := func(c *dockerconfig.Client) {
		if one := dockerconfig.PodmanSigner(c.ConfigFile, c.Path, x.podmanKey()); one.How != dockerconfig.ByNobody && !found {
			s, found = one, true
		}
	}
	for _, path := range own {
		c, err := dockerconfig.ReadClient(path)
		if err != nil {
			x.broken = append(x.broken, path)
			continue
		}
		there = there || c.There
		look(c)
	}
	if also {
		look(docker)
		if !found {
			s.Path = docker.Path
		}
	}
	return s, there
}
