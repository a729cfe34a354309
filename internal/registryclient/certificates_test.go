package registryclient

import (
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// TestTrust: a registry is trusted for the authority that Docker trusts it for, and
// for no other registry's.
func TestTrust(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the folder's name has a colon in it")
	}
	home := testenv.Isolate(t)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if _, password, _ := q.BasicAuth(); password != "s3cret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	host := strings.TrimPrefix(s.URL, "https://")
	key := strings.ReplaceAll(host, ":", "_3A")
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	give := func(name string) {
		folder := filepath.Join(home, ".docker", "certs.d", name)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "ca.crt"), authority, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	give("another.example")
	var unreachable *UnreachableError
	if err := New(key).secured().SignIn(t.Context(), "alice", "s3cret"); !errors.As(err, &unreachable) || !unreachable.Certificate {
		t.Errorf("without its authority: %v", err)
	}
	give(host)
	if err := New(key).secured().SignIn(t.Context(), "alice", "s3cret"); err != nil {
		t.Errorf("with its authority: %v", err)
	}
}

// secured is the client of a registry elsewhere: plain HTTP is not tried.
func (r *Client) secured() *Client {
	next := r.HTTP.Transport
	r.HTTP.Transport = secured{next}
	return r
}

type secured struct{ http.RoundTripper }

func (s secured) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.URL.Scheme == "http" { // the error of https is the one to see
		q = q.Clone(q.Context())
		q.URL.Scheme = "https"
	}
	return s.RoundTripper.RoundTrip(q)
}
