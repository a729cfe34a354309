package transport

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
)

// Diagnosis is what is known about the error of a request. All of it can be
// shown: it holds no user information, no control characters, and nothing that
// a server sent but the names and dates of its certificate.
type Diagnosis struct {
	Kind        Kind
	Certificate CertificateFault // where Kind is Certificate
	Host        string           // that was asked, with the port if its URL had one; "" is unknown
	Proxy       string           // host and port of the proxy for the request; "" is none, or unknown
	Variable    string           // the environment variable that names the proxy
	Status      int              // of HTTP, with which the proxy refused
	Detail      string           // a few words more, or ""
}

// String is one line for a log.
func (d Diagnosis) String() string {
	text := d.Kind.String()
	switch d.Kind {
	case ProxyURL:
		text = d.Variable + " is " + text
	case ProxyRefused:
		if d.Status != 0 {
			text = fmt.Sprintf("%s with status %d", text, d.Status)
		}
	}
	if d.Detail != "" {
		text += ": " + d.Detail
	}
	return text
}

// Diagnose says what kept a request from an answer. It knows the errors of a
// [Transport], and those of any other [http.Transport].
func Diagnose(err error) Diagnosis { return diagnose(err, systemKind) }

// diagnose takes the meaning of the system's error numbers, Unknown for one that
// is not about the network.
func diagnose(err error, kindOf func(syscall.Errno) Kind) Diagnosis {
	var d Diagnosis
	if request, ok := errors.AsType[*url.Error](err); ok {
		if u, err := url.Parse(request.URL); err == nil {
			d.Host = u.Host
		}
	}
	if f, ok := errors.AsType[*failure](err); ok {
		d.Host, d.Variable = f.host, f.proxy.variable
		if f.proxy.url != nil {
			d.Proxy = f.proxy.url.Host
		}
	}
	d.classify(err, kindOf)
	d.Host, d.Proxy, d.Detail = printable(d.Host), printable(d.Proxy), printable(d.Detail)
	return d
}

func (d *Diagnosis) classify(err error, kindOf func(syscall.Errno) Kind) {
	op, _ := errors.AsType[*net.OpError](err)
	switch {
	case err == nil:
	case errors.Is(err, context.Canceled):
		d.Kind = Interrupted
	case d.proxyFailed(err, kindOf):
	case errors.Is(err, ErrTooLong):
		d.Kind = TooLong
	case d.own(err):
	case op != nil && op.Op == "proxyconnect":
		cause := diagnose(op.Err, kindOf)
		d.Kind, d.Detail = ProxyUnreachable, cause.String()
		if dial, ok := errors.AsType[*net.OpError](op.Err); ok && dial.Addr != nil && d.Proxy == "" {
			d.Proxy = dial.Addr.String()
		}
	case op != nil && strings.HasPrefix(op.Op, "socks"):
		d.Kind, d.Detail = ProxyRefused, socksReply(op.Err)
	case d.certificate(err):
	case op != nil && op.Op == "remote error" && op.Err != nil: // an alert of TLS: a fixed text for each number
		d.Kind, d.Detail = Handshake, strings.TrimPrefix(op.Err.Error(), "tls: ")
	case d.nameServer(err):
	case d.system(err, op, kindOf):
	case isTimeout(err):
		d.Kind = TimedOut
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		d.Kind = Closed
	case unnamed(err) == closedIdle:
		d.Kind = Closed
	case strings.HasPrefix(unnamed(err), "malformed HTTP "), strings.HasPrefix(unnamed(err), "malformed MIME "):
		d.Kind = NotHTTP
	}
}

func (d *Diagnosis) proxyFailed(err error, kindOf func(syscall.Errno) Kind) bool {
	e, ok := errors.AsType[*proxyFailedError](err)
	if ok {
		d.Kind, d.Detail = ProxyFailed, diagnose(e.err, kindOf).String()
	}
	return ok
}

// unnamed is the text of an error of another transport's that has no type. It
// is compared, and never shown.
func unnamed(err error) string {
	request, ok := errors.AsType[*url.Error](err)
	if !ok || request.Err == nil {
		return ""
	}
	return strings.TrimPrefix(request.Err.Error(), "net/http: HTTP/1.x transport connection broken: ")
}

// own are the errors of this package, and those of net/http that they stand for.
func (d *Diagnosis) own(err error) bool {
	if absent, ok := errors.AsType[*absentError](err); ok {
		d.Kind, d.Host = absent.kind, absent.host
		return true
	}
	if e, ok := errors.AsType[*ProxyURLError](err); ok {
		d.Kind, d.Variable = ProxyURL, e.Variable
		return true
	}
	if e, ok := errors.AsType[*ProxyRefusedError](err); ok {
		d.Kind, d.Status, d.Proxy = ProxyRefused, e.Status, cmp.Or(d.Proxy, e.Proxy)
		d.Host = cmp.Or(d.Host, e.Host)
		return true
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		return false // what follows is the proxy's
	}
	if e, ok := errors.AsType[*NotHTTPError](err); ok {
		d.Kind, d.Host = NotHTTP, cmp.Or(d.Host, e.Host)
		return true
	}
	if e, ok := errors.AsType[*HandshakeError](err); ok {
		d.Kind, d.Host = Handshake, cmp.Or(d.Host, e.Host)
		return true
	}
	plain := errors.Is(err, http.ErrSchemeMismatch)
	record, notTLS := errors.AsType[tls.RecordHeaderError](err)
	if notTLS {
		plain = string(record.RecordHeader[:]) == "HTTP/"
	}
	if e, ok := errors.AsType[*NotTLSError](err); ok {
		notTLS, plain, d.Host = true, e.PlainHTTP, cmp.Or(d.Host, e.Host)
	}
	if plain {
		d.Detail = "it is plain HTTP"
	}
	if notTLS || plain {
		d.Kind = NotTLS
	}
	return notTLS || plain
}

func (d *Diagnosis) nameServer(err error) bool {
	dns, ok := errors.AsType[*net.DNSError](err)
	if !ok {
		return false
	}
	d.Host = cmp.Or(d.Host, dns.Name)
	switch {
	case dns.IsNotFound:
		d.Kind = UnknownHost
	case dns.IsTimeout:
		d.Kind, d.Detail = NameServer, "it does not answer"
	default:
		d.Kind = NameServer
	}
	return true
}

// system reads the system's error number. What the system does not permit is
// about the network only where a connection was to be opened.
func (d *Diagnosis) system(err error, op *net.OpError, kindOf func(syscall.Errno) Kind) bool {
	number, ok := errors.AsType[syscall.Errno](err)
	if !ok {
		return false
	}
	d.Kind = kindOf(number)
	if d.Kind == Unknown && op != nil && op.Op == "dial" && notPermitted(number) {
		d.Kind, d.Detail = Unreachable, "the system does not permit it"
	}
	return d.Kind != Unknown
}

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[timeoutError](err)
	return ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

// socksReply is the reply of a SOCKS5 proxy that refuses. net/http has the text
// of the number alone.
// Source: https://www.rfc-editor.org/rfc/rfc1928#section-6
func socksReply(err error) string {
	if err == nil {
		return ""
	}
	for _, reply := range []string{
		"general SOCKS server failure", "connection not allowed by ruleset", "network unreachable", "host unreachable",
		"connection refused", "TTL expired", "command not supported", "address type not supported",
		"no acceptable authentication methods", "username/password authentication failed",
	} {
		if strings.Contains(err.Error(), reply) {
			return reply
		}
	}
	return ""
}
