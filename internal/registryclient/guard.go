package registryclient

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"docker-credential-ssm/internal/message"
)

// Where a password may go: to the registry and to the place that it names for
// signing in, over https. Plain HTTP is for this machine alone, and it is the host
// that is asked which has to be this machine, not the one that sent us there.

// realm is the place to sign in at, as a challenge names it.
func (r *Client) realm(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, fmt.Errorf("%s names no place to sign in at", hostOf(r.Base))
	}
	if u.Scheme == "https" || u.Scheme == "http" && isLocal(text) && isLocal(r.Base) {
		return u, nil
	}
	return nil, fmt.Errorf("%s names a place to sign in at, %s, that is not https, and no password goes there", hostOf(r.Base), hostOf(text))
}

// RedirectError is a redirect that is not followed.
type RedirectError struct{ Host, Why string }

func (e *RedirectError) Error() string {
	return fmt.Sprintf("leads on to %s, %s", e.Host, e.Why)
}

// follow decides on a redirect. net/http keeps the Authorization header on the way
// from https to http and to another port of the same host; here a request with a
// credential stays at its own scheme, host and port, and any other keeps to https.
func follow(next *http.Request, via []*http.Request) error {
	first := via[0]
	const most = 5
	switch same := next.URL.Scheme == first.URL.Scheme && strings.EqualFold(next.URL.Host, first.URL.Host); {
	case len(via) > most:
		return &RedirectError{hostOf(next.URL.String()), "again and again"}
	case same:
		return nil
	case first.Header.Get("Authorization") != "":
		return &RedirectError{hostOf(next.URL.String()), "where no password goes"}
	case next.URL.Scheme != "https":
		return &RedirectError{hostOf(next.URL.String()), "which is not https"}
	}
	return nil
}

// hostOf is the host of an address, with its port, fit for a screen.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "the registry"
	}
	return message.OneLine(u.Host)
}

// isLocal reports whether an address is one of this machine.
func isLocal(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// errNoNumbers is of headers that do not say what a quota is.
var errNoNumbers = errors.New("the headers about the quota cannot be read")
