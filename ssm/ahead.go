package ssm

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"docker-credential-ssm/settings"
)

// ahead is a connection that was opened before there was a request for it.
type ahead struct {
	ready chan struct{} // closed when there is one, or none
	conn  *http.ClientConn
}

// open begins to open a connection to an endpoint, if it is not doing so
// already. It does not wait for it.
func (t *transport) open(ctx context.Context, endpoint *url.URL) {
	if endpoint == nil {
		return
	}
	a := &ahead{ready: make(chan struct{})}
	address := endpoint.Host
	if endpoint.Port() == "" {
		address = net.JoinHostPort(endpoint.Hostname(), map[string]string{"https": "443", "http": "80"}[endpoint.Scheme])
	}
	origin := endpoint.Scheme + "://" + endpoint.Host
	t.mu.Lock()
	begun := t.ahead[origin] != nil
	if !begun {
		t.ahead[origin] = a
	}
	t.mu.Unlock()
	if begun {
		return
	}
	go func() {
		defer close(a.ready)
		_ = t.verified(endpoint.Host, func(tr *http.Transport) (err error) {
			a.conn, err = tr.NewClientConn(ctx, endpoint.Scheme, address)
			return err
		})
	}()
	// Let it begin now: another thread would take up to a millisecond to wake.
	runtime.Gosched()
}

// opened returns the connection that was opened ahead to the host of a
// request, as long as it can take one. An error while it was opened is left to
// the request itself, which will meet it again.
func (t *transport) opened(r *http.Request) *http.ClientConn {
	t.mu.Lock()
	a := t.ahead[r.URL.Scheme+"://"+r.URL.Host]
	t.mu.Unlock()
	if a == nil {
		return nil
	}
	select {
	case <-a.ready:
	case <-r.Context().Done():
		return nil
	}
	if a.conn == nil || a.conn.Err() != nil || a.conn.Available() == 0 {
		return nil
	}
	return a.conn
}

// endpointOf is where a client will send its requests; nil where that cannot
// be said, which its first request then will.
func endpointOf(ctx context.Context, service *ssm.Client) *url.URL {
	o := service.Options()
	return resolve(ctx, ssm.EndpointParameters{
		Region:       aws.String(o.Region),
		Endpoint:     o.BaseEndpoint,
		UseFIPS:      aws.Bool(o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled),
		UseDualStack: aws.Bool(o.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled),
	})
}

// obviousEndpoint is the endpoint where the environment alone decides it, as in
// a build: the handshake with it can begin before AWS's configuration is
// loaded. Where a file, a profile or a rarer variable has a say, it is nil, and
// endpointOf tells a little later: a wrong guess would be a connection too many.
func obviousEndpoint(ctx context.Context, o settings.Options) *url.URL {
	for _, variable := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CA_BUNDLE", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"} {
		if os.Getenv(variable) != "" {
			return nil
		}
	}
	configFile, credentialsFile := awsFiles()
	for _, file := range []string{configFile, credentialsFile} {
		if _, err := os.Stat(file); err == nil {
			return nil
		}
	}
	region := cmp.Or(o.Region, os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"))
	if o.Profile != "" || region == "" {
		return nil
	}
	p := ssm.EndpointParameters{Region: aws.String(region), UseFIPS: aws.Bool(false), UseDualStack: aws.Bool(false)}
	if endpoint := cmp.Or(os.Getenv("AWS_ENDPOINT_URL_SSM"), os.Getenv("AWS_ENDPOINT_URL")); endpoint != "" {
		p.Endpoint = aws.String(endpoint)
	}
	return resolve(ctx, p)
}

func resolve(ctx context.Context, p ssm.EndpointParameters) *url.URL {
	endpoint, err := ssm.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, p)
	if err != nil {
		return nil
	}
	return &endpoint.URI
}

// awsFiles are the places of AWS's configuration files.
func awsFiles() (config, credentials string) {
	home, _ := os.UserHomeDir()
	return cmp.Or(os.Getenv("AWS_CONFIG_FILE"), filepath.Join(home, ".aws", "config")),
		cmp.Or(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), filepath.Join(home, ".aws", "credentials"))
}
