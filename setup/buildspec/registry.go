package buildspec

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

const dockerHub = "docker.io"

const ecrAdvice = "It signs in to Amazon ECR and is left alone; docker-credential-ecr-login, which CodeBuild's images have, could do it without a login"

// registryOf is the registry of a login, docker.io for Docker Hub.
func (a *analysis) registryOf(w *syntax.Word, t tool, at place) (text, []*definition, bool) {
	v := a.eval(w, at, 0)
	name := v.text
	if v.kind != kindText && v.kind != kindUnset {
		var ok bool
		if name, ok = shellText(pieces(w), at.script); !ok {
			return nil, nil, false
		}
		v.trail = nil
	}
	s, ok := name.fixed()
	if !ok {
		return name, v.trail, true
	}
	if strings.HasPrefix(s, "-") || strings.ContainsAny(s, " \t\r\n") {
		return nil, nil, false
	}
	return plainText(normal(s, t.program == "docker" || t.program == "nerdctl")), v.trail, true
}

// normal is a registry as configure takes it. The Docker CLI signs in to a host,
// whatever path stands behind it; podman's family also to a path.
func normal(server string, hostOnly bool) string {
	bare := server
	for _, scheme := range []string{"https://", "http://"} {
		bare = strings.TrimPrefix(bare, scheme)
	}
	host, path, _ := strings.Cut(bare, "/")
	host = strings.TrimSuffix(strings.ToLower(host), ":443")
	path = strings.TrimSuffix(path, "/")
	usual := path == "" || path == "v1" || path == "v2"
	switch host {
	case "":
		return dockerHub
	case "docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com":
		if usual || hostOnly {
			return dockerHub
		}
	}
	if usual || hostOnly {
		return host
	}
	return host + "/" + path
}

// isECR says whether a registry is Amazon ECR's, also where variables are in
// its name.
func isECR(registry string) bool {
	return strings.Contains(registry, ".dkr.ecr.") || strings.Contains(registry, ".dkr-ecr.") || strings.HasPrefix(registry, "public.ecr.aws")
}
