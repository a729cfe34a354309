//go:build linux

package faults

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"time"
)

// tlsKinds are handshakes that fail.
func tlsKinds() []*Kind {
	certificate := func(name, says string, change func(*x509.Certificate)) *Kind {
		return &Kind{Name: name, Says: says, TLS: func() *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{authority().issue(change)}}
		}}
	}
	config := func(name, says string, change func(*tls.Config)) *Kind {
		return &Kind{Name: name, Says: says, TLS: func() *tls.Config {
			c := goodTLS().Clone()
			change(c)
			return c
		}}
	}
	early := func(name, says, text string) *Kind {
		return &Kind{Name: name, Says: says, Early: true, TLS: goodTLS, Serve: func(x *Exchange) {
			_, _ = x.in.Peek(100)
			x.Say(text)
		}}
	}
	const handshake = "agree on TLS|complete the TLS handshake"
	return inGroup("TLS", []*Kind{
		certificate("certificate for another host", `valid for other\.example, not`, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"other.example"} }),
		certificate("certificate without a name", "valid for no host name", func(c *x509.Certificate) { c.IPAddresses = nil }),
		certificate("certificate that has expired", "expired on 2001-02-03.*clock", func(c *x509.Certificate) { c.NotAfter = time.Date(2001, 2, 3, 0, 0, 0, 0, time.UTC) }),
		certificate("certificate that is not yet valid", "valid from 2140-02-03.*clock", func(c *x509.Certificate) { c.NotBefore = time.Date(2140, 2, 3, 0, 0, 0, 0, time.UTC) }),
		certificate("certificate for clients", "certificate that does not verify", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }),
		{Name: "certificate of an unknown authority", Says: "AWS_CA_BUNDLE", TLS: func() *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{newIssuer("Inspecting \x1b[31mproxy").issue(nil)}}
		}},
		{Name: "certificate of its own", Says: "AWS_CA_BUNDLE", TLS: func() *tls.Config {
			return &tls.Config{Certificates: []tls.Certificate{newIssuer("").alone()}}
		}},
		config("TLS 1.0 alone", handshake, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS10 }),
		config("TLS 1.1 alone", handshake, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS11, tls.VersionTLS11 }),
		config("no cipher in common", handshake, func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_RC4_128_SHA}
		}),
		config("a client certificate is required", handshake+"|certificate required", func(c *tls.Config) { c.ClientAuth, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12 }),
		config("a client certificate is required, by TLS 1.3", handshake+"|certificate required", func(c *tls.Config) { c.ClientAuth = tls.RequireAnyClientCert }),
		early("an alert: handshake failure", handshake, "\x15\x03\x03\x00\x02\x02\x28"),
		early("an alert: unrecognized name", handshake, "\x15\x03\x03\x00\x02\x02\x70"),
		early("an alert: no application protocol", handshake, "\x15\x03\x03\x00\x02\x02\x78"),
		early("HTTP where TLS should be", "does not speak TLS: it is plain HTTP|complete the TLS handshake", "HTTP/1.1 400 Bad Request\r\n\r\n"+page(nil)),
		early("SSH where TLS should be", "does not speak TLS|complete the TLS handshake", "SSH-2.0-OpenSSH_9.2 "+Password+"\r\n"),
		early("a record of TLS that is too long", "TLS", "\x16\x03\x03\xff\xff"+Password),
		early("bytes without a sense", "does not speak TLS|complete the TLS handshake", "\x00\x01\x02\x03\x04\x05"+Password),
		{Name: "an endless handshake", Says: "TLS|authority", Early: true, TLS: goodTLS, Serve: func(x *Exchange) {
			_, _ = x.in.Peek(100)
			x.Endless("", "\x16\x03\x03\x00\x04\x02\xff\xff\xff")
		}},
		{Name: "an endless certificate", Says: "TLS|authority|certificate", Early: true, TLS: goodTLS, Serve: func(x *Exchange) {
			_, _ = x.in.Peek(100)
			x.Endless("\x16\x03\x03\x40\x00\x0b\xff\xff\xf0\xff\xff\xed", "\x16\x03\x03\x40\x00"+string(make([]byte, 0x4000)))
		}},
	})
}

// helloOf is the server's part of a handshake with a client.
func helloOf(client *bufio.Reader, c *tls.Config) []byte {
	here, there := net.Pipe()
	go func() {
		_ = tls.Server(there, c).Handshake()
		_ = there.Close()
	}()
	first, _ := client.Peek(5)
	if len(first) == 5 {
		if record, err := client.Peek(5 + int(first[3])<<8 + int(first[4])); err == nil {
			go func() { _, _ = here.Write(bytes.Clone(record)) }()
		}
	}
	hello := make([]byte, 1)
	if _, err := io.ReadFull(here, hello); err != nil {
		return nil
	}
	_ = here.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	rest, _ := io.ReadAll(here)
	_ = here.Close()
	return append(hello, rest...)
}

// http2TLS is a server that agrees on HTTP/2 alone.
func http2TLS() *tls.Config {
	c := goodTLS().Clone()
	c.NextProtos = []string{"h2"}
	return c
}
