package registry

import (
	"errors"
	"strings"
	"testing"
)

func TestKey(t *testing.T) {
	for _, tt := range []struct {
		serverURL, key string
		who            string // who sends this spelling, or why it matters
	}{
		{"https://index.docker.io/v1/", "docker.io", "Docker CLI, BuildKit, Compose, docker-py, oras, Helm, regctl"},
		{"https://index.docker.io/v1", "docker.io", "a credHelpers key written by hand"},
		{"index.docker.io", "docker.io", "crane, ko and kaniko under credHelpers"},
		{"docker.io", "docker.io", "podman, buildah, skopeo"},
		{"registry-1.docker.io", "docker.io", "nerdctl"},
		{"registry-1.docker.io:443", "docker.io", "nerdctl"},
		{"https://registry-1.docker.io/v2/", "docker.io", "nerdctl, Jib"},
		{"https://registry.hub.docker.com", "docker.io", "Jenkins"},
		{"http://docker.io", "docker.io", "docker logout of docker.io"},
		{"HTTPS://Index.Docker.IO/v1/", "docker.io", "host names know no case"},
		{" docker.io\n", "docker.io", "a human with echo"},
		{"https://alice:pa55@docker.io/", "docker.io", "a URL with user info"},
		{"https://index.docker.io/v1/?a=b#c", "docker.io", "a URL with query and fragment"},

		{"https://index.docker.io/v1/access-token", "docker.io/v1/access-token", "docker login's web flow"},
		{"https://index.docker.io/v1/refresh-token", "docker.io/v1/refresh-token", "docker login's web flow, docker logout"},
		{"index.docker.io/library/alpine", "docker.io/library/alpine", "crane, ko and kaniko under credsStore"},
		{"docker.io/username", "docker.io/username", "not Docker Hub's credential, nor half of it"},

		{"ghcr.io", "ghcr.io", "podman, crane"},
		{"https://ghcr.io", "ghcr.io", "docker logout"},
		{"https://ghcr.io:443/v2/", "ghcr.io", "nerdctl"},
		{"ghcr.io/Owner/Repo", "ghcr.io/Owner/Repo", "paths know case"},
		{"localhost:5000", "localhost_3A5000", "a test registry"},
		{"registry.example.com:8443", "registry.example.com_3A8443", "a registry on a port"},
		{"[::1]:5000", "_5B_3A_3A1_5D_3A5000", "IPv6"},
		{"[::1]:443", "_5B_3A_3A1_5D", "IPv6"},
		{"my_host", "my_5Fhost", "the escape's own letter is escaped"},
		{"123456789012.dkr.ecr.eu-west-1.amazonaws.com", "123456789012.dkr.ecr.eu-west-1.amazonaws.com", "ECR"},
		{"bücher.example", "b_C3_BCcher.example", "bytes of UTF-8"},

		{"docker.io.evil.test", "docker.io.evil.test", "not Docker Hub"},
		{"https://docker.io@evil.test/", "evil.test", "user info that looks like a host"},
		{"https://docker.io:x@evil.test/", "evil.test", "user info that looks like a host and a port"},
		{"https://a@docker.io@evil.test/", "evil.test", "two signs: the last one counts"},
		{"https://evil.test?@docker.io", "evil.test", "a query that looks like user info"},
		{"https://evil.test#@docker.io/", "evil.test", "a fragment that looks like user info"},
		{"evil.test/docker.io", "evil.test/docker.io", "a path that looks like a host"},
		{"evil.test/@docker.io", "evil.test/_40docker.io", "a sign in the path is not user info"},
		{"docker.io:8443", "docker.io_3A8443", "another port is another registry"},
		{"docker.io.", "docker.io.", "the rooted name is not asked by any client"},
		{"doc\u212Aer.io", "doc_E2_84_AAer.io", "the Kelvin sign, which Unicode lower-cases to k"},
		{"docker.io%2f@evil.test", "evil.test", "nothing is percent-decoded"},
		{"docker.io%2eevil.test", "docker.io_252eevil.test", "nothing is percent-decoded"},
	} {
		t.Run(tt.serverURL, func(t *testing.T) {
			key, err := Key(tt.serverURL)
			if err != nil || key != tt.key {
				t.Errorf("Key(%q) = %q, %v; want %q (%s)", tt.serverURL, key, err, tt.key, tt.who)
			}
		})
	}
}

