package transport

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"runtime"
)

// ahead is a connection that was opened before there was a request for it.
type ahead struct {
	ready chan struct{} // closed when there is one, or none
	conn  *http.ClientConn
}

// Open begins to open a connection to an endpoint, if it is not doing so
// already. It does not wait for it.
func (t *Transport) Open(ctx context.Context, endpoint *url.URL) {
	if endpoint == nil {
		return
	}
	a := &ahead{ready: make(chan struct{})}
	address := endpoint.Host
	if endpoint.Port() == "" {
		address = net.JoinHostPort(endpoint.Hostname(), map[string]string{"https": "443", "http": "80"}[endpoint.Scheme])
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
		_ = t.verified(endpoint.Host, func(tr *http.Transport) (err error) {
			a.conn, err = tr.NewClientConn(ctx, endpoint.Scheme, address)
			return err
		})
	}()
	// Let it begin now: another thread would take up to a millisecond to wake.
	runtime.Gosched()
}

// opened returns the connection that was opened ahead to the host of a
// request, as long as it can take one. An error while it was opened is left to
// the request itself, which will meet it again.
func (t *Transport) opened(r *http.Request) *http.ClientConn {
	t.mu.Lock()
	a := t.ahead[r.URL.Scheme+"://"+r.URL.Host]
	t.mu.Unlock()
	if a == nil {
		return nil
	}
	select {
	case <-a.ready:
	case <-r.Context().Done():
		return nil
	}
	if a.conn == nil || a.conn.Err() != nil || a.conn.Available() == 0 {
		return nil
	}
	return a.conn
}
