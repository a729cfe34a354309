package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// marked is in whatever the servers of these tests send, and must not come out.
const marked = "s3cret"

// notHTTP are answers that net/http rejects.
var notHTTP = map[string]string{
	"a banner":            "SSH-2.0-" + marked + "\r\n",
	"a line":              marked,
	"a version":           "HTTP/" + marked + " 200 OK\r\n\r\n",
	"a status":            "HTTP/1.1 " + marked + " OK\r\n\r\n",
	"a status of signs":   "HTTP/1.1 \x1b[3" + marked + "\r\n\r\n",
	"a header":            "HTTP/1.1 200 OK\r\n" + marked + "\r\n\r\n",
	"a length":            "HTTP/1.1 200 OK\r\nContent-Length: " + marked + "\r\n\r\n",
	"two lengths":         "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2" + marked + "\r\n\r\n",
	"a transfer encoding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: " + marked + "\r\n\r\n",
	"chunks":              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + marked + "\r\n",
	"a chunk's end":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na" + marked + "\r\n",
	"a trailer":           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + marked + "\r\n\r\n",
	"a line of a header":  "HTTP/1.1 200 OK\r\n" + marked + ": 1\r\n" + marked + "\r\n\r\n",
}

// fetch is a request with an answer that is read whole.
func fetch(tr *Transport, r *http.Request) error {
	resp, err := tr.Client().Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.ReadAll(resp.Body)
	return err
}

