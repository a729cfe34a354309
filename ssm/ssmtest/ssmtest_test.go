package ssmtest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"

	"docker-credential-ssm/internal/testenv"
)

const region = "eu-central-1"

var ctx = context.Background()

// serve starts a server and a client that asks once.
func serve(t *testing.T) (*Server, *ssm.Client) {
	t.Helper()
	testenv.Isolate(t)
	s := NewServer()
	t.Cleanup(s.Close)
	return s, client(s, "AKIATEST", "", http.DefaultTransport.(*http.Transport).Clone())
}

func client(s *Server, key, token string, transport http.RoundTripper) *ssm.Client {
	return ssm.New(ssm.Options{
		Region: region, BaseEndpoint: aws.String(s.URL), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(key, "secret", token),
		HTTPClient:  &http.Client{Transport: transport},
	})
}

// code is the code of an error of the service, and its message.
func code(err error) (string, string) {
	var api smithy.APIError
	if !errors.As(err, &api) {
		if err != nil {
			return "?", err.Error()
		}
		return "", ""
	}
	return api.ErrorCode(), api.ErrorMessage()
}

func wantCode(t *testing.T, err error, want string, texts ...string) {
	t.Helper()
	got, message := code(err)
	if got != want {
		t.Errorf("the answer is %q (%s), want %q", got, message, want)
	}
	for _, text := range texts {
		if !strings.Contains(message, text) {
			t.Errorf("the message is %q, without %q", message, text)
		}
	}
}

func get(c *ssm.Client, name string) (string, error) {
	out, err := c.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return "", err
	}
	return *out.Parameter.Value, nil
}

func getAll(c *ssm.Client, names ...string) (*ssm.GetParametersOutput, error) {
	return c.GetParameters(ctx, &ssm.GetParametersInput{Names: names, WithDecryption: aws.Bool(true)})
}

func TestCalls(t *testing.T) {
	s, c := serve(t)
	s.Put(Parameter{Name: "/a", Value: "v"})
	_, _ = get(c, "/a")
	_, _ = getAll(client(s, "ASIAX", "token", http.DefaultTransport.(*http.Transport).Clone()), "/b", "/a")
	_, _ = get(c, "/c")
	calls := s.Calls()
	if len(calls) != 3 {
		t.Fatalf("%d calls, want 3", len(calls))
	}
	if c := calls[0]; c.Action != "GetParameter" || c.AccessKeyID != "AKIATEST" || c.Region != region || !c.WithDecryption || c.SessionToken || c.Conn != 1 || c.Code != "" || c.Time.IsZero() || c.RequestID == "" || !strings.Contains(c.UserAgent, "aws-sdk-go") {
		t.Errorf("the first call is %+v", c)
	}
	if c := calls[1]; !slices.Equal(c.Names, []string{"/b", "/a"}) || c.AccessKeyID != "ASIAX" || !c.SessionToken || c.Conn == calls[0].Conn {
		t.Errorf("the second call is %+v", c)
	}
	if c := calls[2]; c.Code != "ParameterNotFound" || c.Conn == 0 {
		t.Errorf("the third call is %+v", c)
	}
}

// TestConnections posts without an SDK, which does not always keep a
// connection to itself.
func TestConnections(t *testing.T) {
	testenv.Isolate(t)
	s := NewServer()
	defer s.Close()
	one, other := &http.Transport{}, &http.Transport{}
	for _, transport := range []*http.Transport{one, one, other, one} {
		req, _ := http.NewRequest(http.MethodPost, s.URL, strings.NewReader("{}"))
		resp, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	var got []int
	for _, c := range s.Calls() {
		got = append(got, c.Conn)
	}
	if !slices.Equal(got, []int{1, 1, 2, 1}) || s.Connections() != 2 {
		t.Errorf("on the connections %v, of %d", got, s.Connections())
	}
	s.ResetCalls()
	if len(s.Calls()) != 0 || s.Connections() != 0 {
		t.Error("ResetCalls remembers")
	}
}

func TestTLS(t *testing.T) {
	testenv.Isolate(t)
	s := NewTLSServer()
	defer s.Close()
	s.Put(Parameter{Name: "/a", Value: "v"})
	if _, err := get(client(s, "A", "", &http.Transport{}), "/a"); err == nil {
		t.Error("a client that does not know the root gets an answer")
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(s.CertPEM()) {
		t.Fatalf("no certificate in %q", s.CertPEM())
	}
	trusting := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13}}
	if v, err := get(client(s, "A", "", trusting), "/a"); v != "v" {
		t.Errorf("got %q, %v", v, err)
	}
	if s.Connections() != 2 || len(s.Calls()) != 1 {
		t.Errorf("%d connections and %d calls, want 2 and 1", s.Connections(), len(s.Calls()))
	}
	plain := NewServer()
	defer plain.Close()
	if plain.CertPEM() != nil {
		t.Error("a server without TLS has a certificate")
	}
}

func TestConcurrentUse(t *testing.T) {
	s, c := serve(t)
	s.Deny("GetParameters", "/none")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				s.Put(Parameter{Name: "/a", Value: "v"})
				_, _ = getAll(c, "/a", "/none")
				_, _ = get(c, "/a")
				_, _, _ = s.Calls(), s.Names(), s.Connections()
			}
		})
	}
	wg.Wait()
	if p, _ := s.Parameter("/a"); p.Version != 40 || len(s.Calls()) != 80 {
		t.Errorf("version %d after %d calls, want 40 after 80", p.Version, len(s.Calls()))
	}
}

func TestCloseTwice(t *testing.T) {
	s := NewServer()
	s.Close()
	s.Close()
}
