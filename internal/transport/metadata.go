package transport

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The metadata service of EC2 is on the instance's own host: it takes a connection
// within a millisecond and answers in a few. Where there is none, some networks answer
// at once with an error, and others drop every packet; for those the SDK's timeouts add
// up to more than eight seconds.
//
// The answer with a token does not reach a container if the instance's hop limit is 1;
// then the SDK makes a second request, without a token. Both timeouts together are
// below a second.
const (
	metadataConnect = 250 * time.Millisecond
	metadataToken   = 500 * time.Millisecond // for the first request's answer
	metadataFirst   = 300 * time.Millisecond // for any other, while there was no answer yet
)

// metadataService sends requests to the metadata service: with a short timeout until it
// has answered once, and with the caller's from then on. It never uses a proxy, since
// the proxy would ask the metadata service of its own instance.
type metadataService struct {
	once      sync.Once
	transport *http.Transport
	answered  atomic.Bool
}

// isMetadata recognises the metadata service's requests by their path, since
// AWS_EC2_METADATA_SERVICE_ENDPOINT may give it any address. TestMetadataPaths fails
// when the SDK's client has other paths.
func isMetadata(u *url.URL) bool {
	return u.Scheme == "http" && strings.HasPrefix(u.Path, "/latest/")
}

func (m *metadataService) http() *http.Transport {
	m.once.Do(func() {
		m.transport = plainTransport(nil)
		m.transport.DialContext = (&net.Dialer{Timeout: metadataConnect}).DialContext
	})
	return m.transport
}

func (m *metadataService) send(r *http.Request, w *watch) (*http.Response, error) {
	patience := metadataFirst
	if r.Method == http.MethodPut {
		patience = metadataToken
	}
	ctx, cancel := context.WithCancel(r.Context())
	timer := time.AfterFunc(patience, func() {
		if !m.answered.Load() {
			cancel()
		}
	})
	resp, err := m.http().RoundTrip(r.WithContext(ctx))
	timer.Stop()
	if err != nil {
		cancel()
		if r.Context().Err() == nil && !m.answered.Load() {
			return nil, absent(w.own(err, r.URL.Host, proxy{}), r.URL.Host)
		}
		return nil, err
	}
	m.answered.Store(true)
	return resp, nil
}

// absentError keeps the SDK from asking a service again that is not there. It
// does not unwrap: the cancelled context that it comes from is not the caller's.
type absentError struct {
	kind Kind
	host string
}

func absent(err error, host string) *absentError {
	kind := Diagnose(err).Kind
	if kind == Interrupted {
		kind = TimedOut
	}
	return &absentError{kind, host}
}

func (e *absentError) Error() string {
	return fmt.Sprintf("the EC2 metadata service does not answer: %s", e.kind)
}

// RetryableError is what the SDK's retryer looks for.
func (e *absentError) RetryableError() bool { return false }