func request(t *testing.T, address string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func isHidden(t *testing.T, err error) {
	t.Helper()
	for _, part := range []string{marked, "s3cre", "115, 51, 99", "0x73, 0x33"} {
		if text := everyText(err); strings.Contains(text, part) {
			t.Errorf("what the server sent is in %s", text)
		}
	}
}

func TestNotHTTP(t *testing.T) {
	for name, answer := range notHTTP {
		t.Run(name, func(t *testing.T) {
			environment(t, nil)
			host := speaks(t, afterRequest(answer))
			for path, tr := range map[string]*Transport{"/": New(), "/ahead": New(), "/latest/meta-data/": New()} {
				if path == "/ahead" {
					tr.Open(t.Context(), &url.URL{Scheme: "http", Host: host})
				}
				err := fetch(tr, request(t, "http://"+host+path))
				if got := Diagnose(err); got.Kind != NotHTTP || got.Host != host {
					t.Errorf("%s: %+v of %v", path, got, err)
				}
				isHidden(t, err)
			}
			// A proxy's answer to CONNECT has no body to be wrong.
			if strings.Contains(answer, "chunked") {
				return
			}
			t.Setenv("HTTPS_PROXY", host)
			err := fetch(New(), request(t, "https://host.example/"))
			if got := Diagnose(err); err == nil || got.Proxy != host || got.Kind != ProxyFailed {
				t.Errorf("CONNECT: %+v of %v", got, err)
			}
			if got := Diagnose(err).Detail; got != NotHTTP.String() {
				t.Errorf("CONNECT: %v", got)
			}
			isHidden(t, err)
		})
	}
}

// TestUnasked: what a server sends before it is asked is neither logged, as
// net/http does, nor in an error. The connection that it comes on is lost.
func TestUnasked(t *testing.T) {
	environment(t, nil)
	var logged bytes.Buffer
	log.SetOutput(&logged)
	host := speaks(t, func(conn net.Conn) {
		_, _ = conn.Write([]byte("220 " + marked + "\r\n"))
		_, _ = io.Copy(io.Discard, conn)
	})
	tr := New()
	tr.Open(t.Context(), &url.URL{Scheme: "http", Host: host})
	a := tr.ahead["http://"+host]
	<-a.ready
	for a.conn.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	r := request(t, "http://"+host)
	_, err := a.conn.RoundTrip(r)
	w := &watch{}
	w.begun.Store(true)
	if err = tr.failed(r, w, err); Diagnose(err).Kind != NotHTTP {
		t.Errorf("on its connection: %+v", Diagnose(err))
	}
	isHidden(t, err)
	err = fetch(tr, r)
	if Diagnose(err).Kind != NotHTTP {
		t.Errorf("on another: %+v", Diagnose(err))
	}
	isHidden(t, err)
	if logged.Len() != 0 {
		t.Errorf("logged: %s", logged.String())
	}
}

// TestClosedIdle: net/http has only a text for it.
func TestClosedIdle(t *testing.T) {
	environment(t, nil)
	host := speaks(t, func(net.Conn) {})
	tr := New()
	tr.Open(t.Context(), &url.URL{Scheme: "http", Host: host})
	a := tr.ahead["http://"+host]
	<-a.ready
	for a.conn.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	r := request(t, "http://"+host)
	_, err := a.conn.RoundTrip(r)
	w := &watch{}
	w.begun.Store(true)
	if got := Diagnose(tr.failed(r, w, err)); got.Kind != Closed {
		t.Errorf("%+v of %v", got, err)
	}
	if got := Diagnose(&url.Error{URL: "http://" + host, Err: err}); got.Kind != Closed {
		t.Errorf("another transport's: %+v of %v", got, err)
	}
}

func TestNotTLS(t *testing.T) {
	for answer, plain := range map[string]bool{marked[:5] + "\r\n": false, "HTTP/1.1 400 " + marked + "\r\n\r\n": true, "220 " + marked + "\r\n": false} {
		environment(t, nil)
		host := speaks(t, func(conn net.Conn) {
			_, _ = conn.Write([]byte(answer))
			_, _ = io.Copy(io.Discard, conn)
		})
		for _, ahead := range []bool{false, true} {
			tr := New()
			if ahead {
				tr.Open(t.Context(), &url.URL{Scheme: "https", Host: host})
			}
			err := fetch(tr, request(t, "https://"+host))
			e, ok := errors.AsType[*NotTLSError](err)
			if !ok || e.Host != host || e.PlainHTTP != plain {
				t.Errorf("%q: %#v of %v", answer, e, err)
			}
			if got := Diagnose(err); got.Kind != NotTLS || got.Host != host || (got.Detail != "") != plain {
				t.Errorf("%q: %+v", answer, got)
			}
			isHidden(t, err)
		}
		// An HTTPS proxy that is none.
		t.Setenv("HTTPS_PROXY", "https://user:"+marked+"@"+host)
		err := fetch(New(), request(t, "https://host.example/"))
		if got := Diagnose(err); got.Kind != ProxyUnreachable || got.Proxy != host || got.Host != "host.example" || got.Variable != "HTTPS_PROXY" || !strings.HasPrefix(got.Detail, "answer is not TLS") {
			t.Errorf("proxy: %+v", got)
		}
		if e, ok := errors.AsType[*NotTLSError](err); !ok || e.Host != host || errors.As(err, new(tls.RecordHeaderError)) {
			t.Errorf("proxy: %#v in %v", e, err)
		}
		if strings.Contains(Diagnose(err).String()+err.Error(), marked) {
			t.Errorf("%v", err)
		}
	}
}

// TestHandshake: a server with too old a TLS, and one that wants a certificate.
func TestHandshake(t *testing.T) {
	for name, config := range map[string]*tls.Config{
		"too old":     {MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
		"certificate": {ClientAuth: tls.RequireAnyClientCert},
	} {
		environment(t, nil)
		s := httptest.NewUnstartedServer(http.NotFoundHandler())
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.TLS = config
		s.StartTLS()
		tr := trusting(t, s)
		if got := Diagnose(fetch(tr, request(t, s.URL))); got.Kind != Handshake || got.Detail == "" {
			t.Errorf("%s: %+v", name, got)
		}
		s.Close()
	}
}

// TestWrongMessage: of this crypto/tls has a text alone.
func TestWrongMessage(t *testing.T) {
	environment(t, nil)
	host := speaks(t, func(conn net.Conn) {
		_, _ = conn.Write([]byte("\x16\x03\x03\x00\x04\x0e\x00\x00\x00")) // ServerHelloDone
		_, _ = io.Copy(io.Discard, conn)
	})
	if got := Diagnose(fetch(New(), request(t, "https://"+host))); got != (Diagnosis{Kind: Handshake, Host: host}) {
		t.Errorf("%+v", got)
	}
}

// TestEnded: the caller's context, and who kept it waiting.
func TestEnded(t *testing.T) {
	silent := func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }
	half := func(conn net.Conn) {
		afterRequest("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")(conn)
		silent(conn)
	}
	for name, tt := range map[string]struct {
		scheme string
		speaks func(net.Conn)
		ahead  bool
	}{
		"answer":           {"http", silent, false},
		"answer, ahead":    {"http", silent, true},
		"handshake":        {"https", silent, false},
		"handshake, ahead": {"https", silent, true},
		"body":             {"http", half, false},
	} {
		environment(t, nil)
		host := speaks(t, tt.speaks)
		for kind, sentinel := range map[Kind]error{Interrupted: context.Canceled, TimedOut: context.DeadlineExceeded} {
			ctx, cancel := context.WithCancel(t.Context())
			if kind == TimedOut {
				ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
			} else {
				time.AfterFunc(20*time.Millisecond, cancel)
			}
			tr := New()
			if tt.ahead {
				tr.Open(t.Context(), &url.URL{Scheme: tt.scheme, Host: host})
			}
			err := fetch(tr, request(t, tt.scheme+"://"+host).WithContext(ctx))
			if got := Diagnose(err); got != (Diagnosis{Kind: kind, Host: host}) || !errors.Is(err, sentinel) {
				t.Errorf("%s: %+v of %v", name, got, err)
			}
			cancel()
		}
	}
}

// TestNames: a name that does not exist, and a name server that fails, keeps
// silent, or is not there.
func TestNames(t *testing.T) {
	answer := func(code byte) func(net.Conn) {
		return func(conn net.Conn) {
			query := make([]byte, 512)
			for {
				n, err := conn.Read(query)
				if err != nil {
					return
				}
				query[2], query[3] = query[2]|0x80, 0x80|code // an answer, with the code
				_, _ = conn.Write(query[:n])
			}
		}
	}
	refuse := errors.New("nobody")
	for name, tt := range map[string]struct {
		server func(net.Conn)
		want   Diagnosis
	}{
		"NXDOMAIN": {answer(3), Diagnosis{Kind: UnknownHost}},
		"SERVFAIL": {answer(2), Diagnosis{Kind: NameServer}},
		"REFUSED":  {answer(5), Diagnosis{Kind: NameServer}},
		"none":     {nil, Diagnosis{Kind: NameServer}},
		"silent":   {func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }, Diagnosis{Kind: NameServer, Detail: "it does not answer"}},
	} {
		for _, ahead := range []bool{false, true} {
			environment(t, nil)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			ctx, stage := WithStage(ctx)
			resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
				if tt.server == nil {
					return nil, &net.OpError{Op: "dial", Net: network, Err: refuse}
				}
				client, server := net.Pipe()
				go tt.server(frames{server})
				return client, nil
			}}
			tr := New()
			dialWith(tr, (&net.Dialer{Resolver: resolver}).DialContext)
			if ahead {
				tr.Open(t.Context(), &url.URL{Scheme: "https", Host: "host.example"})
			}
			err := fetch(tr, request(t, "https://host.example").WithContext(ctx))
			tt.want.Host = "host.example"
			if got := Diagnose(err); got != tt.want {
				t.Errorf("%s, ahead %v: %+v of %v", name, ahead, got, err)
			}
			if name == "silent" && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v hides the deadline", name, err)
			}
			if got := Diagnose(stage(context.DeadlineExceeded)); name == "silent" && got != tt.want {
				t.Errorf("%s, ahead %v: the request has come as far as %+v", name, ahead, got)
			}
		}
	}
}

