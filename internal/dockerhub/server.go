package dockerhub

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"docker-credential-ssm/internal/reroute"
)

// Server is a hub behind TLS, with a certificate for all of [Hosts] from an
// authority of its own.
type Server struct {
	*Hub
	CA []byte // the authority's certificate, in PEM

	address string
	mu      sync.Mutex
	servers []*http.Server
}

// Start serves a hub on an address, such as "127.0.0.1:0".
func Start(address string, hub *Hub) (*Server, error) {
	ca, certificate, err := reroute.Certify(Hosts...)
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
	s.mu.Lock()
	s.servers = append(s.servers, server)
	s.mu.Unlock()
	go func() { _ = server.Serve(l) }()
}

// Close stops the server, its proxies and the hub.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, server := range s.servers {
		_ = server.Close()
	}
	s.Hub.Close()
}

// Proxy starts an HTTP proxy on loopback that connects requests for [Hosts] to this
// hub, and refuses all others. With its URL as HTTPS_PROXY, a client reaches this hub
// under Docker Hub's names.
func (s *Server) Proxy() (url string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	s.serve(l, reroute.Tunnel(s.address, Hosts...))
	return "http://" + l.Addr().String(), nil
}
