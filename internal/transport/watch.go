package transport

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"sync/atomic"
)

// watch notes how far a request, or a connection that is opened ahead, has come,
// which net/http's errors do not say.
type watch struct {
	begun     atomic.Bool // it has, or wants, a connection: what fails before is our own fault
	lookingUp atomic.Bool // the host's name is being looked up, or was not found before the end
	handshake atomic.Bool // the last handshake failed
	answered  atomic.Bool // the server has sent something
}

func (w *watch) context(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn:              func(string) { w.begun.Store(true) },
		DNSStart:             func(httptrace.DNSStartInfo) { w.lookingUp.Store(true) },
		DNSDone:              func(done httptrace.DNSDoneInfo) { w.lookingUp.Store(done.Err != nil) },
		TLSHandshakeDone:     func(_ tls.ConnectionState, err error) { w.handshake.Store(err != nil) },
		GotFirstResponseByte: func() { w.answered.Store(true) },
	})
}