// frames is a connection with DNS's frames, which are two bytes of length and a message.
type frames struct{ net.Conn }

func (f frames) Read(p []byte) (int, error) {
	var size [2]byte
	if _, err := io.ReadFull(f.Conn, size[:]); err != nil {
		return 0, err
	}
	return io.ReadFull(f.Conn, p[:int(size[0])<<8|int(size[1])])
}

func (f frames) Write(p []byte) (int, error) {
	return f.Conn.Write(append([]byte{byte(len(p) >> 8), byte(len(p))}, p...))
}

// TestProxyFails: a proxy that refuses by HTTP or SOCKS, is not there, or ends.
func TestProxyFails(t *testing.T) {
	reply := func(b ...byte) func(net.Conn) {
		return func(conn net.Conn) {
			_, _ = io.ReadFull(conn, make([]byte, 3)) // version, methods
			_, _ = conn.Write([]byte{5, 0})
			_, _ = io.ReadFull(conn, make([]byte, 4+1+len("host.example")+2))
			_, _ = conn.Write(b)
		}
	}
	for name, tt := range map[string]struct {
		scheme string
		speaks func(net.Conn)
		want   Diagnosis
	}{
		"407":    {"http", afterRequest("HTTP/1.1 407 " + marked + "\r\nContent-Length: 6\r\n\r\n" + marked), Diagnosis{Kind: ProxyRefused, Status: 407}},
		"503":    {"http", afterRequest("HTTP/1.1 503 " + marked + "\r\n\r\n"), Diagnosis{Kind: ProxyRefused, Status: 503}},
		"204":    {"http", afterRequest("HTTP/1.1 204 " + marked + "\r\n\r\n"), Diagnosis{Kind: ProxyRefused, Status: 204}},
		"closed": {"http", func(net.Conn) {}, Diagnosis{Kind: ProxyFailed, Detail: "connection closed without an answer"}},
		"header": {"http", afterRequest("HTTP/1.1 200 OK\r\n" + strings.Repeat("X-A: "+marked+"\r\n", 100000)), Diagnosis{Kind: ProxyFailed, Detail: "answer is not HTTP"}},
		"SOCKS":  {"socks5", reply(5, 2, 0, 1, 0, 0, 0, 0, 0, 0), Diagnosis{Kind: ProxyRefused, Detail: "connection not allowed by ruleset"}},
		"none":   {"http", nil, Diagnosis{Kind: ProxyUnreachable, Detail: "connection refused"}},
	} {
		t.Run(name, func(t *testing.T) {
			host := "127.0.0.1:1"
			if tt.speaks != nil {
				host = speaks(t, tt.speaks)
			}
			environment(t, map[string]string{"https_proxy": tt.scheme + "://user:" + marked + "@" + host})
			err := fetch(New(), request(t, "https://host.example/"))
			if name == "SOCKS" { // with a user there is a third method
				t.Setenv("https_proxy", tt.scheme+"://"+host)
				err = fetch(New(), request(t, "https://host.example/"))
			}
			tt.want.Host, tt.want.Proxy, tt.want.Variable = "host.example", host, "https_proxy"
			if got := Diagnose(err); got != tt.want && !(name == "closed" && got.Detail == Reset.String()) {
				t.Errorf("%+v of %v", got, err)
			}
			if strings.Contains(err.Error()+Diagnose(err).String(), marked) {
				t.Errorf("%v", err)
			}
			if refused, ok := errors.AsType[*ProxyRefusedError](err); ok && refused.RetryableError() != (tt.want.Status == 503) {
				t.Errorf("%v is to be tried again: %v", err, refused.RetryableError())
			}
		})
	}
}

