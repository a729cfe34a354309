// Package registry translates the names of registries. A client names a registry by a
// server URL, in one of several spellings; [Key] makes of it the one name under which
// the credential is stored, and [ServerURL] is the inverse. All spellings of Docker Hub
// have the key docker.io. [Lookups] are the server URLs under which clients look for a
// registry in credHelpers. The package depends neither on AWS nor on Docker's protocol.
package registry

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// DockerHub is the key of Docker Hub's credential.
	DockerHub = "docker.io"

	// dockerHubURL is the server URL under which the Docker CLI keeps Docker Hub's
	// credential: `docker login` stores under it, `docker pull` asks for it. The
	// classic builder, docker-py and regctl look for exactly this text in the answer to
	// list, and ignore any other spelling.
	// Source: IndexServer in github.com/docker/docker/registry.
	dockerHubURL = "https://index.docker.io/v1/"
)

// dockerHubHosts are the names under which clients ask for Docker Hub: podman, buildah
// and skopeo say docker.io, crane and the Docker CLI index.docker.io, nerdctl
// registry-1.docker.io, older tools registry.hub.docker.com.
var dockerHubHosts = map[string]bool{
	"docker.io":               true,
	"index.docker.io":         true,
	"registry-1.docker.io":    true,
	"registry.hub.docker.com": true,
}

// ErrServerURL is what every error of [Key] wraps: a server URL that does not name a
// registry. The texts never repeat the URL, which may contain a password.
var ErrServerURL = errors.New("bad server URL")

// Key returns the name under which the credential for a server URL is stored: the host,
// with its port and path where it has them. Every byte that Parameter Store does not
// allow in a name is written as "_" and two hex digits. All spellings of Docker Hub
// have the key "docker.io"; no two registries share one. A scheme, user info, query and
// fragment are dropped, and so is a path that is only an API version. The error is an
// [ErrServerURL].
func Key(serverURL string) (string, error) {
	authority, path, err := split(serverURL)
	if err != nil {
		return "", err
	}
	// Only one port is allowed: dropping ":443" from a host with two would leave
	// another.
	if strings.Count(authority[strings.LastIndexByte(authority, ']')+1:], ":") > 1 {
		return "", fmt.Errorf("%w: its host has two ports", ErrServerURL)
	}
	host := strings.TrimSuffix(lowerASCII(authority), ":443")
	if host == "" {
		return "", fmt.Errorf("%w: it has no host", ErrServerURL)
	}
	if dockerHubHosts[host] {
		host = DockerHub
	}
	switch path {
	case "", "/", "/v1", "/v1/", "/v2", "/v2/":
		path = ""
	}
	for _, segment := range strings.Split(host+path, "/") {
		switch segment {
		case "":
			return "", fmt.Errorf("%w: its path has an empty segment", ErrServerURL)
		case ".", "..":
			return "", fmt.Errorf("%w: its path has a segment %q", ErrServerURL, segment)
		}
	}
	return escape(host + path), nil
}

// split splits a server URL as RFC 3986 does, and does not check the parts. It does not
// use net/url, which refuses what clients send (a port without a scheme) and decodes
// what must stay encoded.
func split(serverURL string) (authority, path string, err error) {
	s := strings.TrimSpace(serverURL)
	if !utf8.ValidString(s) {
		return "", "", fmt.Errorf("%w: it is not UTF-8", ErrServerURL)
	}
	if strings.ContainsFunc(s, unicode.IsControl) || strings.ContainsFunc(s, unicode.IsSpace) {
		return "", "", fmt.Errorf("%w: it has a control character or white space in it", ErrServerURL)
	}
	for _, scheme := range []string{"https://", "http://"} {
		if len(s) >= len(scheme) && lowerASCII(s[:len(scheme)]) == scheme {
			s = s[len(scheme):]
			break
		}
	}
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		s = s[:i]
	}
	authority = s
	if i := strings.IndexByte(s, '/'); i >= 0 {
		authority, path = s[:i], s[i:]
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		// Browsers end the host at a backslash, RFC 3986 does not, so that one of them
		// reads as user info what the other reads as the host. Such a URL is refused.
		if strings.Contains(authority[:i], `\`) {
			return "", "", fmt.Errorf("%w: it has a backslash before the host", ErrServerURL)
		}
		authority = authority[i+1:]
	}
	return authority, path, nil
}

// ServerURL is the inverse of [Key], for `list`: Docker Hub as the Docker CLI
// spells it, any other registry without a scheme. It reports false for a name
// that Key cannot produce, such as that of a parameter that happens to be below
// the prefix.
func ServerURL(key string) (string, bool) {
	if key == DockerHub {
		return dockerHubURL, true
	}
	serverURL, ok := unescape(key)
	if !ok {
		return "", false
	}
	if again, err := Key(serverURL); err != nil || again != key {
		return "", false
	}
	return serverURL, true
}

// Name is the name of a key's registry in messages: its server URL, but docker.io for
// Docker Hub.
func Name(key string) string {
	if serverURL, ok := unescape(key); ok {
		return serverURL
	}
	return key
}

// Lookups are the server URLs under which clients look for the registry of a key in
// credHelpers, which they compare exactly. Docker Hub has three:
// https://index.docker.io/v1/ (Docker CLI), docker.io (podman, buildah, skopeo) and
// index.docker.io (clients that look a host up with the Docker CLI's library, such as
// act).
func Lookups(key string) []string {
	serverURL, ok := ServerURL(key)
	switch {
	case key == DockerHub:
		return []string{serverURL, DockerHub, "index.docker.io"}
	case ok:
		return []string{serverURL}
	}
	return []string{key}
}

// WebLogin reports whether a key is one under which the Docker CLI stores the
// tokens of a sign-in to Docker Hub in the browser.
// Source: cli/internal/oauth/manager in github.com/docker/cli.
func WebLogin(key string) bool {
	return key == DockerHub+"/v1/access-token" || key == DockerHub+"/v1/refresh-token"
}

// Same reports whether a server URL is of the registry with a key.
func Same(serverURL, key string) bool {
	k, err := Key(serverURL)
	return err == nil && k == key
}

const upperHex = "0123456789ABCDEF"

// plain reports whether a byte is written unescaped in a key. The underscore, which
// Parameter Store allows too, is not: every escape begins with it.
func plain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '-' || c == '/'
}

func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; plain(c) {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'_', upperHex[c>>4], upperHex[c&15]})
		}
	}
	return b.String()
}

func unescape(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '_' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		high, low := strings.IndexByte(upperHex, s[i+1]), strings.IndexByte(upperHex, s[i+2])
		if high < 0 || low < 0 {
			return "", false
		}
		b.WriteByte(byte(high<<4 | low))
		i += 2
	}
	return b.String(), true
}

// lowerASCII lower-cases only A to Z. strings.ToLower would also turn the Kelvin sign
// (U+212A) into a "k", and so the name of another host into one of Docker Hub's.
func lowerASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}
