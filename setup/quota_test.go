package setup

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"docker-credential-ssm/internal/dockerhub"
)

// hub leads a registry to a stand-in for Docker Hub.
func hub(t *testing.T, h *dockerhub.Hub) *registry {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	t.Cleanup(h.Close)
	r := newRegistry("docker.io")
	r.http = &http.Client{Transport: there(strings.TrimPrefix(s.URL, "http://"))}
	return r
}

// there sends requests for any host to one address, without TLS.
type there string

func (t there) RoundTrip(q *http.Request) (*http.Response, error) {
	q = q.Clone(q.Context())
	q.Host = q.URL.Host
	q.URL.Scheme, q.URL.Host = "http", string(t)
	return http.DefaultTransport.RoundTrip(q)
}

func TestQuota(t *testing.T) {
	h := dockerhub.New()
	r := hub(t, h)
	h.SetAccount("alice", dockerhub.Account{Password: "s3cret", Quota: dockerhub.Quota{Limit: 200, Remaining: 5}})
	h.SetAccount("paid", dockerhub.Account{Password: "s3cret"})
	h.SetAnonymous(dockerhub.Quota{Limit: 100, Remaining: 0, HeadsToo: true})
	for _, want := range []quota{
		{As: "alice", Limit: 200, Remaining: 5, Window: 21600},
		{As: "paid", Unlimited: true},
		{As: "", Limit: 100, Window: 21600},
	} {
		got := r.quota(t.Context(), want.As, map[bool]string{true: "s3cret"}[want.As != ""])
		want.Source = got.Source
		if got != want || got.usedUp() != (want.As == "") {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if got := r.quota(t.Context(), "alice", "wrong"); got.Error != errRejected.Error() || got.usedUp() {
		t.Errorf("with a wrong password: %+v", got)
	}
	if len(h.Pulls()) != 0 {
		t.Errorf("asking costs pulls: %v", h.Pulls())
	}
	if lines := strings.Join(table([]quota{{As: "a", Unlimited: true}, {Limit: 3, Window: 90, Source: "here"}, {As: "b", Error: "lost"}}), "\n"); !strings.Contains(lines, "1m30s") || !strings.Contains(lines, "used up") || !strings.Contains(lines, "as b                         lost") {
		t.Errorf("%s", lines)
	}
}

// TestSignIn goes through what registries answer.
func TestSignIn(t *testing.T) {
	var challenges []string
	status := http.StatusOK
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		_, password, basic := q.BasicAuth()
		switch {
		case q.URL.Path == "/token" && password == "s3cret":
			if q.URL.Query().Get("service") != "a, b" {
				w.WriteHeader(http.StatusBadRequest)
			}
			_, _ = w.Write([]byte(`{"access_token": "t"}`))
		case q.URL.Path == "/v2/" && (basic && password == "s3cret" || q.Header.Get("Authorization") == "Bearer t"):
		case len(challenges) > 0 || q.URL.Path == "/token":
			for _, c := range challenges {
				w.Header().Add("WWW-Authenticate", strings.ReplaceAll(c, "HOST", q.Host))
			}
			w.WriteHeader(http.StatusUnauthorized)
		default:
			w.WriteHeader(status)
		}
	}))
	defer s.Close()
	r := newRegistry(strings.ReplaceAll(strings.TrimPrefix(s.URL, "http://"), ":", "_3A"))
	const token = `Bearer realm="http://HOST/token",service="a, b"`
	for _, test := range []struct {
		challenges []string
		status     int
		password   string
		want       string
	}{
		{[]string{`Basic realm="x"`}, 0, "s3cret", ""},
		{[]string{`Basic realm="x"`}, 0, "wrong", errRejected.Error()},
		{[]string{token}, 0, "s3cret", ""},
		{[]string{token}, 0, "wrong", errRejected.Error()},
		{[]string{`Basic realm="x"`, token}, 0, "s3cret", ""},
		{[]string{`Bearer service="x"`}, 0, "s3cret", "names no place"},
		{[]string{`Negotiate x`}, 0, "s3cret", "neither Basic nor Bearer"},
		{nil, http.StatusOK, "s3cret", errOpen.Error()},
		{nil, http.StatusNotFound, "s3cret", "as no registry does"},
	} {
		challenges, status = test.challenges, test.status
		err := r.signIn(t.Context(), "alice", test.password)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %q", test.challenges, err, test.want)
		}
	}
	// A realm without TLS is no place for a password, but on this machine.
	far := newRegistry("registry.example")
	far.http = &http.Client{Transport: there(strings.TrimPrefix(s.URL, "http://"))}
	challenges = []string{`Bearer realm="http://elsewhere.example/token",service="x"`}
	if err := far.signIn(t.Context(), "alice", "s3cret"); err == nil || !strings.Contains(err.Error(), "names no place") {
		t.Errorf("a realm without TLS: %v", err)
	}
}

func TestAge(t *testing.T) {
	for d, want := range map[time.Duration]string{time.Second: "less than a minute", 90 * time.Second: "1 min", 30 * time.Hour: "30 h", 72 * time.Hour: "3 days"} {
		if got := age(d); got != want {
			t.Errorf("%v: %s", d, got)
		}
	}
}
