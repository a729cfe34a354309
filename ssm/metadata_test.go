package ssm

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// withoutCredentials leaves the metadata service as the only source.
func withoutCredentials(t *testing.T, endpoint string) *ssmtest.Server {
	t.Helper()
	server := ssmtest.NewServer()
	t.Cleanup(server.Close)
	server.Put(ssmtest.Parameter{Name: "/CodeBuild/docker-credentials/docker.io", Value: `{"username":"alice","password":"s3cret"}`})
	testenv.Isolate(t)
	useServer(t, server.URL)
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"} {
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", endpoint)
	return server
}

// TestNoCredentials: a metadata address that refuses, or takes the connection
// and says nothing, is asked for a token and once without, and no more: the
// SDK's three tries within three tries take eight seconds.
func TestNoCredentials(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	var taken atomic.Int32
	go func() {
		for {
			conn, err := silent.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			taken.Add(1)
		}
	}()
	for name, endpoint := range map[string]string{"refuses": "http://127.0.0.1:1", "silent": "http://" + silent.Addr().String()} {
		t.Run(name, func(t *testing.T) {
			withoutCredentials(t, endpoint)
			_, _, err := open(t, nil).Get(context.Background(), "docker.io")
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(e.Why, "no AWS credentials") {
				t.Errorf("err = %v, want no AWS credentials", err)
			}
		})
	}
	if n := taken.Load(); n == 0 || n > 2 {
		t.Errorf("the silent address was asked %d times, want 1 or 2", n)
	}
}

// TestMetadataService: an instance's credentials are had, with a token and
// without; and one that has answered once has the caller's patience.
func TestMetadataService(t *testing.T) {
	for name, tt := range map[string]struct {
		token int           // the status of the answer to the token's request; 0 for none at all
		slow  time.Duration // the role's credentials take that long
	}{
		"IMDSv2":                     {token: http.StatusOK},
		"IMDSv2, slow at the end":    {token: http.StatusOK, slow: 400 * time.Millisecond},
		"IMDSv1":                     {token: http.StatusNotFound},
		"the token is lost on a hop": {},
	} {
		t.Run(name, func(t *testing.T) {
			metadata := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.URL.Path == "/latest/api/token" && tt.token == 0:
					<-r.Context().Done()
				case r.URL.Path == "/latest/api/token":
					w.Header().Set("x-aws-ec2-metadata-token-ttl-seconds", "300")
					w.WriteHeader(tt.token)
					_, _ = w.Write([]byte("token"))
				case tt.token == http.StatusOK && r.Header.Get("x-aws-ec2-metadata-token") != "token":
					w.WriteHeader(http.StatusUnauthorized)
				case r.URL.Path == "/latest/meta-data/iam/security-credentials/":
					_, _ = w.Write([]byte("role"))
				case r.URL.Path == "/latest/meta-data/iam/security-credentials/role":
					time.Sleep(tt.slow)
					_, _ = w.Write([]byte(`{"Code":"Success","AccessKeyId":"ASIAINSTANCE","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"}`))
				default:
					w.WriteHeader(http.StatusNotFound)
				}
			}))
			defer metadata.Close()
			server := withoutCredentials(t, metadata.URL)
			if err := get(t); err != nil {
				t.Fatal(err)
			}
			if calls := server.Calls(); len(calls) != 1 || calls[0].AccessKeyID != "ASIAINSTANCE" {
				t.Errorf("calls: %+v", calls)
			}
		})
	}
}

// TestConnectsAhead: while a container's credentials are being fetched, the
// connection to Parameter Store is opened, and it is the one that is used.
func TestConnectsAhead(t *testing.T) {
	server := tlsStore(t)
	trust(t, server)
	var opened atomic.Bool
	container := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for range 500 { // five seconds; without a connection by then it never comes
			if server.Connections() > 0 {
				opened.Store(true)
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		_, _ = w.Write([]byte(`{"AccessKeyId":"ASIACONTAINER","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"}`))
	}))
	defer container.Close()
	_ = os.Unsetenv("AWS_ACCESS_KEY_ID")
	_ = os.Unsetenv("AWS_SECRET_ACCESS_KEY")
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", container.URL+"/credentials")
	if err := get(t); err != nil {
		t.Fatal(err)
	}
	if !opened.Load() {
		t.Error("there was no connection before there were credentials")
	}
	if calls, conns := server.Calls(), server.Connections(); len(calls) != 1 || conns != 1 || calls[0].AccessKeyID != "ASIACONTAINER" {
		t.Errorf("%+v on %d connections, want one on one", calls, conns)
	}
}
