package settings

import (
	"testing"
	"time"
)

// TestTimeout: a registry may have a timeout of its own, and list asks for all.
func TestTimeout(t *testing.T) {
	s, err := Parse(nil, "config.json", []byte(`{"plugins": {"docker-credential-ssm": {"timeout": "5s"},
		"docker-credential-ssm/docker.io": {"timeout": "1m"}, "docker-credential-ssm/ghcr.io": {"timeout": "1s"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]time.Duration{"docker.io": time.Minute, "ghcr.io": time.Second, "quay.io": 5 * time.Second, "": time.Minute} {
		if got := s.Timeout(key); got != want {
			t.Errorf("%q: %v, want %v", key, got, want)
		}
	}
}

// TestMapped: a registry that credHelpers gives to another helper is not expected here.
func TestMapped(t *testing.T) {
	s, err := Parse(nil, "config.json", []byte(`{"credHelpers": {"https://index.docker.io/v1/": "ssm", "ghcr.io": "desktop", "quay.io": ""}}`))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]bool{"docker.io": true, "ghcr.io": false, "quay.io": false, "other.test": false} {
		if s.Mapped(key) != want {
			t.Errorf("%s: %v", key, !want)
		}
	}
	if keys := s.Keys(); len(keys) != 1 || keys[0] != "docker.io" {
		t.Errorf("%q", keys)
	}
}