func TestKeyRefuses(t *testing.T) {
	for _, serverURL := range []string{
		"", "   ", "https://", "https:///v1/", "a:443:443", "::1", "https://alice:pa55@/", ":443",
		"../docker.io", "./docker.io", "docker.io/../evil.test", "docker.io/.", "..",
		"docker.io//username", "ghcr.io/owner/", "/docker.io", "oci://docker.io", "ftp://docker.io/x",
		"docker.io\x00", "docker.io /", "docker.io ?x", "docker\n.io", "docker.io/\x7f", "docker.io/\u0085x", "\xff.example",
		`https://docker.io\@evil.test/`, `https://evil.test\@docker.io/`, `https://docker.io\x@evil.test/`, `https://a@docker.io\x:y@evil.test/`,
	} {
		t.Run(serverURL, func(t *testing.T) {
			key, err := Key(serverURL)
			if !errors.Is(err, ErrServerURL) {
				t.Fatalf("Key(%q) = %q, %v; want an ErrServerURL", serverURL, key, err)
			}
			if strings.Contains(err.Error(), "pa55") {
				t.Errorf("the error repeats the URL's password: %v", err)
			}
		})
	}
}

func TestServerURL(t *testing.T) {
	for key, want := range map[string]string{
		"docker.io":                  "https://index.docker.io/v1/",
		"docker.io/v1/refresh-token": "docker.io/v1/refresh-token",
		"ghcr.io":                    "ghcr.io",
		"localhost_3A5000":           "localhost:5000",
	} {
		if got, ok := ServerURL(key); !ok || got != want {
			t.Errorf("ServerURL(%q) = %q, %v; want %q", key, got, ok, want)
		}
	}
	// Names that no server URL has as its key: were they listed, the client
	// would get another credential for them, or none.
	for _, name := range []string{"", "index.docker.io", "GHCR.io", "a_b", "a_3a5000", "a_", "a_3", "a_3A443", "a_61", "a//b", "a/../b", "a_00", "a_FF", "ghcr.io/v2", "x_40ghcr.io", "a_2Fb"} {
		if got, ok := ServerURL(name); ok {
			t.Errorf("ServerURL(%q) = %q; want none", name, got)
		}
	}
}

func seed(f *testing.F) {
	for _, s := range []string{
		"https://index.docker.io/v1/", "docker.io", "registry-1.docker.io:443", "https://registry.hub.docker.com/v2/", "docker.io.evil.test", "https://docker.io@evil.test/",
		"evil.test/docker.io", "docker.io:8443", "../docker.io", "docker.io/username", "https://index.docker.io/v1/refresh-token", "localhost:5000", "[::1]:5000", "my_host",
		"doc\u212Aer.io", `evil.test\@docker.io`, "docker.io_3A8443", "HTTP://A@B/c?d#e", "a:443:443", "https://https://docker.io", "a #", "u@ a",
	} {
		f.Add(s)
	}
}

// FuzzKeyRoundTrip: what list shows for a key is asked for under that key.
func FuzzKeyRoundTrip(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, serverURL string) {
		key, err := Key(serverURL)
		if err != nil {
			return
		}
		for i := range len(key) {
			if c := key[i]; !plain(c) && c != '_' {
				t.Fatalf("Key(%q) = %q, which Parameter Store does not take", serverURL, key)
			}
		}
		back, ok := ServerURL(key)
		if !ok {
			t.Fatalf("Key(%q) = %q, which has no way back", serverURL, key)
		}
		if again, err := Key(back); err != nil || again != key {
			t.Fatalf("Key(%q) = %q, listed as %q, whose key is %q, %v", serverURL, key, back, again, err)
		}
	})
}

