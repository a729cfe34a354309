package transport

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzAnswer: whatever a server, or a proxy, answers, no error holds it.
func FuzzAnswer(f *testing.F) {
	for _, answer := range notHTTP {
		f.Add(answer, false)
		f.Add(answer, true)
	}
	f.Fuzz(func(t *testing.T, answer string, proxied bool) {
		if !strings.Contains(answer, marked) {
			answer += marked
		}
		tr, target := New(), "http://host.example/"
		tr.amazon, tr.proxies = nil, func() *proxies { return &proxies{} }
		if proxied {
			target = "https://host.example/"
			tr.proxies = func() *proxies {
				return &proxies{https: proxy{"HTTPS_PROXY", &url.URL{Scheme: "http", Host: "proxy.example:1"}}}
			}
		}
		dialWith(tr, func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				defer server.Close()
				afterRequest(answer)(server)
			}()
			return client, nil
		})
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
		if err != nil {
			t.Fatal(err)
		}
		isHidden(t, fetch(tr, r))
	})
}
