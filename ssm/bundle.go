package ssm

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"

	"docker-credential-ssm/internal/transport"
)

// loadWithBundle finds the configuration where AWS_CA_BUNDLE or ca_bundle says what to
// trust. The SDK adds the certificates only to a client of its own type, which most
// sources of credentials then use; all other calls go through a transport with the same
// certificates.
func loadWithBundle(ctx context.Context, load []func(*config.LoadOptions) error) (cfg aws.Config, t *transport.Transport, err error) {
	client := awshttp.NewBuildableClient().WithTransportOptions(transport.Configure)
	cfg, err = config.LoadDefaultConfig(ctx, append(load, config.WithHTTPClient(client), containerClient(func() *transport.Transport { return t }))...)
	if err != nil {
		return cfg, nil, err
	}
	t = transport.NewWithRoots(cfg.HTTPClient.(*awshttp.BuildableClient).GetTransport().TLSClientConfig.RootCAs)
	cfg.HTTPClient = t.Client()
	return cfg, t, nil
}

// containerClient sends the requests for the credentials of a container or a pod
// through a transport. For these the SDK ignores [config.WithHTTPClient] and uses a
// client of its own, which sends them to HTTP_PROXY.
func containerClient(t func() *transport.Transport) config.LoadOptionsFunc {
	return config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) {
		containerToken(o)
		o.HTTPClient = doer(func(r *http.Request) (*http.Response, error) { return t().Client().Do(r) })
	})
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }
