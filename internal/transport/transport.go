// Package transport sends the AWS SDK's requests, as [http.RoundTripper], with
// three ways of its own.
//
// A server is verified against Amazon's roots first. When, and only when, its
// chain ends in an authority that they do not know (a proxy that inspects TLS,
// a private endpoint, a test server), the handshake is done again with the
// system's trust store. Every other error of TLS stands.
//
// The connection to an endpoint can be opened ahead of the first request.
//
// The metadata service of EC2 is given up soon when it does not answer at all.
//
// The package does without the SDK, so that a handshake can begin before Go has
// initialised that: see package early.
package transport

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Transport is the way to AWS. It is safe for concurrent use.
type Transport struct {
	amazon   *http.Transport        // nil where the system's store is to be asked at once
	system   func() *http.Transport // made when it is needed, like the next one
	metadata metadataService

	mu    sync.Mutex
	known map[string]bool // hosts that Amazon's roots do not verify
	ahead map[string]*ahead
}

// New returns a Transport that has opened nothing.
func New() *Transport {
	t := &Transport{system: sync.OnceValue(plainTransport), known: map[string]bool{}, ahead: map[string]*ahead{}}
	if pool := amazonPool(); pool != nil {
		t.amazon = plainTransport()
		t.amazon.TLSClientConfig.RootCAs = pool
	}
	return t
}

// plainTransport has the timeouts of the SDK's own, its proxies and its minimum
// of TLS 1.2. It leaves HTTP/2 out: one request at a time has no use for it, and
// making it ready costs more than a signature. It has no limit to connections:
// one opened ahead counts as closed, but not as opened, against that, and net/http
// panics when the count falls below nothing.
// Source: github.com/aws/aws-sdk-go-v2/aws/transport/http
func plainTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
	}
}

// Client is the transport as the SDK wants it. It follows no redirects: no
// endpoint of AWS that the program asks sends any, and a signature is for one
// host.
func (t *Transport) Client() *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if isMetadata(r.URL) {
		return t.metadata.RoundTrip(r)
	}
	// The body is a few hundred bytes, and has to outlive a handshake that
	// fails: a transport closes it in any case.
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		_ = r.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	send := func(to http.RoundTripper) (*http.Response, error) {
		again := r.Clone(r.Context())
		if r.Body != nil {
			again.Body = io.NopCloser(bytes.NewReader(body))
		}
		return to.RoundTrip(again)
	}
	if conn := t.opened(r); conn != nil {
		return send(conn)
	}
	var resp *http.Response
	err := t.verified(r.URL.Host, func(tr *http.Transport) (err error) {
		resp, err = send(tr)
		return err
	})
	return resp, err
}

// verified does something that begins with a handshake, with Amazon's roots
// or, where they do not know the authority, with the system's.
func (t *Transport) verified(host string, do func(*http.Transport) error) error {
	t.mu.Lock()
	skip := t.amazon == nil || t.known[host]
	t.mu.Unlock()
	if !skip {
		err := do(t.amazon)
		var unknown x509.UnknownAuthorityError
		if !errors.As(err, &unknown) {
			return err
		}
		t.mu.Lock()
		t.known[host] = true
		t.mu.Unlock()
	}
	return do(t.system())
}
