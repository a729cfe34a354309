//go:build linux

package faults

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
)

// Answer is an answer over HTTP.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

func (a Answer) bytes() []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 %d %s\r\n", a.Status, http.StatusText(a.Status))
	h := a.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	h.Set("Content-Length", fmt.Sprint(len(a.Body)))
	_ = h.Write(&out)
	out.WriteString("\r\n")
	out.Write(a.Body)
	return out.Bytes()
}

// Peer is the other side of one run.
type Peer struct {
	URL string

	elsewhere string // the URL of another host, which nobody may ask
	written   atomic.Bool

	answer func(*http.Request) Answer       // the right ones
	hit    func(*http.Request, []byte) bool // whether the fault is to hit a request
	kind   *Kind
	tls    *tls.Config
	done   chan struct{}
	listen net.Listener

	mu    sync.Mutex
	conns []net.Conn
	wait  sync.WaitGroup
}

// startPeer starts the other side of a case.
func startPeer(k *Kind, t *Target, answer func(*http.Request) Answer, hit func(*http.Request, []byte) bool) (*Peer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Peer{answer: answer, hit: hit, kind: k, done: make(chan struct{}), listen: l, URL: "http://" + l.Addr().String()}
	if !t.Plain && !k.Plain {
		p.URL = "https://" + l.Addr().String()
		p.tls = goodTLS()
		if k.TLS != nil {
			p.tls = k.TLS()
		}
	}
	if k.Serve == nil && k.TLS == nil {
		return p, nil // nobody takes the connections
	}
	p.wait.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			p.mu.Lock()
			p.conns = append(p.conns, conn)
			p.mu.Unlock()
			p.wait.Go(func() { p.serve(conn.(*net.TCPConn)) })
		}
	})
	return p, nil
}

func (p *Peer) serve(tcp *net.TCPConn) {
	defer tcp.Close()
	x := &Exchange{Conn: tcp, tcp: tcp, peer: p}
	if p.tls != nil && !p.kind.Early {
		conn := tls.Server(tcp, p.tls)
		if conn.Handshake() != nil {
			x.Finish()
			return
		}
		x.Conn = conn
	}
	x.in = bufio.NewReader(x.Conn)
	if p.kind.Serve != nil {
		p.kind.Serve(x)
		return
	}
	x.Each(x.Right)
}

// Close ends everything, and waits for it.
func (p *Peer) Close() {
	close(p.done)
	_ = p.listen.Close()
	p.mu.Lock()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.wait.Wait()
}

// hostile is a text that a server may send instead of an answer: it holds what the
// server has been told, and what it could have answered, and sequences that a terminal
// obeys.
func hostile(r *http.Request, rest ...string) string {
	var b strings.Builder
	b.WriteString("\x1b[31m\x07 " + Password + " " + AWSSecret)
	if r != nil {
		for name := range r.Header {
			fmt.Fprintf(&b, " %s: %s", name, r.Header.Get(name))
		}
		b.WriteString(readBody(r))
	}
	return b.String() + strings.Join(rest, " ")
}

// page is hostile text as a page of HTML.
func page(r *http.Request) string {
	return "<!DOCTYPE html><html><head><title>Sign in to the guest network</title></head><body>" + hostile(r) + "</body></html>"
}
