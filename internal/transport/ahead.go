package transport

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"runtime"
)

// ahead is a connection that was opened before there was a request for it.
type ahead struct {
	ready chan struct{} // closed when there is one, or none
	conn  *http.ClientConn
	err   error // for which there is none
	watch watch
}

// Open starts opening a connection to an endpoint, unless it has already. It does not
// wait for the connection.
func (t *Transport) Open(ctx context.Context, endpoint *url.URL) {
	if endpoint == nil {
		return
	}
	a := &ahead{ready: make(chan struct{})}
	address := endpoint.Host
	if endpoint.Port() == "" {
		address = net.JoinHostPort(endpoint.Hostname(), defaultPort(endpoint.Scheme))
	}
	origin := endpoint.Scheme + "://" + endpoint.Host
	t.mu.Lock()
	begun := t.ahead[origin] != nil
	if !begun {
		t.ahead[origin] = a
	}
	t.mu.Unlock()
	if begun {
		return
	}
	go func() {
		defer close(a.ready)
		ctx := a.watch.context(context.WithValue(ctx, askedFor{}, endpoint))
		a.err = t.verified(endpoint.Host, func(tr *http.Transport) (err error) {
			a.conn, err = tr.NewClientConn(ctx, endpoint.Scheme, address)
			return err
		})
	}()
	// Let it begin now: another thread would take up to a millisecond to wake.
	runtime.Gosched()
}

// opened returns and reserves the connection that was opened ahead to the host of a
// request, as long as it can take one; nil and no error for none. A certificate
// that did not verify does not verify the next time. Any other error is left to
// the request itself, which may not meet it again.
func (t *Transport) opened(r *http.Request, w *watch) (*http.ClientConn, error) {
	t.mu.Lock()
	a := t.ahead[r.URL.Scheme+"://"+r.URL.Host]
	t.mu.Unlock()
	if a == nil {
		return nil, nil
	}
	select {
	case <-a.ready:
	case <-r.Context().Done():
		w.lookingUp.Store(a.watch.lookingUp.Load())
		return nil, r.Context().Err()
	}
	if unverified := as[*tls.CertificateVerificationError](a.err); unverified != nil {
		return nil, unverified
	}
	// Of two requests at once, the second would wait for the first one's answer.
	if a.conn == nil || a.conn.Err() != nil || a.conn.Reserve() != nil {
		return nil, nil
	}
	return a.conn, nil
}
