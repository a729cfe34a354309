package ssm

import (
	"bytes"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"sync"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// transport sends the SDK's requests, with three ways of its own.
//
// A server is verified against Amazon's roots first. When, and only when, its
// chain ends in an authority that they do not know (a proxy that inspects TLS,
// a private endpoint, a test server), the handshake is done again with the
// system's trust store. Every other error of TLS stands.
//
// The connection to Parameter Store can be opened ahead of the first request,
// while credentials are still being fetched.
//
// The metadata service of EC2 is given up soon when it does not answer at all.
type transport struct {
	amazon   *http.Transport        // nil where the system's store is to be asked at once
	system   func() *http.Transport // made when it is needed, like the next one
	metadata metadataService

	mu    sync.Mutex
	known map[string]bool // hosts that Amazon's roots do not verify
	ahead map[string]*ahead
}

func newTransport() *transport {
	t := &transport{system: sync.OnceValue(plainTransport), known: map[string]bool{}, ahead: map[string]*ahead{}}
	if pool := amazonPool(); pool != nil {
		t.amazon = plainTransport()
		t.amazon.TLSClientConfig.RootCAs = pool
	}
	return t
}

// plainTransport is the SDK's own, with its timeouts, its proxies and its
// minimum of TLS 1.2.
func plainTransport() *http.Transport {
	t := awshttp.NewBuildableClient().GetTransport()
	// One request at a time has no use for HTTP/2, and making it ready costs
	// more than a signature.
	t.ForceAttemptHTTP2 = false
	// A connection opened ahead counts as closed, but not as opened, against a
	// limit, and net/http panics when the count falls below nothing.
	t.MaxConnsPerHost = 0
	return t
}

// client is the transport as the SDK wants it. It follows no redirects: no
// endpoint of AWS that the program asks sends any, and a signature is for one
// host.
func (t *transport) client() *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// RoundTrip implements [http.RoundTripper].
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
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
func (t *transport) verified(host string, do func(*http.Transport) error) error {
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
