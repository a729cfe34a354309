//go:build linux

package faults

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"time"
)

// Exchange is a connection that the program has opened to the other side.
type Exchange struct {
	net.Conn // after the handshake, where there was one
	tcp      *net.TCPConn
	in       *bufio.Reader
	peer     *Peer
}

// Request reads the next request that the fault is to hit, whole. Those before it,
// which it is not to hit, are answered as they should be. It is nil at the end.
func (x *Exchange) Request() *http.Request {
	for {
		r, err := http.ReadRequest(x.in)
		if err != nil {
			return nil
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if x.peer.hit(r, body) {
			return r
		}
		if _, err := x.Write(x.Right(r)); err != nil {
			return nil
		}
	}
}

// Right is the right answer to a request, as bytes of HTTP.
func (x *Exchange) Right(r *http.Request) []byte { return x.peer.answer(r).bytes() }

// Reset ends the connection with a TCP reset.
func (x *Exchange) Reset() {
	_ = x.tcp.SetLinger(0)
	_ = x.tcp.Close()
}

// Hang keeps the connection open, until the program or the test ends.
func (x *Exchange) Hang() {
	go func() { _, _ = io.Copy(io.Discard, x.tcp) }()
	select {
	case <-x.peer.done:
	case <-x.gone():
	}
}

// gone is closed when the program has closed the connection.
func (x *Exchange) gone() <-chan struct{} {
	ch := make(chan struct{})
	go func() {
		defer close(ch)
		one := make([]byte, 1)
		for {
			if _, err := x.tcp.Read(one); err != nil {
				return
			}
		}
	}()
	return ch
}

// Slowly writes a byte at a time, as slowly as the program must not wait for.
func (x *Exchange) Slowly(b []byte) {
	for i := range b {
		if _, err := x.Write(b[i : i+1]); err != nil {
			return
		}
		select {
		case <-x.peer.done:
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
	x.Hang()
}

// Endless writes something again and again, until the program or the test ends.
func (x *Exchange) Endless(first, again string) {
	if _, err := io.WriteString(x, first); err != nil {
		return
	}
	b := bytes.Repeat([]byte(again), max(1, 16<<10/len(again)))
	for {
		if _, err := x.Write(b); err != nil {
			return
		}
	}
}

// Say writes a text and closes the connection.
func (x *Exchange) Say(text string) {
	_, _ = io.WriteString(x, text)
	x.Finish()
}

// Finish closes the connection after the program has had the time to read all of it: a
// close with unread bytes would be a reset.
func (x *Exchange) Finish() {
	if t, ok := x.Conn.(*tls.Conn); ok {
		_ = t.CloseWrite()
	}
	_ = x.tcp.CloseWrite()
	_ = x.tcp.SetReadDeadline(time.Now().Add(5 * time.Second))
	_, _ = io.Copy(io.Discard, x.tcp)
	_ = x.tcp.Close()
}

// Each answers each request on the connection with an answer.
func (x *Exchange) Each(answer func(*http.Request) []byte) {
	for r := x.Request(); r != nil; r = x.Request() {
		if _, err := x.Write(answer(r)); err != nil {
			return
		}
	}
}

// readBody is the body of a request, which can be read again.
func readBody(r *http.Request) string {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return string(body)
}
