package ssm

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

func embedded(t *testing.T) []*x509.Certificate {
	t.Helper()
	var certs []*x509.Certificate
	for rest := amazonRoots; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return certs
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		certs = append(certs, cert)
	}
}

// TestRootsAreTheSystems compares the embedded certificates with those that the
// system ships for the same names, where it does.
func TestRootsAreTheSystems(t *testing.T) {
	certs := embedded(t)
	if len(certs) != 5 {
		t.Fatalf("%d embedded certificates, want 5", len(certs))
	}
	system := map[string][]byte{}
	for _, bundle := range []string{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"} {
		data, _ := os.ReadFile(bundle)
		for {
			var block *pem.Block
			if block, data = pem.Decode(data); block == nil {
				break
			}
			if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
				system[cert.Subject.String()] = cert.Raw
			}
		}
	}
	compared := 0
	for _, cert := range certs {
		if raw, ok := system[cert.Subject.String()]; ok {
			compared++
			if !bytes.Equal(raw, cert.Raw) {
				t.Errorf("%s differs from the system's", cert.Subject)
			}
		}
	}
	if compared == 0 {
		t.Skip("the system has no bundle with Amazon's authorities")
	}
}

// TestRootsLast fails two years before an embedded certificate expires, which
// is longer than a build image lives.
func TestRootsLast(t *testing.T) {
	for _, cert := range embedded(t) {
		if !cert.IsCA || time.Until(cert.NotAfter) < 2*365*24*time.Hour {
			t.Errorf("%s expires on %s: embed its successor", cert.Subject, cert.NotAfter.Format(time.DateOnly))
		}
	}
}

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
	old := amazonRoots
	amazonRoots = server.CertPEM()
	t.Cleanup(func() { amazonRoots = old })
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

// TestSecondHandshake: an authority that the embedded roots do not know is
// looked for among the system's, in one more connection, and found or not.
func TestSecondHandshake(t *testing.T) {
	server := tlsStore(t)
	var e *Error
	err := get(t)
	if !errors.As(err, &e) || !strings.Contains(e.Why, "certificate") {
		t.Fatalf("an unknown authority: %v", err)
	}
	if len(server.Calls()) != 0 {
		t.Error("a request was sent to a server that did not verify")
	}
	transport := newTransport()
	transport.system().TLSClientConfig.RootCAs = x509.NewCertPool()
	transport.system().TLSClientConfig.RootCAs.AppendCertsFromPEM(server.CertPEM())
	server.ResetCalls()
	for range 2 { // the second request knows better than to try again
		resp, err := transport.client().Post(server.URL, "text/plain", strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	if conns := server.Connections(); conns != 2 {
		t.Errorf("%d connections, want one that fails and one for all requests", conns)
	}
}

// TestOtherErrorsStand: a certificate for another host is no reason to ask the
// system's store.
func TestOtherErrorsStand(t *testing.T) {
	server := tlsStore(t)
	trust(t, server)
	t.Setenv("AWS_ENDPOINT_URL", strings.Replace(server.URL, "127.0.0.1", "localhost", 1))
	err := get(t)
	var e *Error
	if !errors.As(err, &e) || !strings.Contains(e.Why, "not localhost") && !strings.Contains(e.Why, "valid for") {
		t.Errorf("err = %v, want one about the host name", err)
	}
}

// TestBundles: AWS_CA_BUNDLE, ca_bundle, SSL_CERT_FILE and SSL_CERT_DIR say
// what to trust, and it is that: not the embedded roots any more.
func TestBundles(t *testing.T) {
	server := tlsStore(t)
	dir := t.TempDir()
	own, other := filepath.Join(dir, "own.pem"), filepath.Join(dir, "other.pem")
	for file, data := range map[string][]byte{own: server.CertPEM(), other: amazonRoots} {
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
	for _, variable := range []string{"SSL_CERT_FILE", "SSL_CERT_DIR"} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv(variable, other)
			if amazonPool() != nil {
				t.Error("the short cut is taken, though the user says what to trust")
			}
		})
	}
}
