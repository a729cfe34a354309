package dockerhub

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// TestHub pulls from it with a client of the field, under Docker Hub's names.
func TestHub(t *testing.T) {
	hub := New()
	s, err := Start("127.0.0.1:0", hub)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	proxy, err := s.Proxy()
	if err != nil {
		t.Fatal(err)
	}
	way, _ := url.Parse(proxy)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(s.CA)
	rt := &http.Transport{Proxy: http.ProxyURL(way), TLSClientConfig: &tls.Config{RootCAs: pool}}
	defer rt.CloseIdleConnections()

	img, err := random.Image(1000, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, image := range []string{"library/alpine:3", "alice/app:latest"} {
		if err := hub.Push(image, img); err != nil {
			t.Fatal(err)
		}
	}
	hub.SetPrivate("alice/app")
	hub.SetAccount("alice", Account{Password: "s3cret", Quota: Quota{Limit: 200, Remaining: 200}})
	hub.SetAnonymous(Quota{Limit: 100, Remaining: 1})

	pull := func(image string, auth authn.Authenticator) int {
		t.Helper()
		ref, err := name.ParseReference(image)
		if err != nil {
			t.Fatal(err)
		}
		_, err = remote.Get(ref, remote.WithTransport(rt), remote.WithAuth(auth))
		var refused *transport.Error
		switch {
		case err == nil:
			return http.StatusOK
		case errors.As(err, &refused):
			return refused.StatusCode
		}
		t.Fatal(err)
		return 0
	}
	alice := &authn.Basic{Username: "alice", Password: "s3cret"}
	for _, step := range []struct {
		image  string
		auth   authn.Authenticator
		status int
	}{
		{"alpine:3", authn.Anonymous, 200},
		{"alpine:3", authn.Anonymous, 429}, // that was the last one
		{"alpine:3", alice, 200},
		{"alice/app", alice, 200},
		{"alice/app", authn.Anonymous, 401},
		{"alice/app", &authn.Basic{Username: "alice", Password: "wrong"}, 401},
	} {
		if status := pull(step.image, step.auth); status != step.status {
			t.Errorf("%s: status %d, want %d", step.image, status, step.status)
		}
	}
	if pulls := hub.Pulls(); pulls[""] != 1 || pulls["alice"] != 2 {
		t.Errorf("pulls: %v", pulls)
	}
	if _, err := remote.Get(name.MustParseReference("example.com/x"), remote.WithTransport(rt)); err == nil {
		t.Error("the proxy leads elsewhere too")
	}
}
