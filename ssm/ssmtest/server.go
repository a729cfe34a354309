// Package ssmtest is a test server in place of Parameter Store, Secrets Manager and
// STS. It listens on loopback and implements AWS's wire protocols, as net/http/httptest
// does for HTTP.
//
// A test points an AWS SDK, or the AWS CLI, at [Server.URL] (AWS_ENDPOINT_URL)
// and may use any access key. [Server.Put] and [Server.PutSecret] store
// parameters and secrets, as an administrator would; [Server.Fail] and its short
// forms make calls fail; [Server.Calls] tells what was asked, by whom and on which
// connection.
//
// The server answers Systems Manager's and Secrets Manager's AWS JSON 1.1 and, for
// roles, STS's query protocol. It keeps AWS's rules on names, versions, tiers and keys,
// in AWS's words where those are known. It differs from AWS in three ways: it reads the
// caller from the request's Signature V4 but does not verify the signature; every
// Region has the same parameters, and the same secrets unless a test or the API made
// them in one Region; and everything in the callers' own account is allowed unless a
// test denies it. The package does not import testing, so that the demo can use it too.
package ssmtest

import (
	"context"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
)

// AccountID is the account that all callers belong to.
const AccountID = "111122223333"

// Server is a Parameter Store and a Secrets Manager. It is safe for concurrent use.
type Server struct {
	// URL is the endpoint: http://127.0.0.1:port, or https.
	URL string

	http    *httptest.Server
	closing chan struct{}
	once    sync.Once

	mu         sync.Mutex
	parameters map[string]*parameter // of the callers' account, by name
	shared     map[string]*parameter // of other accounts, by ARN
	secrets    []*secret             // of all accounts and Regions
	sessions   map[string]session    // of assumed roles, by access key
	faults     []*Fault
	kmsDenied  []kmsDenial
	disabled   map[string]bool // KMS keys
	limit      bucket
	calls      []*Call
	accepted   int // connections
	forgotten  int // connections before the last ResetCalls
}

// NewServer starts a server without TLS.
func NewServer() *Server { return start((*httptest.Server).Start) }

// NewTLSServer starts a server with TLS, up to 1.3, and a certificate for
// 127.0.0.1 that is its own root, see [Server.CertPEM].
func NewTLSServer() *Server { return start((*httptest.Server).StartTLS) }

type connKey struct{}

func start(how func(*httptest.Server)) *Server {
	s := &Server{
		closing:    make(chan struct{}),
		parameters: map[string]*parameter{},
		shared:     map[string]*parameter{},
		sessions:   map[string]session{},
		disabled:   map[string]bool{},
	}
	s.http = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.http.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that a test wants to fail
	s.http.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.accepted++
		return context.WithValue(ctx, connKey{}, s.accepted)
	}
	how(s.http)
	s.URL = s.http.URL
	return s
}

// Close stops the server, and breaks off the answers that are delayed.
// Closing twice is harmless.
func (s *Server) Close() {
	s.once.Do(func() {
		close(s.closing)
		s.http.CloseClientConnections()
		s.http.Close()
	})
}

// CertPEM is the certificate of a TLS server, for AWS_CA_BUNDLE; nil without TLS.
func (s *Server) CertPEM() []byte {
	cert := s.http.Certificate()
	if cert == nil {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}