// FuzzKeyOneToOne: two server URLs that share a key are one registry, by a
// second reading of the rules that knows no escapes.
func FuzzKeyOneToOne(f *testing.F) {
	f.Add("localhost:5000", "localhost_3A5000")
	f.Add("docker.io", "index.docker.io")
	f.Add("docker.io", "https://docker.io@evil.test/")
	f.Add("a.test/b", "a.test/b_")
	f.Add("a.test:443", "a.test:443:443")
	f.Fuzz(func(t *testing.T, a, b string) {
		keyA, errA := Key(a)
		keyB, errB := Key(b)
		if errA != nil || errB != nil {
			return
		}
		if same := registry(a) == registry(b); same != (keyA == keyB) {
			t.Fatalf("Key(%q) = %q, Key(%q) = %q, yet same registry: %v", a, keyA, b, keyB, same)
		}
	})
}

// FuzzOnlyDockerHubIsDockerHub: nothing but Docker Hub's own hosts has the
// key docker.io, nor a key below it.
func FuzzOnlyDockerHubIsDockerHub(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, serverURL string) {
		key, err := Key(serverURL)
		if err != nil || key != DockerHub && !strings.HasPrefix(key, DockerHub+"/") {
			return
		}
		host, _, _ := strings.Cut(registry(serverURL), "/")
		if host != "docker.io" {
			t.Fatalf("Key(%q) = %q, but the host is %q", serverURL, key, host)
		}
	})
}

// registry is the second reading: host and path of an acceptable server URL,
// as plain text, Docker Hub's hosts made one.
func registry(serverURL string) string {
	s := strings.TrimSpace(serverURL)
	if i := strings.Index(s, "://"); i == 4 && strings.EqualFold(s[:4], "http") || i == 5 && strings.EqualFold(s[:5], "https") {
		s = s[i+3:]
	}
	s, _, _ = strings.Cut(s, "#")
	s, _, _ = strings.Cut(s, "?")
	host, path, slash := strings.Cut(s, "/")
	parts := strings.Split(host, "@")
	lower := []byte(parts[len(parts)-1])
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c | 0x20
		}
	}
	host, _ = strings.CutSuffix(string(lower), ":443")
	switch host {
	case "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com":
		host = "docker.io"
	}
	if path := strings.TrimSuffix(path, "/"); !slash || path == "" || path == "v1" || path == "v2" {
		return host
	}
	return host + "/" + path
}

func TestLookups(t *testing.T) {
	for key, want := range map[string]string{
		"docker.io":        "https://index.docker.io/v1/ docker.io index.docker.io",
		"ghcr.io":          "ghcr.io",
		"localhost_3A5000": "localhost:5000",
		"GHCR.io":          "GHCR.io", // no key: as it is
	} {
		if got := strings.Join(Lookups(key), " "); got != want {
			t.Errorf("Lookups(%q) = %q, want %q", key, got, want)
		}
	}
	for _, serverURL := range Lookups(DockerHub) {
		if !Same(serverURL, DockerHub) {
			t.Errorf("%s is not Docker Hub", serverURL)
		}
	}
	if Same("ghcr.io", DockerHub) || Same("", DockerHub) {
		t.Error("another registry is Docker Hub")
	}
}

func TestWebLogin(t *testing.T) {
	for serverURL, want := range map[string]bool{
		"https://index.docker.io/v1/access-token":         true,
		"https://index.docker.io/v1/refresh-token":        true,
		"docker.io/v1/access-token":                       true,
		"registry-1.docker.io:443/v1/refresh-token":       true,
		"https://registry.hub.docker.com/v1/access-token": true,
		"https://index.docker.io/v1/":                     false,
		"docker.io/access-token":                          false,
		"ghcr.io/v1/access-token":                         false,
		"docker.io.evil.test/v1/access-token":             false,
	} {
		key, err := Key(serverURL)
		if err != nil || WebLogin(key) != want {
			t.Errorf("%s: %v (%v)", serverURL, !want, err)
		}
	}
}
