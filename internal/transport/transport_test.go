package transport

import (
	"cmp"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// server is a server with TLS and a root of its own, which counts connections.
func server(t *testing.T) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	var connections atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, &connections
}

func post(t *testing.T, tr *Transport, url string) {
	t.Helper()
	resp, err := tr.Client().Post(url, "text/plain", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != "body" {
		t.Errorf("answer: %q, %v", body, err)
	}
}

// TestSecondHandshake: an authority that the embedded roots do not know is looked
// for among the system's, once: later requests know better than to try again, and
// the body is sent whole though the first handshake failed.
func TestSecondHandshake(t *testing.T) {
	testenv.Isolate(t)
	for name, ahead := range map[string]bool{"ahead": true, "at the request": false} {
		t.Run(name, func(t *testing.T) {
			s, connections := server(t)
			tr := New()
			tr.system().TLSClientConfig.RootCAs = x509.NewCertPool()
			tr.system().TLSClientConfig.RootCAs.AddCert(s.Certificate())
			if ahead {
				u, err := url.Parse(s.URL)
				if err != nil {
					t.Fatal(err)
				}
				tr.Open(t.Context(), u)
			}
			post(t, tr, s.URL)
			post(t, tr, s.URL)
			if n := connections.Load(); n != 2 {
				t.Errorf("%d connections, want one that fails and one for all requests", n)
			}
		})
	}
}

// TestNoBody: a request without a body has a length, and no chunks.
func TestNoBody(t *testing.T) {
	testenv.Isolate(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 || len(r.TransferEncoding) != 0 {
			t.Errorf("length %d, %q", r.ContentLength, r.TransferEncoding)
		}
	}))
	defer s.Close()
	for _, body := range []io.Reader{nil, http.NoBody, strings.NewReader("")} {
		resp, err := New().Client().Post(s.URL, "text/plain", body)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
	}
}

// TestShortCutOff: SSL_CERT_FILE and SSL_CERT_DIR say what to trust.
func TestShortCutOff(t *testing.T) {
	testenv.Isolate(t)
	if New().amazon == nil {
		t.Error("the short cut is off by itself")
	}
	for _, variable := range []string{"SSL_CERT_FILE", "SSL_CERT_DIR"} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv(variable, "/somewhere")
			if New().amazon != nil {
				t.Error("the short cut is taken, though the user says what to trust")
			}
		})
	}
}

func TestObvious(t *testing.T) {
	for name, tt := range map[string]struct {
		service, region, profile string
		env                      map[string]string
		file                     bool
		want                     string
	}{
		"a build":                  {env: map[string]string{"AWS_REGION": "eu-central-1"}, want: "https://ssm.eu-central-1.amazonaws.com"},
		"a Region of our own":      {region: "eu-west-1", env: map[string]string{"AWS_REGION": "eu-central-1"}, want: "https://ssm.eu-west-1.amazonaws.com"},
		"the other variable":       {env: map[string]string{"AWS_DEFAULT_REGION": "ap-northeast-1"}, want: "https://ssm.ap-northeast-1.amazonaws.com"},
		"an endpoint":              {env: map[string]string{"AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL_SSM": "http://127.0.0.1:1/x", "AWS_ENDPOINT_URL": "http://other"}, want: "http://127.0.0.1:1/x"},
		"an endpoint for all":      {env: map[string]string{"AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": "http://other"}, want: "http://other"},
		"an endpoint that is none": {env: map[string]string{"AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": "other"}},
		"Secrets Manager":          {service: "secretsmanager", env: map[string]string{"AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL_SSM": "http://other"}, want: "https://secretsmanager.eu-central-1.amazonaws.com"},
		"its endpoint":             {service: "secretsmanager", region: "eu-west-1", env: map[string]string{"AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:1", "AWS_ENDPOINT_URL": "http://other"}, want: "http://127.0.0.1:1"},
		"not its endpoint":         {region: "eu-west-1", env: map[string]string{"AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:1", "AWS_ENDPOINT_URL": "http://other"}, want: "http://other"},
		"no Region":                {},
		"China":                    {region: "cn-north-1"},
		"a government's":           {region: "us-gov-west-1"},
		"an isolated one":          {region: "us-iso-east-1"},
		"the sovereign cloud's":    {region: "eusc-de-east-1"},
		"a profile":                {region: "eu-west-1", profile: "x"},
		"AWS's profile":            {region: "eu-west-1", env: map[string]string{"AWS_PROFILE": "x"}},
		"FIPS":                     {region: "us-east-1", env: map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}},
		"a bundle":                 {region: "us-east-1", env: map[string]string{"AWS_CA_BUNDLE": "/x"}},
		"a file":                   {region: "us-east-1", file: true},
	} {
		t.Run(name, func(t *testing.T) {
			home := testenv.Isolate(t)
			for variable, value := range tt.env {
				t.Setenv(variable, value)
			}
			if tt.file {
				if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(home, ".aws", "config"), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			got := ""
			if u := Obvious(cmp.Or(tt.service, "ssm"), tt.region, tt.profile); u != nil {
				got = u.String()
			}
			if got != tt.want {
				t.Errorf("Obvious = %q, want %q", got, tt.want)
			}
		})
	}
}
