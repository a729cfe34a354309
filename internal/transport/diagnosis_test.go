package transport

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
)

// dialError is how net says that the system gave a number.
func dialError(op, call string, number uintptr) error {
	return &url.Error{Op: "Post", URL: "https://user:s3cret@host.example:8443/path?query", Err: &net.OpError{Op: op, Net: "tcp", Err: os.NewSyscallError(call, syscall.Errno(number))}}
}

// TestWindowsNumbers: Windows has numbers of its own. They are given to what
// reads them there, on every system.
func TestWindowsNumbers(t *testing.T) {
	windows := func(number syscall.Errno) Kind { return windowsKind(uintptr(number)) }
	for number, want := range map[uintptr]Kind{
		10049: Unreachable, 10050: Unreachable, 10051: Unreachable, 10053: Reset, 10054: Reset, 10060: TimedOut,
		10061: Refused, 10065: Unreachable, 11001: UnknownHost, 11002: NameServer, 10014: Unknown,
	} {
		if got := diagnose(dialError("dial", "connectex", number), windows); got.Kind != want || got.Host != "host.example:8443" {
			t.Errorf("%d: %+v, want %v", number, got, want)
		}
	}
}

func TestSystemNumbers(t *testing.T) {
	for number, want := range map[syscall.Errno]Kind{
		syscall.ECONNREFUSED: Refused, syscall.ECONNRESET: Reset, syscall.ECONNABORTED: Reset, syscall.EPIPE: Reset,
		syscall.EHOSTUNREACH: Unreachable, syscall.ENETUNREACH: Unreachable, syscall.ENETDOWN: Unreachable, syscall.EADDRNOTAVAIL: Unreachable,
		syscall.ETIMEDOUT: TimedOut, syscall.EINVAL: Unknown,
	} {
		if got := Diagnose(dialError("dial", "connect", uintptr(number))); got.Kind != want {
			t.Errorf("%v: %+v, want %v", number, got, want)
		}
	}
	if got := Diagnose(dialError("dial", "connect", uintptr(permissionDenied))); got.Kind != Unreachable || got.Detail == "" {
		t.Errorf("not permitted: %+v", got)
	}
	if got := Diagnose(&os.PathError{Op: "open", Path: "/x", Err: permissionDenied}); got.Kind != Unknown {
		t.Errorf("a file: %+v", got)
	}
}

// TestOthersErrors: the errors of a transport that is not ours, such as the one
// that the SDK insists on with a bundle.
func TestOthersErrors(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want Kind
	}{
		{nil, Unknown},
		{errors.New("x"), Unknown},
		{context.Canceled, Interrupted},
		{context.DeadlineExceeded, TimedOut},
		{os.ErrDeadlineExceeded, TimedOut},
		{io.EOF, Closed},
		{io.ErrUnexpectedEOF, Closed},
		{net.ErrClosed, Closed},
		{http.ErrSchemeMismatch, NotTLS},
		{&net.OpError{Op: "proxyconnect", Err: io.EOF}, ProxyUnreachable},
		{&net.OpError{Op: "proxyconnect", Err: x509.UnknownAuthorityError{}}, ProxyUnreachable},
		{&net.DNSError{Name: "host.example", IsNotFound: true}, UnknownHost},
		{&net.DNSError{Name: "host.example", UnwrapErr: syscall.ECONNREFUSED}, NameServer},
		{x509.SystemRootsError{}, Certificate},
		{x509.HostnameError{Certificate: &x509.Certificate{}, Host: "x"}, Certificate},
		{ErrTooLong, TooLong},
	} {
		if got := Diagnose(tt.err); got.Kind != tt.want {
			t.Errorf("%v: %+v, want %v", tt.err, got, tt.want)
		}
	}
	for name, answer := range notHTTP {
		if strings.Contains(name, "chunk") || name == "a trailer" || strings.Contains(name, "length") || name == "a transfer encoding" {
			continue // in the body, or without a text that is sure
		}
		_, err := (&http.Client{Transport: &http.Transport{}}).Get("http://" + speaks(t, afterRequest(answer)))
		got := Diagnose(err)
		if got.Kind != NotHTTP || strings.Contains(got.String(), marked) {
			t.Errorf("%s: %+v of %v", name, got, err)
		}
	}
}

// TestKinds: each has words of its own.
func TestKinds(t *testing.T) {
	seen := map[string]Kind{}
	for k := range kinds {
		if other, ok := seen[k.String()]; ok {
			t.Errorf("%d and %d are both %q", k, other, k)
		}
		seen[k.String()] = k
	}
}
