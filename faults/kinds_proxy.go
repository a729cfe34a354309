//go:build linux

package faults

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
)

// proxyKinds are proxies, named in HTTPS_PROXY, that do not let the program through.
// The host behind is one that does not exist, so that only the proxy can be reached.
func proxyKinds() []*Kind {
	const through = "proxy"
	proxy := func(name, says string, serve func(*Exchange)) *Kind {
		return &Kind{Name: name, Says: says, Plain: true, Serve: serve, Prepare: func(r *Room) { r.behindProxy(r.Peer.URL) }}
	}
	connect := func(name, says, text string) *Kind {
		return proxy(name, says, func(x *Exchange) {
			if x.connect() {
				x.Say(text)
			}
		})
	}
	hangs := func(k *Kind) *Kind { k.Hangs = true; return k }
	kinds := []*Kind{
		{Name: "proxy: refused", Says: "proxy.*(cannot be reached|does not answer)", Plain: true, Serve: func(*Exchange) {}, Prepare: func(r *Room) {
			r.vacate()
			r.behindProxy(r.Peer.URL)
		}},
		hangs(&Kind{Name: "proxy: silent", Says: silence, Plain: true, Prepare: func(r *Room) { r.behindProxy(r.Peer.URL) }}),
		proxy("proxy: reset", through, func(x *Exchange) {
			if x.connect() {
				x.Reset()
			}
		}),
		proxy("proxy: closed", through, func(x *Exchange) {
			if x.connect() {
				x.Finish()
			}
		}),
		connect("proxy: 403", `proxy.*403`, "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n\r\n"+page(nil)),
		connect("proxy: 407", `proxy.*407`, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\""+Password+"\"\r\n\r\n"+page(nil)),
		connect("proxy: 502", `proxy.*502`, "HTTP/1.1 502 Bad Gateway\r\n\r\n"+page(nil)),
		connect("proxy: 302", `proxy.*302`, "HTTP/1.1 302 Found\r\nLocation: http://other.example/\r\n\r\n"+page(nil)),
		connect("proxy: a page with the status 200", "TLS|closed|reset", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"+page(nil)),
		connect("proxy: no HTTP", through, "SSH-2.0-"+Password+"\r\n"),
		connect("proxy: half a header", through, "HTTP/1.1 200 OK\r\nContent-"),
		connect("proxy: 200, then closed", "closed|reset|TLS", "HTTP/1.1 200 OK\r\n\r\n"),
		proxy("proxy: 200, then reset", "reset", func(x *Exchange) {
			if x.connect() {
				_, _ = io.WriteString(x, "HTTP/1.1 200 OK\r\n\r\n")
				_, _ = x.in.Peek(100)
				x.Reset()
			}
		}),
		hangs(proxy("proxy: 200, then silent", silence, func(x *Exchange) {
			if x.connect() {
				_, _ = io.WriteString(x, "HTTP/1.1 200 OK\r\n\r\n")
				x.Hang()
			}
		})),
		proxy("proxy: a header without end", through, func(x *Exchange) {
			if x.connect() {
				x.Endless("HTTP/1.1 200 OK\r\n", "X-A: b\r\n")
			}
		}),
		proxy("proxy: a certificate of its own authority", "AWS_CA_BUNDLE", func(x *Exchange) {
			if x.connect() {
				_, _ = io.WriteString(x, "HTTP/1.1 200 OK\r\n\r\n")
				cert := newIssuer("Inspecting proxy").issue(func(c *x509.Certificate) {
					c.IPAddresses = nil
					c.DNSNames = []string{"*.eu-central-1.amazonaws.com", "portal.sso.eu-central-1.amazonaws.com", "*.signin.aws.amazon.com"}
				})
				_ = tls.Server(buffered{x.Conn, x.in}, &tls.Config{Certificates: []tls.Certificate{cert}}).Handshake()
			}
		}),
		{Name: "proxy: over TLS, of an unknown authority", Says: "proxy", TLS: func() *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{newIssuer("Somebody's").issue(nil)}}
		}, Prepare: func(r *Room) { r.behindProxy(r.Peer.URL) }},
		{Name: "proxy: SOCKS, which refuses", Says: "proxy", Plain: true, Early: true, Serve: func(x *Exchange) {
			_, _ = x.in.Peek(3)
			_, _ = io.WriteString(x, "\x05\x00")
			_, _ = x.in.Peek(10)
			x.Say("\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00")
		}, Prepare: func(r *Room) { r.behindProxy("socks5" + r.Peer.URL[len("http"):]) }},
		{Name: "proxy: no URL", Says: "HTTPS_PROXY is not the URL of a proxy", Plain: true, Serve: (*Exchange).Reset, Prepare: func(r *Room) { r.behindProxy("http://[" + Password) }},
	}
	for _, k := range kinds {
		// The others are on this machine or on the link, where no proxy is used.
		k.Only = []string{"parameter store", "secrets manager", "assume role", "web identity", "sso", "sso token", "login"}
	}
	return inGroup("proxies", kinds)
}

// connect reads the request to a proxy, and reports whether it is one to connect.
func (x *Exchange) connect() bool {
	r, err := http.ReadRequest(x.in)
	return err == nil && r.Method == http.MethodConnect
}

// buffered is a connection from which a reader has read too much.
type buffered struct {
	net.Conn
	in *bufio.Reader
}

func (b buffered) Read(p []byte) (int, error) { return b.in.Read(p) }
