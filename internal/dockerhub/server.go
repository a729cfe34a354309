package dockerhub

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"time"
)

// Server is a hub behind TLS, with a certificate for all of [Hosts] from an
// authority of its own.
type Server struct {
	*Hub
	CA []byte // the authority's certificate, in PEM

	address string
	servers []*http.Server
}

// Start serves a hub on an address, such as "127.0.0.1:0".
func Start(address string, hub *Hub) (*Server, error) {
	ca, certificate, err := certify(Hosts)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	s := &Server{Hub: hub, CA: ca, address: l.Addr().String()}
	s.serve(tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}}), hub)
	return s, nil
}

func (s *Server) serve(l net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute}
	s.servers = append(s.servers, server)
	go func() { _ = server.Serve(l) }()
}

// Close stops the server, its proxies and the hub.
func (s *Server) Close() {
	for _, server := range s.servers {
		_ = server.Close()
	}
	s.Hub.Close()
}

// Proxy starts an HTTP proxy on loopback that leads whoever asks for one of
// [Hosts] here, and nobody anywhere else. Its URL, as HTTPS_PROXY, makes a client
// that knows nothing of it meet this hub under Docker Hub's names.
func (s *Server) Proxy() (url string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	s.serve(l, http.HandlerFunc(s.tunnel))
	return "http://" + l.Addr().String(), nil
}

func (s *Server) tunnel(w http.ResponseWriter, r *http.Request) {
	known := false
	for _, host := range Hosts {
		known = known || r.Host == host+":443"
	}
	if r.Method != http.MethodConnect || !known {
		http.Error(w, "this proxy knows the way to Docker Hub alone", http.StatusForbidden)
		return
	}
	there, err := net.Dial("tcp", s.address)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer there.Close()
	w.WriteHeader(http.StatusOK)
	here, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer here.Close()
	go func() {
		_, _ = io.Copy(there, buffered)
		_ = there.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(here, there)
}

// certify makes an authority, and a certificate from it for hosts.
func certify(hosts []string) (ca []byte, leaf tls.Certificate, err error) {
	now := time.Now()
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, leaf, err
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "stand-in for Docker Hub"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, authority, authority, &caKey.PublicKey, caKey)
	if err != nil {
		return nil, leaf, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, leaf, err
	}
	certificate := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano() + 1), Subject: pkix.Name{CommonName: hosts[0]}, DNSNames: hosts,
		NotBefore: authority.NotBefore, NotAfter: authority.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, certificate, authority, &key.PublicKey, caKey)
	if err != nil {
		return nil, leaf, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER}), tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
