package registryclient

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"docker-credential-ssm/internal/dockerhub"
)

// hub leads a registry to a stand-in for Docker Hub.
func hub(t *testing.T, h *dockerhub.Hub) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	t.Cleanup(h.Close)
	r := New("docker.io")
	r.HTTP = &http.Client{Transport: there(strings.TrimPrefix(s.URL, "http://"))}
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
	for _, want := range []Quota{
		{As: "alice", Limit: 200, Remaining: 5, Window: 21600},
		{As: "paid", Unlimited: true},
		{As: "", Limit: 100, Window: 21600},
	} {
		got := r.Quota(t.Context(), want.As, map[bool]string{true: "s3cret"}[want.As != ""])
		want.Source = got.Source
		if got != want || got.UsedUp() != (want.As == "") {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if got := r.Quota(t.Context(), "alice", "wrong"); got.Error != ErrRejected.Error() || got.UsedUp() {
		t.Errorf("with a wrong password: %+v", got)
	}
	if len(h.Pulls()) != 0 {
		t.Errorf("asking costs pulls: %v", h.Pulls())
	}
}

// TestSignIn goes through what registries answer.
func TestSignIn(t *testing.T) {
	var challenges []string
	status, toRegistry := http.StatusOK, false
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		_, password, basic := q.BasicAuth()
		toRegistry = toRegistry || basic && q.URL.Path == "/v2/"
		switch {
		case q.URL.Path == "/token" && password == "expired":
			w.WriteHeader(http.StatusForbidden)
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
	r := New(strings.ReplaceAll(strings.TrimPrefix(s.URL, "http://"), ":", "_3A"))
	const token = `Bearer realm="http://HOST/token",service="a, b"`
	for _, test := range []struct {
		challenges []string
		status     int
		password   string
		want       string
	}{
		{[]string{`Basic realm="x"`}, 0, "s3cret", ""},
		{[]string{`Basic realm="x"`}, 0, "wrong", ErrRejected.Error()},
		{[]string{token}, 0, "s3cret", ""},
		{[]string{token}, 0, "wrong", ErrRejected.Error()},
		{[]string{token}, 0, "expired", ErrRejected.Error()}, // as ghcr.io answers
		{[]string{`Basic realm="x"`, token}, 0, "s3cret", ""},
		{[]string{`Bearer service="x"`}, 0, "s3cret", "names no place"},
		{[]string{`Negotiate x`}, 0, "s3cret", "neither Basic nor Bearer"},
		{nil, http.StatusOK, "s3cret", ErrOpen.Error()},
		{nil, http.StatusNotFound, "s3cret", "as no registry does"},
	} {
		challenges, status, toRegistry = test.challenges, test.status, false
		err := r.SignIn(t.Context(), "alice", test.password)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %q", test.challenges, err, test.want)
		}
		if toRegistry != (len(test.challenges) == 1 && strings.HasPrefix(test.challenges[0], "Basic")) {
			t.Errorf("%q: the registry itself has got the password: %v", test.challenges, toRegistry)
		}
	}
}
