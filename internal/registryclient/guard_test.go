package registryclient

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// world answers for every host, and remembers what it was asked: a line for each
// request, "SCHEME://HOST/PATH", with " +" where a credential came with it.
type world struct {
	answers map[string]answer // by scheme, host and path
	asked   []string
}

type answer struct {
	status       int
	header, body string // a header as "Name: value"
}

func (w *world) RoundTrip(q *http.Request) (*http.Response, error) {
	address := q.URL.Scheme + "://" + q.URL.Host + q.URL.Path
	line := address
	if q.Header.Get("Authorization") != "" {
		line += " +"
	}
	w.asked = append(w.asked, line)
	a, ok := w.answers[address]
	if !ok {
		return nil, errors.New("no such place")
	}
	if q.Header.Get("Authorization") != "" && a.status == http.StatusUnauthorized {
		a.status = http.StatusOK
	}
	header := http.Header{}
	if name, value, ok := strings.Cut(a.header, ": "); ok {
		header.Set(name, value)
	}
	return &http.Response{StatusCode: a.status, Status: "\x1b[31m", Header: header, Body: io.NopCloser(strings.NewReader(a.body)), Request: q}, nil
}

// TestPasswordGoesToHTTPS: whatever a registry answers, the password reaches no
// other place than the registry and its realm, and those over https.
func TestPasswordGoesToHTTPS(t *testing.T) {
	const token = `{"token":"t"}`
	basic := answer{401, `WWW-Authenticate: Basic realm="x"`, ""}
	realm := func(address string) answer {
		return answer{401, `WWW-Authenticate: Bearer realm="` + address + `"`, ""}
	}
	to := func(address string) answer { return answer{307, "Location: " + address, ""} }
	for _, tt := range []struct {
		name, registry string
		answers        map[string]answer
		with           []string // the places where a credential may go
		want           string   // in the error
	}{
		{"Basic", "r.example", map[string]answer{"https://r.example/v2/": basic}, []string{"https://r.example/v2/"}, ""},
		{"a realm elsewhere", "r.example", map[string]answer{"https://r.example/v2/": realm("https://a.example/t"), "https://a.example/t": {200, "", token}},
			[]string{"https://a.example/t", "https://r.example/v2/"}, ""},
		{"no TLS at all", "r.example", map[string]answer{"http://r.example/v2/": basic}, nil, "r.example cannot be reached"},
		{"no TLS, on another port", "r.example_3A5000", map[string]answer{"http://r.example:5000/v2/": basic}, nil, "r.example:5000 cannot be reached"},
		{"no TLS, here", "localhost_3A5000", map[string]answer{"http://localhost:5000/v2/": basic}, []string{"http://localhost:5000/v2/"}, ""},
		{"no TLS, here by address", "127.0.0.9_3A5000", map[string]answer{"http://127.0.0.9:5000/v2/": basic}, []string{"http://127.0.0.9:5000/v2/"}, ""},
		{"a realm without TLS", "r.example", map[string]answer{"https://r.example/v2/": realm("http://r.example/t"), "http://r.example/t": {200, "", token}}, nil, "not https"},
		{"a realm elsewhere without TLS, of a registry here", "localhost_3A5000", map[string]answer{"http://localhost:5000/v2/": realm("http://a.example/t"), "http://a.example/t": {200, "", token}}, nil, "not https"},
		{"a realm here, of a registry elsewhere", "r.example", map[string]answer{"https://r.example/v2/": realm("http://localhost/t"), "http://localhost/t": {200, "", token}}, nil, "not https"},
		{"a realm here, of a registry here", "localhost_3A5000", map[string]answer{"http://localhost:5000/v2/": realm("http://127.0.0.1:5001/t"), "http://127.0.0.1:5001/t": {200, "", token}},
			[]string{"http://127.0.0.1:5001/t", "http://localhost:5000/v2/"}, ""},
		{"a realm that looks local", "localhost_3A5000", map[string]answer{"http://localhost:5000/v2/": realm("http://localhost.example/t"), "http://localhost.example/t": {200, "", token}}, nil, "not https"},
		{"a realm with a user", "r.example", map[string]answer{"https://r.example/v2/": realm("https://r.example@a.example/t")}, nil, "names no place"},
		{"a realm that leads on to http", "r.example", map[string]answer{"https://r.example/v2/": realm("https://a.example/t"), "https://a.example/t": to("http://a.example/u"), "http://a.example/u": {200, "", token}},
			[]string{"https://a.example/t"}, "leads on to a.example, where no password goes"},
		{"a realm that leads on to a port", "r.example", map[string]answer{"https://r.example/v2/": realm("https://a.example/t"), "https://a.example/t": to("https://a.example:8443/u"), "https://a.example:8443/u": {200, "", token}},
			[]string{"https://a.example/t"}, "leads on to a.example:8443"},
		{"a realm that leads on to a host", "r.example", map[string]answer{"https://r.example/v2/": realm("https://a.example/t"), "https://a.example/t": to("https://sub.a.example/u"), "https://sub.a.example/u": {200, "", token}},
			[]string{"https://a.example/t"}, "leads on to sub.a.example"},
		{"a realm that stays", "r.example", map[string]answer{"https://r.example/v2/": realm("https://a.example/t"), "https://a.example/t": to("/u"), "https://a.example/u": {200, "", token}},
			[]string{"https://a.example/t", "https://a.example/u", "https://r.example/v2/"}, ""},
		{"a registry that leads on to http", "r.example", map[string]answer{"https://r.example/v2/": to("http://r.example/v2/"), "http://r.example/v2/": basic}, nil, "which is not https"},
		{"a registry that leads on to https", "r.example", map[string]answer{"https://r.example/v2/": to("https://s.example/v2/"), "https://s.example/v2/": realm("https://a.example/t"), "https://a.example/t": {200, "", token}},
			[]string{"https://a.example/t", "https://r.example/v2/"}, "where no password goes"},
		{"for ever", "r.example", map[string]answer{"https://r.example/v2/": to("https://r.example/v2/")}, nil, "again and again"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &world{answers: tt.answers}
			r := New(tt.registry)
			r.HTTP = &http.Client{Transport: w}
			err := r.SignIn(t.Context(), "alice", "s3cret")
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("err = %v, want %q", err, tt.want)
			}
			var with []string
			for _, line := range w.asked {
				if place, ok := strings.CutSuffix(line, " +"); ok {
					with = append(with, place)
				}
			}
			if !slices.Equal(with, tt.with) {
				t.Errorf("a credential went to %q, want %q", with, tt.with)
			}
		})
	}
}

