package transport

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"os"
	"testing"
	"time"

	"docker-credential-ssm/internal/testenv"
)

func embedded(t *testing.T) []*x509.Certificate {
	t.Helper()
	var certs []*x509.Certificate
	for rest := AmazonRoots; ; {
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

// TestOwnRoots: where the user says what to trust, Amazon's authorities are not trusted
// besides.
func TestOwnRoots(t *testing.T) {
	testenv.Isolate(t)
	for _, variable := range []string{"SSL_CERT_FILE", "SSL_CERT_DIR"} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv("SSL_CERT_FILE", "")
			t.Setenv("SSL_CERT_DIR", "")
			if New().amazon == nil {
				t.Error("Amazon's authorities are not trusted")
			}
			t.Setenv(variable, t.TempDir())
			if New().amazon != nil {
				t.Error("they are trusted besides")
			}
		})
	}
}