// TestTooLong: an answer of a megabyte is read, and no more of a longer one,
// also where it is sent compressed.
func TestTooLong(t *testing.T) {
	environment(t, nil)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size := 1 << 20
		if strings.HasSuffix(r.URL.Path, "more") {
			size++
		}
		data := make([]byte, size)
		if r.Header.Get("Accept-Encoding") != "" {
			t.Error("the answer may be compressed")
		}
		_, _ = w.Write(data)
	}))
	defer s.Close()
	tr := New()
	for path, long := range map[string]bool{"/": false, "/more": true, "/latest/": false, "/latest/more": true} {
		resp, err := tr.Client().Do(request(t, s.URL+path))
		if long {
			if got := Diagnose(err); got.Kind != TooLong || got.Host != s.Listener.Addr().String() {
				t.Errorf("%s: %v, %+v", path, err, got)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if data, err := io.ReadAll(resp.Body); len(data) != 1<<20 || err != nil {
			t.Errorf("%s: %d bytes, %v", path, len(data), err)
		}
	}
}

// TestLongHeader: a header has an end, and does not take memory until then.
func TestLongHeader(t *testing.T) {
	environment(t, nil)
	for name, long := range map[string]string{
		"lines":         "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-A: "+marked+"\r\n", 100000),
		"a line":        "HTTP/1.1 200 OK\r\nX-A: " + strings.Repeat(marked, 100000),
		"a status line": "HTTP/1.1 200 " + strings.Repeat(marked, 100000),
	} {
		host := speaks(t, afterRequest(long))
		for path, tr := range map[string]*Transport{"/": New(), "/ahead": New(), "/latest/meta-data/": New()} {
			if path == "/ahead" {
				tr.Open(t.Context(), &url.URL{Scheme: "http", Host: host})
			}
			err := fetch(tr, request(t, "http://"+host+path))
			if got := Diagnose(err); got.Kind != TooLong {
				t.Errorf("%s, %s: %+v of %v", name, path, got, err)
			}
			isHidden(t, err)
		}
	}
}

// TestRedirects: no redirect is followed, so that what authorises a request is
// seen by the host that it is for alone.
func TestRedirects(t *testing.T) {
	environment(t, nil)
	var seen atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen.Add(1) }))
	defer other.Close()
	_, port, _ := net.SplitHostPort(other.Listener.Addr().String())
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, to := range []string{other.URL, "::" + marked, "http://localhost:" + port, "http://127.0.0.2:" + port, "/again"} {
			s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/again" {
					seen.Add(1)
				}
				w.Header().Set("Location", to)
				w.WriteHeader(status)
			}))
			r := request(t, s.URL)
			r.Header.Set("Authorization", marked)
			resp, err := trusting(t, s).Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != status || seen.Load() != 0 {
				t.Errorf("%d to %s: status %d, and %d more requests", status, to, resp.StatusCode, seen.Load())
			}
			s.Close()
		}
	}
}
