package registryclient

import (
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"docker-credential-ssm/registry"
)

const marked = "s3cretM4rk"

// stranger answers as the fuzzer says, and notes where a credential goes.
type stranger struct {
	challenges []string
	location   string
	status     int
	body       string

	with []*url.URL // where the user name and the password went
	late int        // requests after the first
}

func (s *stranger) RoundTrip(q *http.Request) (*http.Response, error) {
	authorization := q.Header.Get("Authorization")
	if encoded, ok := strings.CutPrefix(authorization, "Basic "); ok {
		if text, err := base64.StdEncoding.DecodeString(encoded); err != nil || strings.Contains(string(text), marked) {
			s.with = append(s.with, q.URL)
		}
	}
	header := http.Header{"Www-Authenticate": s.challenges}
	if s.location != "" {
		header.Set("Location", s.location)
	}
	status := http.StatusUnauthorized
	if s.late++; s.late > 1 {
		status = s.status
	}
	return &http.Response{StatusCode: status, Status: s.body, Header: header, Body: io.NopCloser(strings.NewReader(s.body)), Request: q}, nil
}

// realms are the addresses that the challenges name, read with other means.
func realms(challenges []string) (all []*url.URL) {
	for _, c := range challenges {
		for _, m := range regexp.MustCompile(`(?i)realm="([^"]*)"`).FindAllStringSubmatch(c, -1) {
			if u, err := url.Parse(m[1]); err == nil && u.User == nil {
				u.Host = withoutEmptyPort(u.Host)
				all = append(all, u)
			}
		}
	}
	return all
}

// withoutEmptyPort is a host as net/http asks it.
func withoutEmptyPort(host string) string { return strings.TrimSuffix(host, ":") }

func local(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// clean reports whether a text can be shown on a screen.
func clean(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) })
}

// FuzzChallenge: whatever a registry answers, the password goes to that registry and to
// the realm that it names, over https, or in plain HTTP from this machine to itself; a
// redirect takes it nowhere else; and what is said of it holds nothing of the password
// and nothing that acts on a terminal.
func FuzzChallenge(f *testing.F) {
	for _, challenge := range []string{
		`Basic realm="x"`, `Bearer realm="https://a.example/t",service="s",scope="c"`, `Bearer realm="http://a.example/t"`, `Bearer realm="http://localhost/t"`,
		`Bearer realm="https://r.example@a.example/t"`, `bearer REALM="https://a.example\@r.example/t"`, `Bearer realm="//a.example/t"`, `Bearer realm="HTTP://LOCALHOST/t"`,
		`Bearer realm="https://a.example/t",realm="http://b.example/t"`, `Bearer realm="http://[::1%25lo]/t"`, `Bearer realm="http://127.1/t"`, `Bearer realm="http://0x7f000001/"`,
		`Bearer realm="https://` + "\u0430" + `.example/t"`, "Bearer realm=\"https://a\u202e.example/\x1b[31m\"", `Bearer realm="javascript:x"`, `Bearer realm="file:///etc/passwd"`, `Bearer realm="https:a.example"`, `Bearer realm="https://a.example:"`,
		`Bearer service="x"`, `Negotiate ` + marked, "", `Bearer realm="https://a.example/t?account=eve&service=x#y"`, "\x1b[31m realm=\"https://x\"",
	} {
		for _, key := range []string{"docker.io", "r.example", "localhost_3A5000"} {
			f.Add(key, challenge, "", "", 200, `{"token":"t"}`)
		}
		f.Add("r.example", `Basic realm="x"`, challenge, "https://b.example/t", 307, "")
		f.Add("localhost_3A5000", challenge, "", "http://localhost:5001/t", 307, "")
		f.Add("r.example", challenge, "", "http://r.example/v2/", 308, `{"access_token":"`+"\x1b"+`"}`)
		f.Add("r.example", challenge, "", "//a.example:8443/t", 302, marked)
	}
	f.Add("r.example_3A", `Basic realm="x"`, "", "", 200, "")
	f.Fuzz(func(t *testing.T, key, one, other, location string, status int, body string) {
		if again, err := registry.Key(registry.Name(key)); err != nil || again != key || status < 200 || status > 999 {
			t.Skip()
		}
		s := &stranger{challenges: []string{one, other}, location: location, status: status, body: body}
		r := New(key)
		base, err := url.Parse(r.Base)
		if err != nil {
			t.Skip("no address") // the request fails
		}
		base.Host = withoutEmptyPort(base.Host)
		r.HTTP = &http.Client{Transport: s}
		err = r.SignIn(t.Context(), "alice", marked)
		for _, to := range s.with {
			allowed := to.Scheme == "https" && strings.EqualFold(to.Host, base.Host)
			for _, realm := range realms(s.challenges) {
				allowed = allowed || to.Scheme == "https" && strings.EqualFold(to.Host, realm.Host)
				allowed = allowed || to.Scheme == "http" && local(to) && local(base) && to.Host == realm.Host
			}
			if allowed = allowed || to.Scheme == "http" && local(to) && to.Host == base.Host; !allowed {
				t.Fatalf("the password for %s goes to %s, by %q", r.Base, to, s.challenges)
			}
		}
		if err != nil && (!clean(err.Error()) || strings.Contains(err.Error(), marked) && !strings.Contains(key+one+other+location, marked)) {
			t.Fatalf("%q", err)
		}
	})
}

