package transport

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"
)

// certified is a server with a certificate of an authority, which counts its
// connections.
func certified(t *testing.T, template *x509.Certificate) (*httptest.Server, *x509.Certificate, *atomic.Int32) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "An\x1b[31m \u202eauthority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().AddDate(-30, 0, 0), NotAfter: time.Now().AddDate(30, 0, 0), KeyUsage: x509.KeyUsageCertSign,
	}
	template.SerialNumber = big.NewInt(2)
	raw, err := x509.CreateCertificate(rand.Reader, authority, authority, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if authority, err = x509.ParseCertificate(raw); err != nil {
		t.Fatal(err)
	}
	if raw, err = x509.CreateCertificate(rand.Reader, template, authority, &key.PublicKey, key); err != nil {
		t.Fatal(err)
	}
	var connections atomic.Int32
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, authority, &connections
}

// TestCertificates: what is wrong with a certificate, in words of its fields, and
// the number of connections it takes to find out: a second one only to ask the
// system's store for an authority. A retryer stands above.
func TestCertificates(t *testing.T) {
	now := time.Now()
	local := []net.IP{net.IPv4(127, 0, 0, 1)}
	long := strings.Repeat("a", 60) + ".example"
	for name, tt := range map[string]struct {
		template x509.Certificate
		unknown  bool
		fault    CertificateFault
		detail   string
	}{
		"expired":       {x509.Certificate{IPAddresses: local, NotBefore: now.AddDate(-2, 0, 0), NotAfter: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).AddDate(-1, 0, 0)}, false, Expired, "expired on 2025-01-02"},
		"not yet valid": {x509.Certificate{IPAddresses: local, NotBefore: time.Date(2126, 1, 2, 0, 0, 0, 0, time.UTC), NotAfter: now.AddDate(120, 0, 0)}, false, NotYetValid, "valid from 2126-01-02"},
		"other name":    {x509.Certificate{DNSNames: []string{"a.example", "b\x1b[31m.example"}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0)}, false, WrongName, "valid for a.example, b[31m.example, not 127.0.0.1"},
		"many names":    {x509.Certificate{DNSNames: []string{long, long, "c.example", "d.example"}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0)}, false, WrongName, "valid for " + long[:39] + "…, " + long[:39] + "…, c.example and others, not 127.0.0.1"},
		"no name":       {x509.Certificate{NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0)}, false, WrongName, "valid for no host name, not 127.0.0.1"},
		"authority":     {x509.Certificate{IPAddresses: local, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0)}, true, UnknownAuthority, "issued by An[31m authority"},
		"purpose":       {x509.Certificate{IPAddresses: local, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}}, false, OtherFault, ""},
	} {
		for _, ahead := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				environment(t, nil)
				s, authority, connections := certified(t, &tt.template)
				tr := New()
				tr.system().TLSClientConfig.RootCAs = x509.NewCertPool()
				tr.amazon.TLSClientConfig.RootCAs = x509.NewCertPool()
				if !tt.unknown {
					tr.amazon.TLSClientConfig.RootCAs.AddCert(authority)
					tr.system().TLSClientConfig.RootCAs.AddCert(authority)
				}
				if ahead {
					u, _ := url.Parse(s.URL)
					tr.Open(t.Context(), u)
				}
				err := fetch(tr, request(t, s.URL))
				want := Diagnosis{Kind: Certificate, Certificate: tt.fault, Host: s.Listener.Addr().String(), Detail: tt.detail}
				if got := Diagnose(err); got != want {
					t.Errorf("%+v\nwant %+v\nof %v", got, want, err)
				}
				if strings.ContainsFunc(err.Error(), unicode.IsControl) {
					t.Errorf("%q", err)
				}
				if !errors.As(err, new(*tls.CertificateVerificationError)) {
					t.Errorf("%#v has lost its type", err)
				}
				tries := int32(1)
				if tt.unknown {
					tries = 2
				}
				if n := connections.Load(); n != tries {
					t.Errorf("%d connections, want %d", n, tries)
				}
			})
		}
	}
}
