package main

import (
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"docker-credential-ssm/internal/reroute"
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
	host := "api.ecr." + region + ".amazonaws.com"
	text, cert, err := reroute.Certify(host)
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
	e.proxy = httptest.NewServer(reroute.Tunnel(e.server.Listener.Addr().String(), host))
	return e, nil
}

func (e *ecr) close() {
	e.server.Close()
	e.proxy.Close()
}
