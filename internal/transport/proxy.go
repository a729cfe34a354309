package transport

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
)

// proxies are the proxies that the environment names, as net/http reads them,
// with three differences: a URL that cannot be one is an error, a link-local
// address is never sent to a proxy, and an address in brackets needs no port in
// NO_PROXY. net/http reads the environment once in a process, and ignores what
// it cannot parse; golang.org/x/net/http/httpproxy ignores it too, and adds a
// second copy of the tables of Unicode to the program.
type proxies struct {
	http, https proxy
	except      exceptions
}

// proxy is one of them; the zero proxy is none.
type proxy struct {
	variable string
	url      *url.URL // nil where the variable's value cannot be a proxy's URL
}

// proxiesFromEnvironment reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY, and where
// one is not set or empty, its name in lower case. A CGI program must not read
// HTTP_PROXY, which a client can set with a header named Proxy.
// Source: https://go.dev/s/cgihttpproxy
func proxiesFromEnvironment() *proxies {
	upper := "HTTP_PROXY"
	if os.Getenv("REQUEST_METHOD") != "" {
		upper = ""
	}
	_, except := firstSet("NO_PROXY", "no_proxy")
	return &proxies{
		http:   parseProxy(firstSet(upper, "http_proxy")),
		https:  parseProxy(firstSet("HTTPS_PROXY", "https_proxy")),
		except: parseExceptions(except),
	}
}

func firstSet(variables ...string) (variable, value string) {
	for _, variable := range variables {
		if value := os.Getenv(variable); value != "" {
			return variable, value
		}
	}
	return "", ""
}

// parseProxy takes a URL, or a host with or without a port, which means http.
func parseProxy(variable, value string) proxy {
	if value == "" {
		return proxy{}
	}
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	u, err := url.Parse(value)
	if err != nil || !usable(u) {
		return proxy{variable: variable}
	}
	return proxy{variable, u}
}

// usable reports whether net/http knows what to do with a proxy's URL.
func usable(u *url.URL) bool {
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
	default:
		return false
	}
	if u.Port() == "" {
		return u.Hostname() != "" && !strings.HasSuffix(u.Host, ":")
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return u.Hostname() != "" && err == nil && port != 0
}

// of is the proxy for a URL; the zero proxy for none.
func (p *proxies) of(u *url.URL) (proxy, error) {
	var one proxy
	switch u.Scheme {
	case "http":
		one = p.http
	case "https":
		one = p.https
	}
	if one.variable == "" || neverProxied(u.Hostname()) || p.except.match(u) {
		return proxy{}, nil
	}
	if one.url == nil {
		return proxy{}, &ProxyURLError{Variable: one.variable}
	}
	return one, nil
}

// neverProxied reports whether a host is the machine itself, or an address that
// means another machine to a proxy: the link-local ones, where a container and
// an instance find their credentials, and the unique local ones that EC2 has
// for the same services.
// Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
func neverProxied(host string) bool {
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	b := address.As16()
	return address.IsLoopback() || address.IsLinkLocalUnicast() ||
		b[0] == 0xfd && b[1] == 0x00 && b[2] == 0x0e && b[3] == 0xc2 // fd00:ec2::/32
}

// askedFor is the key of a context's value: the URL to choose the proxy for,
// where net/http asks with another. [http.Transport.NewClientConn] leaves the
// port out, and the brackets of an IPv6 address.
type askedFor struct{}

// choose is the decision as [http.Transport] wants it.
func choose(p func() *proxies) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		u := r.URL
		if asked, ok := r.Context().Value(askedFor{}).(*url.URL); ok {
			u = asked
		}
		one, err := p().of(u)
		return one.url, err
	}
}

// Configure gives a transport that is not of this package, such as the SDK's
// own, this package's choice of a proxy, and its error for a proxy that refuses.
func Configure(tr *http.Transport) {
	tr.Proxy = choose(sync.OnceValue(proxiesFromEnvironment))
	tr.OnProxyConnectResponse = proxyAnswered
}

// proxyAnswered keeps the status with which a proxy refuses to connect; net/http
// keeps only the words that the proxy sent with it.
func proxyAnswered(ctx context.Context, proxy *url.URL, connect *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		if w, ok := ctx.Value(watchKey{}).(*watch); ok {
			w.tunnel.Store(true)
		}
		return nil
	}
	return &ProxyRefusedError{Host: connect.Host, Proxy: proxy.Host, Status: resp.StatusCode}
}

// ProxyURLError says that the variable that names the proxy for a request does
// not hold a URL with a scheme that can be used (http, https, socks5, socks5h).
// It does not hold the value, in which there may be a password.
type ProxyURLError struct{ Variable string }

func (e *ProxyURLError) Error() string { return e.Variable + " is not the URL of a proxy" }

// RetryableError is false: the SDK's retryer looks for it.
func (e *ProxyURLError) RetryableError() bool { return false }

// ProxyRefusedError says that a proxy answered, and did not connect.
type ProxyRefusedError struct {
	Host   string // with its port, which the proxy was to connect to
	Proxy  string // host and port, without user information
	Status int    // of HTTP, such as 407
}

func (e *ProxyRefusedError) Error() string {
	return fmt.Sprintf("the proxy refused to connect with status %d", e.Status)
}

// RetryableError is what the SDK's retryer looks for: a proxy that says no
// (403, 407) says it again, one in trouble (502, 503) may get better.
func (e *ProxyRefusedError) RetryableError() bool { return e.Status >= 500 }
