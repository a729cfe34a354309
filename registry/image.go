package registry

import (
	"regexp"
	"strconv"
	"strings"
)

// digest is what may follow an image's name. It is a pattern, and not an expression
// that every start of the program would compile.
const digest = `@[a-z0-9+._-]+:[0-9a-fA-F]{32,}$|@sha(256|512):[^@/]*$`

// OfImage returns the key of the registry that an image comes from, if a text is
// the name of an image and not of a registry: alpine:3.20, library/alpine,
// ghcr.io/org/app:1. As Docker has it, what is before the first slash is a registry
// only with a dot, a port or an upper-case letter in it, or if it is localhost; all
// else is a repository of Docker Hub. A path without a tag or a digest stays a
// registry's, since crane asks for such, and what begins with a scheme is a server
// URL. A number behind a colon, without a slash, is a port from 1024 on and at 80
// and 443; postgres:16 is an image.
// Source: splitDockerDomain in github.com/distribution/reference.
func OfImage(text string) (key string, image bool) {
	text = strings.TrimSpace(text)
	name := regexp.MustCompile(digest).ReplaceAllString(text, "")
	if text == "" || strings.Contains(name, "://") || strings.Contains(name, "@") {
		return "", false // user info, which a message must not show
	}
	first, path, hasPath := strings.Cut(name, "/")
	if !isHost(first, hasPath) {
		return DockerHub, true
	}
	if name == text && !strings.Contains(path[strings.LastIndexByte(path, '/')+1:], ":") {
		return "", false
	}
	key, err := Key(first)
	return key, err == nil
}

// isHost reports whether the first part of a name is a registry's host.
func isHost(first string, hasPath bool) bool {
	host, port, hasPort := strings.Cut(first, ":")
	switch {
	case strings.HasPrefix(first, "["), host == "localhost", lowerASCII(host) != host, strings.Contains(host, "."):
		return true
	case !hasPort || hasPath:
		return hasPort
	}
	n, err := strconv.Atoi(port)
	return err == nil && (n == 80 || n == 443 || n >= 1024)
}
