package main

import (
	"testing"
	"time"

	"docker-credential-ssm/settings"
)

// TestLimit: a registry may have a deadline of its own, and list asks for all.
func TestLimit(t *testing.T) {
	s, err := settings.Parse(nil, "config.json", []byte(`{"plugins": {"docker-credential-ssm": {"timeout": "5s"},
		"docker-credential-ssm/docker.io": {"timeout": "1m"}, "docker-credential-ssm/ghcr.io": {"timeout": "1s"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		verb, key string
		want      time.Duration
	}{{"get", "docker.io", time.Minute}, {"get", "ghcr.io", time.Second}, {"get", "quay.io", 5 * time.Second}, {"list", "", time.Minute}} {
		if got := limit(s, tt.verb, tt.key); got != tt.want {
			t.Errorf("%s %s: %v, want %v", tt.verb, tt.key, got, tt.want)
		}
	}
}
