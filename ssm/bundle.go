package ssm

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"docker-credential-ssm/internal/transport"
)

// loadWithBundle finds the configuration where AWS_CA_BUNDLE or ca_bundle says what to
// trust. The SDK adds the certificates only to a client of its own type, which follows
// redirects, and reads as much as a server sends. All calls go through a transport with
// the same certificates instead, those of the sources of credentials too.
func (c *client) loadWithBundle(ctx context.Context, load []func(*config.LoadOptions) error) (cfg aws.Config, t *transport.Transport, err error) {
	client := awshttp.NewBuildableClient().WithTransportOptions(transport.Configure)
	through := sourceClient(func() *transport.Transport { return t })
	cfg, err = config.LoadDefaultConfig(ctx, append(load, config.WithHTTPClient(client), config.WithAPIOptions([]func(*middleware.Stack) error{sendThrough(through)}), c.containerClient(through))...)
	if err != nil {
		return cfg, nil, err
	}
	t = transport.NewWithRoots(cfg.HTTPClient.(*awshttp.BuildableClient).GetTransport().TLSClientConfig.RootCAs)
	return cfg, t, nil
}

// sendThrough sends the requests of the sources of credentials through a client: as
// the last step before that of the SDK's client, which it leaves out. The services that
// are asked later have more steps after it, and the transport itself.
func sendThrough(client doer) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("docker-credential-ssm/send", func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (out middleware.DeserializeOutput, metadata middleware.Metadata, err error) {
			if service := awsmiddleware.GetServiceID(ctx); service == ssm.ServiceID || service == secretsmanager.ServiceID {
				return next.HandleDeserialize(ctx, in)
			}
			out.RawResponse, metadata, err = smithyhttp.NewClientHandlerWithOptions(client).Handle(ctx, in.Request)
			return out, metadata, err
		}), middleware.After)
	}
}

// containerClient sends the requests for the credentials of a container or a pod
// through a client. For these the SDK ignores [config.WithHTTPClient] and uses a
// client of its own, which sends them to HTTP_PROXY.
func (c *client) containerClient(client doer) config.LoadOptionsFunc {
	return config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) {
		containerToken(o)
		o.Retryer = sourceRetryer{newRetryer(c)}
		o.HTTPClient = client
	})
}
