//go:build linux

package faults

import (
	"bytes"
	"net/http"
)

// connectionKinds are connections that end, or stand still, at each stage.
func connectionKinds() []*Kind {
	kinds := []*Kind{
		{Name: "refused", Says: "refused the connection|no AWS credentials", Prepare: (*Room).vacate},
		{Name: "silent: nobody takes the connection", Says: silence, Hangs: true},
		{Name: "slow: the answer byte by byte", Says: silence, Hangs: true, Serve: func(x *Exchange) {
			if r := x.Request(); r != nil {
				x.Slowly(x.Right(r))
			}
		}},
		{Name: "slow: the body byte by byte", Says: silence, Hangs: true, Serve: func(x *Exchange) {
			if r := x.Request(); r != nil {
				head, body := split(x.Right(r))
				_, _ = x.Write(head)
				x.Slowly(body)
			}
		}},
		{Name: "slow: the TLS handshake byte by byte", Says: silence, Hangs: true, Early: true, TLS: goodTLS, Serve: func(x *Exchange) {
			x.Slowly(serverHello(x))
		}},
	}
	for _, how := range []struct {
		name, says string
		hangs      bool
		do         func(*Exchange)
	}{
		{"reset", "reset the connection|within the header|other than its protocol|no AWS credentials", false, (*Exchange).Reset},
		{"closed", "closed the connection|within the header|other than|no AWS credentials", false, (*Exchange).Finish},
		{"silent", silence, true, (*Exchange).Hang},
	} {
		// after writes a part of the right answer to a request.
		after := func(part func(answer []byte) []byte) func(*Exchange) {
			return func(x *Exchange) {
				if r := x.Request(); r != nil {
					_, _ = x.Write(part(x.Right(r)))
					how.do(x)
				}
			}
		}
		kinds = append(kinds,
			&Kind{Name: how.name + " after the connection", Early: true, Serve: how.do},
			&Kind{Name: how.name + " after the TLS ClientHello", Early: true, TLS: goodTLS, Serve: func(x *Exchange) {
				_, _ = x.in.Peek(100)
				how.do(x)
			}},
			&Kind{Name: how.name + " in the TLS ServerHello", Early: true, TLS: goodTLS, Serve: func(x *Exchange) {
				hello := serverHello(x)
				_, _ = x.Write(hello[:len(hello)/2])
				how.do(x)
			}},
			&Kind{Name: how.name + " after the request", Serve: after(func([]byte) []byte { return nil })},
			&Kind{Name: how.name + " in the status line", Serve: after(func(b []byte) []byte { return b[:7] })},
			&Kind{Name: how.name + " in the header", Serve: after(func(b []byte) []byte { head, _ := split(b); return head[:len(head)*2/3] })},
			&Kind{Name: how.name + " before the body", Serve: after(func(b []byte) []byte { head, _ := split(b); return head })},
			&Kind{Name: how.name + " in the body", Serve: after(func(b []byte) []byte { head, body := split(b); return b[:len(head)+len(body)/2] })},
			&Kind{Name: how.name + " in a chunk", Serve: after(func(b []byte) []byte {
				_, body := split(b)
				return append([]byte("HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n"), body...)
			})},
		)
		for _, k := range kinds {
			if k.Says == "" {
				k.Says, k.Hangs = how.says, how.hangs
			}
		}
	}
	return inGroup("connections", kinds)
}

const silence = "did not answer within|does not answer|did not finish within|no AWS credentials"

// split splits an answer behind its header.
func split(answer []byte) (head, body []byte) {
	i := bytes.Index(answer, []byte("\r\n\r\n")) + 4
	return answer[:i], answer[i:]
}

// serverHello is what a server answers to the program's ClientHello.
func serverHello(x *Exchange) []byte {
	return helloOf(x.in, goodTLS())
}

func inGroup(group string, kinds []*Kind) []*Kind {
	for _, k := range kinds {
		k.Group = group
	}
	return kinds
}

// answering is a kind that answers each request with an answer of its own.
func answering(name, says string, answer func(r *http.Request, right Answer) []byte) *Kind {
	return &Kind{Name: name, Says: says, Serve: func(x *Exchange) {
		x.Each(func(r *http.Request) []byte { return answer(r, x.peer.answer(r)) })
	}}
}