// FuzzQuota: whatever Docker Hub's headers say, the quota is what they say or an error,
// and can be shown.
func FuzzQuota(f *testing.F) {
	for _, seed := range [][3]string{
		{"100;w=21600", "76;w=21600", "203.0.113.7"}, {"", "", ""}, {"100", "", "x"}, {"-1;w=-1", "-5;w=1", "a"}, {"99999999999999999999;w=1", "1", ""},
		{"9223372036854775807;w=9223372036854775807", "9223372036854775807;w=9223372036854775807", ""}, {" 1 ; w=2", "1;w=", "\x1b]0;x\x07\u009b\u202e"}, {"1;2", "0x10", strings.Repeat("x", 5000)}, {"+5;w=+6", "1_0;w=1", "\xff"},
	} {
		f.Add(seed[0], seed[1], seed[2], 200)
		f.Add(seed[0], seed[1], seed[2], 429)
	}
	f.Fuzz(func(t *testing.T, limit, remaining, source string, status int) {
		if status < 100 || status > 999 {
			t.Skip()
		}
		hub := New(registry.DockerHub)
		hub.HTTP = &http.Client{Transport: roundTrip(func(q *http.Request) *http.Response {
			if q.URL.Path == "/token" {
				return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"token":"t"}`)), Request: q}
			}
			header := http.Header{"Ratelimit-Limit": {limit}, "Ratelimit-Remaining": {remaining}, "Docker-Ratelimit-Source": {source}}
			return &http.Response{StatusCode: status, Status: source, Header: header, Body: http.NoBody, Request: q}
		})}
		q := hub.Quota(t.Context(), "alice", marked)
		if !clean(q.As+q.Source+q.Error) || len(q.Source) > 1000 {
			t.Fatalf("%#v", q)
		}
		const year = 366 * 24 * 3600
		if q.Error == "" && !q.Unlimited && (q.Limit < 0 || q.Remaining < 0 || q.Window < 0 || q.Window > year) {
			t.Fatalf("%#v of %q and %q", q, limit, remaining)
		}
		if q.Unlimited && (limit != "" || status != 200) {
			t.Fatalf("%#v of %q with status %d", q, limit, status)
		}
	})
}

type roundTrip func(*http.Request) *http.Response

func (f roundTrip) RoundTrip(q *http.Request) (*http.Response, error) { return f(q), nil }
