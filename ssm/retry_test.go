package ssm

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"docker-credential-ssm/internal/deadline"
	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/ssm/ssmtest"
)

// TestFleet: 200 builds that start at once, against the quota that an account
// has by default, all get their credential before the default deadline.
func TestFleet(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some ten seconds")
	}
	const fleet, quota = 200, 40
	server := ssmtest.NewServer()
	defer server.Close()
	testenv.Isolate(t)
	useServer(t, server.URL)
	server.Put(ssmtest.Parameter{Name: "/CodeBuild/docker-credentials/docker.io", Value: `{"username":"alice","password":"s3cret"}`})
	server.Limit(quota)

	stores := make([]*Store, fleet)
	for i := range stores {
		stores[i] = open(t, nil)
	}
	var wg sync.WaitGroup
	start := time.Now()
	for _, s := range stores {
		wg.Go(func() {
			if _, _, err := s.Get(context.Background(), "docker.io"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	calls := len(server.Calls())
	t.Logf("%d helpers, %d calls, %v", fleet, calls, time.Since(start).Round(time.Millisecond))
	if calls > 5*fleet {
		t.Errorf("%d calls for %d credentials: the back-off wastes the quota", calls, fleet)
	}
}

// TestLastTry: a throttled call is tried again for as long as there is time for one
// more call, and not after that.
func TestLastTry(t *testing.T) {
	throttle := &smithy.GenericAPIError{Code: "ThrottlingException"}
	delay := func(left time.Duration) (time.Duration, error) {
		ctx, cancel := deadline.With(context.Background(), time.Now().Add(left))
		defer cancel()
		return newRetryer(&client{step: ctx}).RetryDelay(9, throttle)
	}
	for range 200 {
		if wait, err := delay(5 * time.Second); err != nil || wait > 5*time.Second-lastCall {
			t.Fatalf("with 5 s left: %v, %v", wait, err)
		}
		if _, err := delay(lastCall); err != throttle {
			t.Fatalf("with no time left: %v", err)
		}
		if wait, err := delay(time.Hour); err != nil || wait > lastWait {
			t.Fatalf("with an hour left: %v, %v", wait, err)
		}
	}
}

// TestNoRetry: what cannot get better is asked once.
func TestNoRetry(t *testing.T) {
	for _, code := range []string{"InvalidKeyId", "ValidationException", "ExpiredTokenException", "ParameterVersionNotFound"} {
		t.Run(code, func(t *testing.T) {
			server := ssmtest.NewServer()
			defer server.Close()
			testenv.Isolate(t)
			useServer(t, server.URL)
			server.Fail(ssmtest.Fault{Code: code})
			if _, _, err := open(t, nil).Get(context.Background(), "docker.io"); err == nil {
				t.Error("no error")
			}
			if calls := len(server.Calls()); calls != 1 {
				t.Errorf("%d calls, want 1", calls)
			}
		})
	}
}

// TestNoRetryOfAnswers: an answer that says nothing under a status of success, or a
// refusal of something in between, says so again. (A change that would let the SDK
// try the first again: no answerError in hopeless.)
func TestNoRetryOfAnswers(t *testing.T) {
	empty := func([]byte) []byte { return nil }
	for name, fault := range map[string]ssmtest.Fault{
		"200 and nothing": {Answer: empty, Status: 200},
		"200 and {}":      {Body: "{}"},
		"a page":          {Body: "<html>", Header: http.Header{"Content-Type": {"text/html"}}},
		"over 1 MB":       {Answer: func(b []byte) []byte { return append(b, strings.Repeat(" ", transport.MaxBody)...) }},
		"301":             {Status: 301, Answer: empty},
		"403":             {Status: 403, Answer: empty},
		"404":             {Status: 404, Answer: empty},
		"407":             {Status: 407, Answer: empty},
		"500 over 1 MB":   {Status: 500, Answer: func(b []byte) []byte { return append(b, strings.Repeat(" ", transport.MaxBody)...) }},
	} {
		t.Run(name, func(t *testing.T) {
			server := ssmtest.NewServer()
			defer server.Close()
			testenv.Isolate(t)
			useServer(t, server.URL)
			server.Fail(fault)
			if _, _, err := open(t, nil).Get(context.Background(), "docker.io"); err == nil || errors.Is(err, ErrNotFound) {
				t.Errorf("err = %v", err)
			}
			if calls := len(server.Calls()); calls != 1 {
				t.Errorf("%d calls, want 1", calls)
			}
		})
	}
}

// TestNoRetryOfCertificates: a certificate that does not verify does not verify the
// next time.
func TestNoRetryOfCertificates(t *testing.T) {
	server := tlsStore(t)
	trust(t, server)
	t.Setenv("AWS_ENDPOINT_URL", strings.Replace(server.URL, "127.0.0.1", "localhost", 1))
	var e *Error
	if err := get(t); !errors.As(err, &e) || e.Cause != "certificate-name" {
		t.Errorf("err = %v", err)
	}
	if n := server.Connections(); n != 1 {
		t.Errorf("%d handshakes, want 1", n)
	}
}

// TestThrottlingOfGateways: 429 and 503 without AWS's words are throttling, which
// lasts longer than three tries.
func TestThrottlingOfGateways(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for some seconds, as a throttled call does")
	}
	server := ssmtest.NewServer()
	defer server.Close()
	testenv.Isolate(t)
	useServer(t, server.URL)
	server.Put(ssmtest.Parameter{Name: "/CodeBuild/docker-credentials/docker.io", Value: `{"username":"alice","password":"s3cret"}`})
	empty := func([]byte) []byte { return nil }
	server.Fail(ssmtest.Fault{Status: 429, Answer: empty, Times: 1})
	server.Fail(ssmtest.Fault{Status: 503, Answer: empty, Times: 3})
	if _, _, err := open(t, nil, "TIMEOUT=60s").Get(context.Background(), "docker.io"); err != nil {
		t.Error(err)
	}
	if calls := len(server.Calls()); calls != 4 { // one of them has both faults
		t.Errorf("%d calls, want 4", calls)
	}
}

// TestRetry: what may pass is asked three times, throttling for as long as the
// deadline lasts; and AWS_MAX_ATTEMPTS means what it does everywhere.
func TestRetry(t *testing.T) {
	for name, tt := range map[string]struct {
		fault ssmtest.Fault
		env   string
		most  int
		least int
	}{
		"a broken connection": {fault: ssmtest.Fault{Drop: true}, least: 3, most: 3},
		"an internal error":   {fault: ssmtest.Fault{Code: "InternalServerError", Status: 500}, least: 3, most: 3},
		"500 and nothing":     {fault: ssmtest.Fault{Status: 500, Answer: func([]byte) []byte { return nil }}, least: 3, most: 3},
		"502 and nothing":     {fault: ssmtest.Fault{Status: 502, Answer: func([]byte) []byte { return nil }}, least: 3, most: 3},
		"504 and nothing":     {fault: ssmtest.Fault{Status: 504, Answer: func([]byte) []byte { return nil }}, least: 3, most: 3},
		"throttling":          {fault: ssmtest.Fault{Code: "ThrottlingException", Times: 4}, least: 5, most: 5},
		"AWS_MAX_ATTEMPTS":    {fault: ssmtest.Fault{Code: "ThrottlingException"}, env: "2", least: 2, most: 2},
	} {
		t.Run(name, func(t *testing.T) {
			server := ssmtest.NewServer()
			defer server.Close()
			testenv.Isolate(t)
			useServer(t, server.URL)
			t.Setenv("AWS_MAX_ATTEMPTS", tt.env)
			server.Fail(tt.fault)
			_, _, _ = open(t, nil, "TIMEOUT=60s").Get(context.Background(), "docker.io")
			if calls := len(server.Calls()); calls < tt.least || calls > tt.most {
				t.Errorf("%d calls, want %d to %d", calls, tt.least, tt.most)
			}
		})
	}
}

// TestHopeless: what is never tried again, whatever the SDK's own retryer says.
// (Caught: the certificate left out; one that was opened ahead and did not verify is
// remembered by the transport, so that a count of handshakes does not show it.)
func TestHopeless(t *testing.T) {
	for _, err := range []error{
		&url.Error{Op: "Post", URL: "https://host.test", Err: &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}},
		&url.Error{Op: "Post", URL: "https://host.test", Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "host.test"}},
		&url.Error{Op: "Post", URL: "https://host.test", Err: x509.CertificateInvalidError{Reason: x509.Expired}},
		&answerError{Status: 200, Cause: "answer-empty"}, &answerError{Status: 204}, &smithy.DeserializationError{Err: errors.New("answer-more")},
		context.Canceled, context.DeadlineExceeded, transport.ErrTooLong,
	} {
		if newRetryer(&client{step: context.Background()}).IsErrorRetryable(&smithyhttp.RequestSendError{Err: err}) {
			t.Errorf("%T %v is tried again", err, err)
		}
	}
	for _, err := range []error{&answerError{Status: 429}, &answerError{Status: 503}, &answerError{Status: 500}, &answerError{Status: 502}, &answerError{Status: 504}} {
		if !newRetryer(&client{step: context.Background()}).IsErrorRetryable(err) {
			t.Errorf("%v is not tried again", err)
		}
	}
}
