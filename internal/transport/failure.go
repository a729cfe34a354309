package transport

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
)

// failure is what a request fails with. Its text is made of what this package knows,
// and so is that of every error in it that is not of a type with fields of its own:
// net/http quotes what a server sent, which may be a secret or a control sequence of a
// terminal.
type failure struct {
	host  string // with the port, if the URL had one
	proxy proxy
	err   error
}

func (f *failure) Error() string { return Diagnose(f).String() }
func (f *failure) Unwrap() error { return f.err }

// Timeout is what [url.Error] looks for, in the error that it holds alone.
func (f *failure) Timeout() bool {
	var timeout interface{ Timeout() bool }
	return errors.As(f.err, &timeout) && timeout.Timeout()
}

// NotHTTPError says that what came from a server is not HTTP, as far as net/http
// reads it.
type NotHTTPError struct{ Host string }

func (e *NotHTTPError) Error() string { return "the answer is not HTTP" }

// RetryableError is false: the SDK's retryer looks for it.
func (e *NotHTTPError) RetryableError() bool { return false }

// NotTLSError says that a server that was to speak TLS speaks something else.
type NotTLSError struct {
	Host      string
	PlainHTTP bool // and that is HTTP
}

func (e *NotTLSError) Error() string {
	if e.PlainHTTP {
		return "the answer to the TLS handshake is plain HTTP"
	}
	return "the answer to the TLS handshake is not TLS"
}

// RetryableError is false: the SDK's retryer looks for it.
func (e *NotTLSError) RetryableError() bool { return false }

// HandshakeError says that a server speaks TLS, and the two did not agree.
type HandshakeError struct{ Host string }

func (e *HandshakeError) Error() string { return "the TLS handshake failed" }

// RetryableError is false: the SDK's retryer looks for it.
func (e *HandshakeError) RetryableError() bool { return false }

// failed makes a failure of what net/http says about a request.
func (t *Transport) failed(r *http.Request, w *watch, err error) error {
	if ended := r.Context().Err(); ended != nil {
		return t.ended(r, w, ended)
	}
	f := t.failure(r)
	f.err = w.own(err, f.host, f.proxy)
	op, _ := errors.AsType[*net.OpError](f.err)
	if w.proxyFailed(r.URL, f.proxy) && as[*ProxyRefusedError](f.err) == nil && (op == nil || op.Op != "proxyconnect") {
		if f.err == errUnknown {
			f.err = &NotHTTPError{Host: f.proxy.url.Host} // a header with two lengths, for example
		}
		f.err = &proxyFailedError{f.err}
	}
	return f
}

func (t *Transport) failure(r *http.Request) *failure {
	f := &failure{host: r.URL.Host}
	if !isMetadata(r.URL) {
		f.proxy, _ = t.proxies().of(r.URL)
	}
	return f
}

// ended makes a failure of the end of a request's context.
func (t *Transport) ended(r *http.Request, w *watch, err error) *failure {
	f := t.failure(r)
	if f.err = err; w.lookingUp.Load() && errors.Is(err, context.DeadlineExceeded) {
		f.err = &net.DNSError{Err: "no answer", Name: lookedUp(r.URL, f.proxy), IsTimeout: true, UnwrapErr: err}
	}
	return f
}

// stageKey finds, in a context, where to keep what [WithStage] returns.
type stageKey struct{}

// WithStage returns a context for a request, and what that failed with, or would fail
// with now, if a context ended with an error: the SDK reports the context's error alone,
// which does not say how far the request had come.
func WithStage(ctx context.Context) (context.Context, func(ended error) error) {
	var stage atomic.Pointer[func(error) error]
	return context.WithValue(ctx, stageKey{}, &stage), func(ended error) error {
		if at := stage.Load(); at != nil {
			return (*at)(ended)
		}
		return ended
	}
}

// lookedUp is the name that a name server is asked for, for a request.
func lookedUp(u *url.URL, p proxy) string {
	if p.url != nil {
		return p.url.Hostname()
	}
	return u.Hostname()
}

// own is the error in an error that is of a type we know, or one of our own.
func (w *watch) own(err error, host string, p proxy) error {
	var (
		proxied *net.OpError
		record  tls.RecordHeaderError
	)
	if errors.As(err, &proxied) && proxied.Op == "proxyconnect" {
		if p.url != nil {
			host = p.url.Host
		}
		return &net.OpError{Op: proxied.Op, Net: proxied.Net, Err: w.own(proxied.Err, host, proxy{})}
	}
	if known := knownIn(err); known != nil {
		return known
	}
	switch {
	case errors.As(err, &record):
		return &NotTLSError{Host: host, PlainHTTP: string(record.RecordHeader[:]) == "HTTP/"}
	case err.Error() == closedIdle:
		return io.EOF
	case strings.Contains(err.Error(), "headers exceeded"):
		return ErrTooLong
	case w.answered.Load(), malformed(err):
		return &NotHTTPError{Host: host}
	case w.handshake.Load():
		return &HandshakeError{Host: host}
	case !w.begun.Load():
		return err
	}
	return errUnknown
}

// proxyFailedError says that a proxy took the connection, and what then happened to
// the request to connect. net/http does not tell that from what happens to the request
// itself.
type proxyFailedError struct{ err error }

func (e *proxyFailedError) Error() string { return "the proxy failed: " + e.err.Error() }
func (e *proxyFailedError) Unwrap() error { return e.err }

// errUnknown replaces an error that could contain text that a server sent.
var errUnknown = errors.New("it failed for a reason that net/http has no type for")

// closedIdle is what net/http says of a connection that the server closed while
// there was no request. TestClosedIdle fails when that changes.
const closedIdle = "http: server closed idle connection"

// malformed reports whether what came is not HTTP, where net/http does not report
// its first byte: in a proxy's answer to CONNECT, and in what a server sends
// before it was asked. TestNotHTTP and TestUnasked fail when the texts change.
func malformed(err error) bool {
	return strings.Contains(err.Error(), "malformed ") || strings.Contains(err.Error(), "readLoopPeekFailLocked")
}

// knownIn returns the part of an error whose text, or whose fields, are not what
// a server sent; or nil. (A certificate's are: Diagnose reads its fields.)
func knownIn(err error) error {
	return cmp.Or(
		is(err, context.Canceled), is(err, context.DeadlineExceeded), is(err, ErrTooLong),
		as[*ProxyURLError](err), as[*ProxyRefusedError](err), as[*absentError](err),
		as[*tls.CertificateVerificationError](err), as[x509.UnknownAuthorityError](err), as[x509.HostnameError](err), as[x509.CertificateInvalidError](err),
		as[*net.OpError](err), as[*net.DNSError](err), as[timeoutError](err),
		is(err, io.ErrUnexpectedEOF), is(err, io.EOF),
	)
}

type timeoutError interface {
	error
	Timeout() bool
}

func as[T error](err error) error {
	if e, ok := errors.AsType[T](err); ok {
		return e
	}
	return nil
}

func is(err, sentinel error) error {
	if errors.Is(err, sentinel) {
		return sentinel
	}
	return nil
}
