package transport

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
)

// watch notes how far a request, or a connection that is opened ahead, has come,
// which net/http's errors do not say.
type watch struct {
	begun     atomic.Bool // it has, or wants, a connection: what fails before is our own fault
	lookingUp atomic.Bool // the host's name is being looked up, or was not found before the end
	handshake atomic.Bool // the last handshake failed
	answered  atomic.Bool // the server has sent something
	connected atomic.Bool // to the server or, where there is one, to the proxy
	tunnel    atomic.Bool // the proxy has connected
}

// watchKey finds the watch of a context.
type watchKey struct{}

func (w *watch) context(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(context.WithValue(ctx, watchKey{}, w), &httptrace.ClientTrace{
		GetConn:  func(string) { w.begun.Store(true) },
		DNSStart: func(httptrace.DNSStartInfo) { w.lookingUp.Store(true) },
		DNSDone:  func(done httptrace.DNSDoneInfo) { w.lookingUp.Store(done.Err != nil) },
		ConnectDone: func(_, _ string, err error) {
			if err == nil {
				w.connected.Store(true)
			}
		},
		TLSHandshakeDone:     func(_ tls.ConnectionState, err error) { w.handshake.Store(err != nil) },
		GotFirstResponseByte: func() { w.answered.Store(true) },
	})
}

// proxyFailed reports whether a request to a URL failed at the proxy, before that had
// connected: net/http says so only of a proxy that cannot be reached.
func (w *watch) proxyFailed(u *url.URL, p proxy) bool {
	return p.url != nil && strings.HasPrefix(p.url.Scheme, "http") && u.Scheme == "https" && w.connected.Load() && !w.tunnel.Load()
}
