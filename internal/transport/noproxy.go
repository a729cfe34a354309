package transport

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// exceptions are the hosts of NO_PROXY, which no proxy is used for, by the
// rules of net/http. A name or an address may have a port.
//
//   - all hosts
//     10.0.0.0/8, 2001:db8::/32  addresses
//     10.0.0.1, ::1, [::1]:8443  one address
//     example.com                this host, and those below it
//     .example.com               the hosts below it
//
// Source: https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
type exceptions struct {
	all     bool
	entries []exception
}

type exception struct {
	network *net.IPNet // or
	address net.IP     // or
	below   string     // ".example.com"
	self    bool       // example.com too
	port    string     // "" is any; a network has none
}

func parseExceptions(list string) (e exceptions) {
	for entry := range strings.SplitSeq(list, ",") {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if entry == "*" {
			return exceptions{all: true}
		}
		if _, network, err := net.ParseCIDR(entry); err == nil {
			e.entries = append(e.entries, exception{network: network})
			continue
		}
		host, port, err := net.SplitHostPort(entry)
		if err != nil {
			host = strings.TrimSuffix(strings.TrimPrefix(entry, "["), "]")
		}
		switch address := net.ParseIP(host); {
		case host == "":
		case address != nil:
			e.entries = append(e.entries, exception{address: address, port: port})
		default:
			if strings.HasPrefix(host, "*.") {
				host = host[1:]
			}
			self := !strings.HasPrefix(host, ".")
			if self {
				host = "." + host
			}
			e.entries = append(e.entries, exception{below: host, self: self, port: port})
		}
	}
	return e
}

func (e exceptions) match(u *url.URL) bool {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if port == "" {
		port = defaultPort(u.Scheme)
	}
	var ip net.IP
	if address, err := netip.ParseAddr(host); err == nil {
		ip = address.AsSlice()
	}
	for _, x := range e.entries {
		if x.matchHost(host, ip) && (x.port == "" || x.port == port) {
			return true
		}
	}
	return e.all
}

func (x exception) matchHost(host string, ip net.IP) bool {
	switch {
	case x.network != nil:
		return ip != nil && x.network.Contains(ip)
	case x.address != nil:
		return ip != nil && x.address.Equal(ip)
	}
	return ip == nil && (strings.HasSuffix(host, x.below) || x.self && host == x.below[1:])
}

func defaultPort(scheme string) string {
	if scheme == "http" {
		return "80"
	}
	return "443"
}
