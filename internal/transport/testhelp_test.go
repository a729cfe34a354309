package transport

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// everyText is the text of an error, and of all errors in it, in every form.
func everyText(err error) string {
	if err == nil {
		return ""
	}
	text := fmt.Sprintf("%v\n%+v\n%#v\n%+v\n", err, err, err, Diagnose(err))
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		text += everyText(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			text += everyText(one)
		}
	}
	return text
}

// trusting is a transport to which a server's certificate is one of Amazon's.
func trusting(t *testing.T, s *httptest.Server) *Transport {
	t.Helper()
	tr := New()
	tr.amazon.TLSClientConfig.RootCAs = x509.NewCertPool()
	tr.amazon.TLSClientConfig.RootCAs.AddCert(s.Certificate())
	return tr
}

// writeBundle writes a server's certificate to a file.
func writeBundle(t *testing.T, s *httptest.Server) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "bundle.pem")
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// speaks is the address of a server that has each connection answered by a
// function, which is not to end before the client has what it needs.
func speaks(t *testing.T, with func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				with(conn)
			}()
		}
	}()
	return l.Addr().String()
}

// afterRequest answers a request, or a proxy's, with a text, and closes.
func afterRequest(text string) func(net.Conn) {
	return func(conn net.Conn) {
		var got strings.Builder
		for b := make([]byte, 4096); !strings.Contains(got.String(), "\r\n\r\n"); {
			n, err := conn.Read(b)
			if err != nil {
				return
			}
			got.Write(b[:n])
		}
		_, _ = conn.Write([]byte(text))
	}
}
