//go:build linux

package faults

import (
	"fmt"
	"net/http"
)

// redirectKinds lead elsewhere: nobody there may ever be asked.
func redirectKinds() []*Kind {
	const says = "a redirect|HTTP status 3|no AWS credentials|other than"
	var kinds []*Kind
	to := func(name string, status int, where func(x *Exchange, r *http.Request) string) {
		kinds = append(kinds, &Kind{Name: name, Says: says, Serve: func(x *Exchange) {
			x.Each(func(r *http.Request) []byte {
				return Answer{Status: status, Header: http.Header{"Location": {where(x, r)}}, Body: []byte(page(r))}.bytes()
			})
		}})
	}
	elsewhere := func(x *Exchange, r *http.Request) string { return x.peer.elsewhere + r.URL.Path + "?" + Password }
	for _, status := range []int{301, 302, 303, 307, 308} {
		to(fmt.Sprintf("%d to http on another host", status), status, elsewhere)
	}
	to("300 to http on another host", 300, elsewhere)
	to("302 to itself", 302, func(_ *Exchange, r *http.Request) string { return r.URL.Path })
	to("307 to plain HTTP on the same host", 307, func(_ *Exchange, r *http.Request) string { return "http://" + r.Host + r.URL.Path })
	to("302 to a file", 302, func(*Exchange, *http.Request) string { return "file:///etc/passwd" })
	to("302 to no URL", 302, func(*Exchange, *http.Request) string { return "::" + Password })
	kinds = append(kinds,
		answering("304", says+"|with nothing", func(*http.Request, Answer) []byte { return []byte("HTTP/1.1 304 Not Modified\r\n\r\n") }),
		answering("200 with a refresh to another host", "other than|no AWS credentials|cannot be read", func(r *http.Request, _ Answer) []byte {
			return Answer{200, http.Header{"Refresh": {"0; url=http://other.example/"}, "Content-Type": {"text/html"}}, []byte(page(r))}.bytes()
		}),
	)
	return inGroup("redirects", kinds)
}
