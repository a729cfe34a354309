package ssm

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/ssm/ssmtest"
)

// tlsStore is a Parameter Store with TLS and one credential.
func tlsStore(t *testing.T) *ssmtest.Server {
	t.Helper()
	server := ssmtest.NewTLSServer()
	t.Cleanup(server.Close)
	testenv.Isolate(t)
	useServer(t, server.URL)
	server.Put(ssmtest.Parameter{Name: "/CodeBuild/docker-credentials/docker.io", Value: `{"username":"alice","password":"s3cret"}`})
	return server
}

// trust makes a server's certificate one of the embedded roots.
func trust(t *testing.T, server *ssmtest.Server) {
	t.Helper()
	old := transport.AmazonRoots
	transport.AmazonRoots = server.CertPEM()
	t.Cleanup(func() { transport.AmazonRoots = old })
}

func get(t *testing.T) error {
	t.Helper()
	username, secret, err := open(t, nil).Get(context.Background(), "docker.io")
	if err == nil && (username != "alice" || secret != "s3cret") {
		t.Errorf("got %q, %q", username, secret)
	}
	return err
}

// TestOneConnection: a get is one connection, with its handshake, and one
// request, where the embedded roots know the authority.
func TestOneConnection(t *testing.T) {
	server := tlsStore(t)
	trust(t, server)
	if err := get(t); err != nil {
		t.Fatal(err)
	}
	if calls, conns := len(server.Calls()), server.Connections(); calls != 1 || conns != 1 {
		t.Errorf("%d calls on %d connections, want 1 on 1", calls, conns)
	}
}

// TestOneConnectionForASecret: the same holds for a secret of Secrets Manager.
func TestOneConnectionForASecret(t *testing.T) {
	server := tlsStore(t)
	trust(t, server)
	server.PutSecret("hub", `{"username":"alice","password":"s3cret"}`)
	s := open(t, map[string]map[string]string{"docker-credential-ssm/docker.io": {"secret": "hub"}})
	username, secret, err := s.Get(context.Background(), "docker.io")
	if err != nil || username != "alice" || secret != "s3cret" {
		t.Fatalf("got %q, %q, %v", username, secret, err)
	}
	if calls, conns := len(server.Calls()), server.Connections(); calls != 1 || conns != 1 {
		t.Errorf("%d calls on %d connections, want 1 on 1", calls, conns)
	}
}

// TestUnknownAuthority: one that neither the embedded roots nor the system know
// gets no request.
func TestUnknownAuthority(t *testing.T) {
	server := tlsStore(t)
	var e *Error
	err := get(t)
	if !errors.As(err, &e) || !strings.Contains(e.Why, "certificate") {
		t.Fatalf("an unknown authority: %v", err)
	}
	if len(server.Calls()) != 0 {
		t.Error("a request was sent to a server that did not verify")
	}
}

// TestOtherErrorsStand: a certificate for another host is no reason to ask the
// system's store, which would be a second handshake with the same error.
func TestOtherErrorsStand(t *testing.T) {
	server := tlsStore(t)
	trust(t, server)
	t.Setenv("AWS_ENDPOINT_URL", strings.Replace(server.URL, "127.0.0.1", "localhost", 1))
	err := get(t)
	if d := transport.Diagnose(err); d.Certificate != transport.WrongName {
		t.Errorf("err = %v, want one about the host name", err)
	}
	if n := server.Connections(); n != 1 {
		t.Errorf("%d handshakes, want 1", n)
	}
}

// TestContainerClient: the credentials of a container come through the package's
// transport, which reads no more than a megabyte, with a bundle too.
func TestContainerClient(t *testing.T) {
	server := tlsStore(t)
	trust(t, server)
	container := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(`{"AccessKeyId":"ASIACONTAINER","SecretAccessKey":"s","Token":"` + strings.Repeat("t", 1<<20) + `"}`))
	}))
	defer container.Close()
	_ = os.Unsetenv("AWS_ACCESS_KEY_ID")
	_ = os.Unsetenv("AWS_SECRET_ACCESS_KEY")
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", container.URL+"/credentials")
	bundle := filepath.Join(t.TempDir(), "bundle.pem")
	if err := os.WriteFile(bundle, server.CertPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"", bundle} {
		t.Setenv("AWS_CA_BUNDLE", file)
		if err := get(t); !errors.Is(err, transport.ErrTooLong) {
			t.Errorf("AWS_CA_BUNDLE=%s: %v, want an answer that is too long", file, err)
		}
	}
}

// TestBundles: AWS_CA_BUNDLE, ca_bundle, SSL_CERT_FILE and SSL_CERT_DIR say
// what to trust, and it is that: not the embedded roots any more.
func TestBundles(t *testing.T) {
	server := tlsStore(t)
	dir := t.TempDir()
	own, other := filepath.Join(dir, "own.pem"), filepath.Join(dir, "other.pem")
	for file, data := range map[string][]byte{own: server.CertPEM(), other: transport.AmazonRoots} {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	profile := func(bundle string) string {
		file := filepath.Join(t.TempDir(), "config")
		if err := os.WriteFile(file, []byte("[default]\nca_bundle = "+bundle+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	for _, tt := range []struct{ variable, own, other string }{
		{"AWS_CA_BUNDLE", own, other},
		{"AWS_CONFIG_FILE", profile(own), profile(other)},
	} {
		t.Run(tt.variable, func(t *testing.T) {
			t.Setenv(tt.variable, tt.own)
			if err := get(t); err != nil {
				t.Error(err)
			}
			trust(t, server)
			t.Setenv(tt.variable, tt.other)
			if err := get(t); err == nil {
				t.Error("the embedded roots were asked, though the user says what to trust")
			}
		})
	}
}

// TestCertificateFile: SSL_CERT_FILE that is not there is named, where a server's
// authority is unknown; Go does not mind it.
func TestCertificateFile(t *testing.T) {
	server := tlsStore(t)
	none := filepath.Join(t.TempDir(), "none.pem")
	t.Setenv("SSL_CERT_FILE", none)
	t.Setenv("SSL_CERT_DIR", t.TempDir())
	var e *Error
	if err := get(t); !errors.As(err, &e) || e.Cause != "bundle" || !strings.Contains(e.Why, "SSL_CERT_FILE names "+none) {
		t.Errorf("err = %v", err)
	}
	if len(server.Calls()) != 0 {
		t.Error("a request was sent to a server that did not verify")
	}
}
