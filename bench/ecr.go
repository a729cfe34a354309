package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"
)

// ecr is a stand-in for the one call of ECR that docker-credential-ecr-login
// makes. Its SDK knows no variable for an endpoint, but it does know proxies:
// the bench's proxy leads every connection to the stand-in.
type ecr struct {
	server *httptest.Server
	proxy  *httptest.Server
	roots  string // a file
}

func startECR(tmp string) (*ecr, error) {
	cert, text, err := selfSigned("api.ecr." + region + ".amazonaws.com")
	if err != nil {
		return nil, err
	}
	e := &ecr{roots: filepath.Join(tmp, "ecr.pem")}
	if err := os.WriteFile(e.roots, text, 0o600); err != nil {
		return nil, err
	}
	e.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		fmt.Fprintf(w, `{"authorizationData":[{"authorizationToken":%q,"expiresAt":%d,"proxyEndpoint":"https://111122223333.dkr.ecr.%s.amazonaws.com"}]}`,
			base64.StdEncoding.EncodeToString([]byte("AWS:s3cret")), time.Now().Add(12*time.Hour).Unix(), region)
	}))
	e.server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	e.server.StartTLS()
	e.proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		there, err := net.Dial("tcp", e.server.Listener.Addr().String())
		if err != nil || r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer there.Close()
		w.WriteHeader(http.StatusOK)
		here, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer here.Close()
		go func() { _, _ = io.Copy(there, here); _ = there.Close() }()
		_, _ = io.Copy(here, there)
	}))
	return e, nil
}

func (e *ecr) close() {
	e.server.Close()
	e.proxy.Close()
}

func selfSigned(host string) (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bench"}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
