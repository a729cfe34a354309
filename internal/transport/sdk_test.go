package transport

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
)

// TestMetadataPaths: the SDK's client of the metadata service sends all of its
// requests where little patience is had with them, and none elsewhere.
func TestMetadataPaths(t *testing.T) {
	var requests atomic.Int32
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		switch r.URL.Path {
		case "/latest/api/token":
			w.Header().Set("x-aws-ec2-metadata-token-ttl-seconds", "300")
			_, _ = w.Write([]byte("token"))
		case "/latest/meta-data/iam/security-credentials/":
			_, _ = w.Write([]byte("role"))
		default:
			_, _ = w.Write([]byte(`{"Code":"Success","AccessKeyId":"ASIATEST","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"}`))
		}
	}))
	defer service.Close()
	environment(t, map[string]string{"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": service.URL})
	tr := New()
	elsewhere := func(_ context.Context, _, address string) (net.Conn, error) {
		t.Errorf("a request to %s is not seen as the metadata service's", address)
		return nil, errors.New("not for this transport")
	}
	tr.amazon.DialContext, tr.system().DialContext = elsewhere, elsewhere
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithHTTPClient(tr.Client()))
	if err != nil {
		t.Fatal(err)
	}
	if creds, err := cfg.Credentials.Retrieve(t.Context()); err != nil || creds.AccessKeyID != "ASIATEST" || requests.Load() != 3 || !tr.metadata.answered.Load() {
		t.Errorf("%q after %d requests, %v", creds.AccessKeyID, requests.Load(), err)
	}
}

// TestRefusedBundle: the SDK's text, where it meets a bundle and our client.
func TestRefusedBundle(t *testing.T) {
	s, _ := server(t)
	bundle := writeBundle(t, s)
	environment(t, map[string]string{"AWS_CA_BUNDLE": bundle})
	if _, err := config.LoadDefaultConfig(t.Context(), config.WithHTTPClient(New().Client())); !RefusedBundle(err) {
		t.Errorf("with our client: %v", err)
	}
	t.Setenv("AWS_CA_BUNDLE", bundle+".absent")
	if _, err := config.LoadDefaultConfig(t.Context(), config.WithHTTPClient(New().Client())); err == nil || RefusedBundle(err) {
		t.Errorf("a bundle that is not there: %v", err)
	}
	if RefusedBundle(nil) {
		t.Error("no error")
	}
}

// TestEndpointVariables: the variables of an endpoint have the SDK's names.
func TestEndpointVariables(t *testing.T) {
	for service, id := range map[string]string{"ssm": "SSM", "secretsmanager": "Secrets Manager"} {
		variable := map[string]string{"ssm": "AWS_ENDPOINT_URL_SSM", "secretsmanager": "AWS_ENDPOINT_URL_SECRETS_MANAGER"}[service]
		environment(t, map[string]string{variable: "http://127.0.0.1:1", "AWS_ENDPOINT_URL": "http://127.0.0.1:2", "AWS_REGION": "eu-central-1"})
		env, err := config.NewEnvConfig()
		if err != nil {
			t.Fatal(err)
		}
		theirs, _, _ := env.GetServiceBaseEndpoint(t.Context(), id)
		if ours := Obvious(service, "", ""); ours == nil || ours.String() != theirs {
			t.Errorf("%s: %v, and the SDK has %q", service, ours, theirs)
		}
	}
}
