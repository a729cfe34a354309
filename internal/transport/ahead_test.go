package transport

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

// TestTwoAtOnce: of two requests at once, one has the connection that was opened ahead,
// and the other one does not wait for it.
func TestTwoAtOnce(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	endpoint, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	transport := New()
	transport.Open(t.Context(), endpoint)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	first, err := transport.opened(r, &watch{})
	if err != nil || first == nil {
		t.Fatalf("the first request has %v, %v", first, err)
	}
	if second, err := transport.opened(r, &watch{}); err != nil || second != nil {
		t.Errorf("the second request has %v, %v", second, err)
	}
	first.Release()
	if again, err := transport.opened(r, &watch{}); err != nil || again != first {
		t.Errorf("a later request has %v, %v", again, err)
	}
	first.Release()
	_ = first.Close()
}
