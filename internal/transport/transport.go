// Package transport is the [http.RoundTripper] of the AWS SDK's requests. It differs
// from [http.Transport] in these ways.
//
// A server's certificate is verified against Amazon's roots first. Only where its
// authority is not one of them (a proxy that inspects TLS, a private endpoint, a test
// server), the handshake is repeated with the system's trust store. Any other TLS error
// is returned.
//
// The connection to an endpoint can be opened ahead of the first request.
//
// The metadata service of EC2 has a short timeout until it has answered once.
//
// A proxy is used as the environment says, but never for an address that would be
// another machine for the proxy, such as a link-local one; see proxies.
//
// An answer is at most 1 MB, and no error contains text that a server sent: [Diagnose]
// returns the cause in parts that can be shown.
//
// The package does not import the SDK, so that a handshake can begin while the SDK's
// packages initialise: see package start.
package transport

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Transport sends requests to AWS. It is safe for concurrent use.
type Transport struct {
	amazon   *http.Transport        // nil where the system's store is to be asked at once
	system   func() *http.Transport // made when it is needed, like the next one
	metadata metadataService
	proxies  func() *proxies // reads the environment when a proxy is first asked for

	mu    sync.Mutex
	known map[string]bool // hosts that Amazon's roots do not verify
	ahead map[string]*ahead
}

// New returns a Transport that has opened nothing.
func New() *Transport {
	t := NewWithRoots(nil)
	if pool := amazonPool(); pool != nil {
		t.amazon = plainTransport(t.proxies)
		t.amazon.TLSClientConfig.RootCAs = pool
	}
	return t
}

// NewWithRoots returns a Transport that trusts a pool of authorities and no
// others; nil is the system's trust store.
//
// It discards the output of package log, which the program does not use, for the whole
// process: net/http logs what a server sends without a request, and that log cannot be
// set elsewhere.
func NewWithRoots(pool *x509.CertPool) *Transport {
	log.SetOutput(io.Discard)
	t := &Transport{proxies: sync.OnceValue(proxiesFromEnvironment), known: map[string]bool{}, ahead: map[string]*ahead{}}
	t.system = sync.OnceValue(func() *http.Transport {
		tr := plainTransport(t.proxies)
		tr.TLSClientConfig.RootCAs = pool
		return tr
	})
	return t
}

// plainTransport has the timeouts of the SDK's own and its minimum of TLS 1.2;
// with nil, no proxy. It leaves HTTP/2 out: one request at a time has no use for it, and
// making it ready costs more than a signature. It has no limit to connections:
// one opened ahead counts as closed, but not as opened, against that, and net/http
// panics when the count falls below nothing.
// Source: github.com/aws/aws-sdk-go-v2/aws/transport/http
func plainTransport(p func() *proxies) *http.Transport {
	tr := &http.Transport{
		DialContext:           (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		// The longest header of AWS is 1 KB. net/http would keep 10 MB, in a buffer that
		// is four times as large while it grows.
		MaxResponseHeaderBytes: maxHeader,
		DisableCompression:     true, // an answer is small, and 1 MB can be made of 1 KB
	}
	if p != nil {
		tr.Proxy, tr.OnProxyConnectResponse = choose(p), proxyAnswered
	}
	return tr
}

// Client is the transport as the SDK wants it. It follows no redirects: no
// endpoint of AWS that the program asks sends any, and a signature is for one
// host.
func (t *Transport) Client() *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &watch{}
	if stage, ok := r.Context().Value(stageKey{}).(*atomic.Pointer[func(error) error]); ok {
		at := func(ended error) error { return t.ended(r, w, ended) }
		stage.Store(&at)
	}
	resp, err := t.send(r, w)
	if err != nil {
		return nil, t.failed(r, w, err)
	}
	// A redirect is not followed, and http.Client must not try to read where it leads to.
	resp.Header.Del("Location")
	// An answer that breaks off is an error of its request: the SDK's decoders stop at the
	// end of a document, and would take one whose answer goes on.
	text, err := whole(resp.Body, longest(r))
	if err != nil {
		return nil, t.failed(r, w, err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(text))
	return resp, nil
}

func (t *Transport) send(r *http.Request, w *watch) (*http.Response, error) {
	watched := r.WithContext(w.context(r.Context()))
	if isMetadata(r.URL) {
		return t.metadata.send(watched, w)
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
		again := watched.Clone(watched.Context())
		if len(body) != 0 {
			again.Body = io.NopCloser(bytes.NewReader(body))
		} else if r.Body != nil {
			again.Body = http.NoBody // or a POST of nothing would be sent in chunks
		}
		return to.RoundTrip(again)
	}
	conn, err := t.opened(r, w)
	if err != nil {
		return nil, err
	}
	if conn != nil {
		w.begun.Store(true)
		return send(conn)
	}
	var resp *http.Response
	err = t.verified(r.URL.Host, func(tr *http.Transport) (err error) {
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