// TestNothingFromOutside: what a registry sends reaches no screen as it is.
func TestNothingFromOutside(t *testing.T) {
	const evil = "\x1b]0;x\x07\u009b31m"
	for name, a := range map[string]answer{
		"a status":           {418, "", ""},
		"a scheme":           {401, "WWW-Authenticate: " + evil + ` realm="x"`, ""},
		"a realm":            {401, `WWW-Authenticate: Bearer realm="https://a` + evil + `/t"`, ""},
		"a realm's host":     {401, `WWW-Authenticate: Bearer realm="http://a%1b%9b/t"`, ""},
		"a realm's C1":       {401, "WWW-Authenticate: Bearer realm=\"http://a\u009b31m/t\"", ""},
		"a redirect's C1":    {307, "Location: http://a\u009b31m/t", ""},
		"a redirect":         {307, "Location: http://a%1b%9b/t", ""},
		"a redirect's parts": {307, "Location: http://a" + evil + "/t", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := New("r.example")
			r.HTTP = &http.Client{Transport: &world{answers: map[string]answer{"https://r.example/v2/": a}}}
			err := r.SignIn(t.Context(), "alice", "s3cret")
			if err == nil || strings.ContainsAny(err.Error(), "\x1b\x07\u009b") || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("err = %q", err)
			}
		})
	}
	hub := New("docker.io")
	hub.HTTP = &http.Client{Transport: &world{answers: map[string]answer{
		"https://auth.docker.io/token":                                           {200, "", `{"token":"t"}`},
		"https://registry-1.docker.io/v2/ratelimitpreview/test/manifests/latest": {200, "Docker-Ratelimit-Source: " + evil, ""},
	}}}
	if q := hub.Quota(t.Context(), "a"+evil, "s3cret"); q.Error != "" || strings.ContainsAny(q.Source+q.As, "\x1b\x07\u009b") {
		t.Errorf("%#v", q)
	}
}

// endless is a body without an end.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) { e.read += len(p); return len(p), nil }
func (e *endless) Close() error               { return nil }

type endlessly struct{ body *endless }

func (e endlessly) RoundTrip(q *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusUnauthorized, Header: http.Header{}, Body: e.body, Request: q}, nil
}

func TestBounded(t *testing.T) {
	body := &endless{}
	r := New("r.example")
	r.HTTP = &http.Client{Transport: endlessly{body}}
	if err := r.SignIn(t.Context(), "alice", "s3cret"); err == nil || body.read > 2*maxText {
		t.Errorf("err = %v, after %d bytes", err, body.read)
	}
}
