//go:build linux

package faults

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf16"
)

// bodyKinds are answers whose body, or header, is not the service's.
func bodyKinds() []*Kind {
	const (
		other  = "other than|no AWS credentials|cannot be read|no answer that can be used"
		nohttp = "does not speak HTTP|other than|no AWS credentials"
		length = "more than an answer|other than|no AWS credentials|too long|does not speak HTTP"
	)
	json := []string{"parameter store", "secrets manager", "sso", "sso token", "login", "container", "ec2 credentials"}
	changed := func(name, says string, change func(body []byte) []byte) *Kind {
		return answering(name, says, func(_ *http.Request, right Answer) []byte {
			right.Body = change(right.Body)
			return right.bytes()
		})
	}
	header := func(name, says string, change func(http.Header)) *Kind {
		return answering(name, says, func(_ *http.Request, right Answer) []byte {
			right.Header = right.Header.Clone()
			change(right.Header)
			return right.bytes()
		})
	}
	only := func(targets []string, k *Kind) *Kind { k.Only = targets; return k }
	mends := func(k *Kind, targets ...string) *Kind { k.Mends = targets; return k }
	endless := func(name, says, first, again string) *Kind {
		return &Kind{Name: name, Says: says, Serve: func(x *Exchange) {
			if x.Request() != nil {
				x.Endless(first, again)
			}
		}}
	}
	const ok = "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\n"
	bomb := gzipped(64 << 20)
	return inGroup("answers", []*Kind{
		answering("a page of a captive portal", other, withPage(200)),
		answering("a page that says it is JSON", other, func(r *http.Request, right Answer) []byte {
			return Answer{200, right.Header, []byte(page(r))}.bytes()
		}),
		changed("nothing", other+"|with nothing", func([]byte) []byte { return nil }),
		changed("blanks alone", other+"|with nothing", func([]byte) []byte { return []byte(" \r\n\t ") }),
		changed("null", other+"|with nothing", func([]byte) []byte { return []byte("null") }),
		changed("an empty object", other+"|without", func([]byte) []byte { return []byte("{}") }),
		changed("a list", other, func([]byte) []byte { return []byte("[]") }),
		changed("a number", other, func([]byte) []byte { return []byte("200") }),
		changed("half of it", other, func(b []byte) []byte { return b[:len(b)/2] }),
		only(json, changed("it, twice", other+"|something more", func(b []byte) []byte { return append(bytes.TrimSpace(b), b...) })),
		only(json, changed("it, and a page", other+"|something more", func(b []byte) []byte { return append(bytes.TrimSpace(b), page(nil)...) })),
		only(json, changed("each field twice", other+"|twice", func(b []byte) []byte {
			b = bytes.TrimSpace(b)
			return fmt.Appendf(nil, "%s,%s", b[:len(b)-1], b[1:])
		})),
		only(json, changed("a field twice with another value", other+"|twice", func(b []byte) []byte {
			return regexp.MustCompile(`"([A-Za-z]+)":("[^"]*"|\[)`).ReplaceAll(bytes.TrimSpace(b), []byte(`"$1":"`+Password+`","$1":$2`))
		})),
		changed("objects in objects, 100,000 deep", length, func([]byte) []byte {
			return []byte(strings.Repeat(`{"a":`, 100000) + strings.Repeat("}", 100000))
		}),
		changed("lists in lists, 500,000 deep", length, func([]byte) []byte { return bytes.Repeat([]byte("["), 500000) }),
		changed("a number of 100,000 digits", other+"|more than an answer|without", func([]byte) []byte {
			return []byte(`{"expiration":` + strings.Repeat("9", 100000) + `,"Parameters":` + strings.Repeat("9", 100000) + "}")
		}),
		// XML may begin with one.
		mends(changed("a byte order mark before it", other, func(b []byte) []byte { return append([]byte("\xef\xbb\xbf"), b...) }), "assume role", "web identity", "web identity, with AWS_CA_BUNDLE"),
		changed("in UTF-16", other, utf16le),
		changed("in bytes that are not UTF-8", other, func([]byte) []byte { return bytes.Repeat([]byte("\xff\xfe\x00\xd8"), 100) }),
		changed("NULs", other, func([]byte) []byte { return make([]byte, 1000) }),
		changed("1 MB of blanks and more before it", length, func(b []byte) []byte { return append(bytes.Repeat([]byte(" "), 1<<20), b...) }),
		changed("20 MB", length, func([]byte) []byte { return bytes.Repeat([]byte("\"s3cret"), 3<<20) }),
		// What a source answers counts, and not what its header says of it.
		mends(header("text/html as its type", other, func(h http.Header) { h.Set("Content-Type", "text/html") }), append(Sources(), "parameter store", "secrets manager")...),
		mends(header("image/png as its type", other, func(h http.Header) { h.Set("Content-Type", "image/png") }), Sources()...),
		mends(header("no type", other, func(h http.Header) { h.Del("Content-Type") }), append(Sources(), "parameter store", "secrets manager")...),
		mends(header("UTF-16 as its charset", other, func(h http.Header) { h.Set("Content-Type", h.Get("Content-Type")+"; charset=utf-16") }), Sources()...),
		mends(header("gzip as its encoding, which it is not", other, func(h http.Header) { h.Set("Content-Encoding", "gzip") }), Sources()...),
		mends(header("an unknown encoding", other, func(h http.Header) { h.Set("Content-Encoding", "br") }), Sources()...),
		answering("a gzip bomb", length, func(_ *http.Request, right Answer) []byte {
			right.Header = right.Header.Clone()
			right.Header.Set("Content-Encoding", "gzip")
			right.Body = bomb
			return right.bytes()
		}),
		answering("a length that is no number", nohttp, func(r *http.Request, _ Answer) []byte {
			return []byte("HTTP/1.1 200 OK\r\nContent-Length: " + Password + "\r\n\r\n" + page(r))
		}),
		answering("two lengths", nohttp, func(r *http.Request, _ Answer) []byte {
			return []byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n" + page(r))
		}),
		answering("a header line without a colon", nohttp, func(r *http.Request, _ Answer) []byte {
			return []byte("HTTP/1.1 200 OK\r\n" + Password + "\r\n\r\n" + page(r))
		}),
		answering("chunks that are none", nohttp+"|closed|cannot be read", func(r *http.Request, _ Answer) []byte {
			return []byte(ok + "Transfer-Encoding: chunked\r\n\r\n" + Password + "\r\n" + page(r))
		}),
		endless("a body without end", length, ok+"\r\n", `{"Parameters":[`),
		endless("chunks without end", length, ok+"Transfer-Encoding: chunked\r\n\r\n", "4\r\n[[[[\r\n"),
		endless("chunk extensions without end", length+"|cannot be read|closed", ok+"Transfer-Encoding: chunked\r\n\r\n1;", "a=b;"),
		endless("a header without end", length, "HTTP/1.1 200 OK\r\n", "X-A: "+strings.Repeat("b", 100)+"\r\n"),
		endless("a header line without end", length, "HTTP/1.1 200 OK\r\nX-A: ", "b"),
		endless("a status line without end", length, "HTTP/1.1 200 ", "O"),
		endless("trailers without end", length+"|cannot be read|closed|did not answer", ok+"Transfer-Encoding: chunked\r\n\r\n0\r\n", "X-A: b\r\n"),
		{Name: "HTTP/2 alone, by ALPN", Says: "TLS|does not speak HTTP|other than", TLS: http2TLS, Serve: func(x *Exchange) { http2(x) }},
		{Name: "HTTP/2 alone, without TLS", Says: nohttp, Plain: true, Serve: func(x *Exchange) { http2(x) }},
		{Name: "HTTP/0.9", Says: nohttp, Serve: func(x *Exchange) {
			if r := x.Request(); r != nil {
				x.Say(page(r))
			}
		}},
		{Name: "SMTP", Says: nohttp + "|closed", Early: true, Plain: true, Serve: func(x *Exchange) { x.Say("220 " + Password + " ESMTP\r\n") }},
		{Name: "an answer before it was asked", Says: nohttp + "|closed|reset|without", Serve: func(x *Exchange) {
			_, _ = io.WriteString(x, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}\n"+page(nil))
			x.Finish()
		}},
		{Name: "TLS where HTTP was asked for", Says: "400|does not speak HTTP|other than|no AWS credentials", Plain: true, Serve: func(x *Exchange) {
			x.Say("\x15\x03\x01\x00\x02\x02\x0a")
		}},
	})
}

func gzipped(size int) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	block := bytes.Repeat([]byte("["), 1<<20)
	for range size / len(block) {
		_, _ = w.Write(block)
	}
	_ = w.Close()
	return out.Bytes()
}

func utf16le(text []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(string(text))) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

// http2 is a server that speaks nothing else: it sends its settings, and ends the
// connection when the client's preface is not HTTP/2's.
func http2(x *Exchange) {
	_, _ = x.Write([]byte("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"))
	_, _ = x.in.Peek(24)
	x.Say("\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01")
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}
