package ssm

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	smithyendpoints "github.com/aws/smithy-go/endpoints"
	"github.com/aws/smithy-go/middleware"

	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/resource"
)

// sessionName is the program's name in CloudTrail: the session name of an assumed role
// and, with the version, a part of the user agent.
const sessionName = "docker-credential-ssm"

// client calls AWS with one identity in one Region.
type client struct {
	aws     aws.Config
	log     *slog.Logger
	version string // the program's
	region  string

	options  settings.Options
	settings *settings.Settings // for error messages
	note     func(text string)  // the store's

	transport *transport.Transport
	pipes     []*os.File // that the SDK has read
	output    *limit     // of a credential_process; nil for none

	base   aws.CredentialsProvider // of the credentials that assume the option's role; without one, of all
	chain  []aws.CredentialSource  // what the SDK gets these from
	shared config.SharedConfig     // the profile
	step   context.Context         // the context of the step under way, for callbacks of the SDK that get none
	typed  bool                    // a person has typed an MFA code
	said   string                  // what a credential_process wrote to standard error

	progress progress // in getting credentials

	signed  aws.Credentials             // that the calls are signed with; zero until they are retrieved
	sources map[resource.Service]source // made so far
}

// source returns the source for a service, and makes it on the first call.
func (c *client) source(service resource.Service) source {
	if s, ok := c.sources[service]; ok {
		return s
	}
	var s source
	switch service {
	case resource.ParameterStore:
		s = newParameterStore(c)
	case resource.SecretsManager:
		s = newSecretsManager(c)
	}
	c.sources[service] = s
	return s
}

// find reads the values of the resources that exist, from one service after the other.
func (c *client) find(ctx context.Context, decrypt bool, resources ...resource.Resource) (map[resource.Resource]stored, error) {
	found := map[resource.Resource]stored{}
	byService := group(resources)
	for _, service := range slices.Sorted(maps.Keys(byService)) {
		values, err := c.source(service).find(ctx, decrypt, byService[service]...)
		if err != nil {
			return nil, err
		}
		for _, r := range resources {
			if v, ok := values[r.Name]; ok && r.Service == service {
				found[r] = v
			}
		}
	}
	return found, nil
}

// connected returns a client with AWS's configuration and credentials.
func (s *Store) connected(ctx context.Context, o settings.Options, t *transport.Transport) (*client, error) {
	c, err := s.configure(ctx, o, t)
	if err != nil {
		return nil, err
	}
	if err := c.connect(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// connect starts opening the connections, and retrieves the AWS credentials.
func (c *client) connect(ctx context.Context) error {
	for _, service := range c.options.Location.Services() {
		c.transport.Open(ctx, c.endpoint(ctx, service))
	}
	// The credentials are retrieved before the first call, so that a failure here is
	// not reported as a failure of that call.
	_, err := c.credentials(ctx)
	return err
}

// configure loads AWS's configuration as every AWS SDK does; the options' profile,
// Region and role override it.
func (s *Store) configure(ctx context.Context, o settings.Options, t *transport.Transport) (*client, error) {
	start, log := time.Now(), s.log
	c := &client{
		log: log, version: s.version, sources: map[resource.Service]source{}, region: o.Region,
		options: o, settings: s.settings, note: s.Note, step: ctx,
	}
	if fault := c.checkVariables(); fault != nil {
		return nil, fault
	}
	load := []func(*config.LoadOptions) error{
		config.WithLogger(sdkLogger{log}),
		config.WithRetryer(func() aws.Retryer { return sourceRetryer{newRetryer(c)} }),
		config.WithAPIOptions([]func(*middleware.Stack) error{c.watchCredentials}),
		config.WithAssumeRoleCredentialOptions(func(a *stscreds.AssumeRoleOptions) { a.TokenProvider = c.askForCode }),
	}
	files, fault := c.sharedFiles()
	if fault == nil {
		fault = checkBundle()
	}
	if fault != nil {
		return nil, fault
	}
	load = append(append(load, tokenFiles()), files...)
	if o.Region != "" {
		load = append(load, config.WithRegion(o.Region))
	}
	if o.Profile != "" {
		load = append(load, config.WithSharedConfigProfile(o.Profile))
	}
	client := sourceClient(func() *transport.Transport { return t })
	cfg, err := config.LoadDefaultConfig(ctx, append(load, config.WithHTTPClient(client), c.containerClient(client))...)
	if transport.RefusedBundle(err) {
		cfg, t, err = c.loadWithBundle(ctx, load)
	}
	if err != nil {
		return nil, c.explainConfig(err)
	}
	cfg.HTTPClient = t.Client()
	c.region, c.chain, c.shared = cfg.Region, sourcesOf(cfg.Credentials), sharedConfig(cfg)
	cfg.Credentials = c.processCredentials(cfg)
	c.base = cfg.Credentials
	if fault := c.checkRegion(); fault != nil {
		fault.Err = errNoRegion
		return nil, fault
	}
	if half := halfKeyFault(); half != nil && !c.from(aws.CredentialSourceEnvVars) {
		log.Debug("half a key in the environment is left out: " + half.Why)
	}
	cfg.Retryer, cfg.RetryMaxAttempts = func() aws.Retryer { return newRetryer(c) }, maxAttempts(ctx, cfg)
	if o.RoleARN != "" {
		role := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), o.RoleARN, func(a *stscreds.AssumeRoleOptions) {
			a.RoleSessionName = sessionName
		})
		cfg.Credentials = aws.NewCredentialsCache(role)
	}
	log.Debug("configured", "region", cfg.Region, "profile", o.Profile, "role", o.RoleARN, "took", time.Since(start))

	c.aws, c.transport = cfg, t
	return c, nil
}

// maxAttempts is AWS_MAX_ATTEMPTS, or max_attempts of the profile; 0 for neither. The
// config package leaves both out where it is given a retryer. TestRetry fails when it
// does not.
func maxAttempts(ctx context.Context, cfg aws.Config) int {
	for _, from := range cfg.ConfigSources {
		if from, ok := from.(interface {
			GetRetryMaxAttempts(context.Context) (int, bool, error)
		}); ok {
			if n, found, err := from.GetRetryMaxAttempts(ctx); found && err == nil {
				return n
			}
		}
	}
	return 0
}

// credentials retrieves the AWS credentials that the calls are signed with.
func (c *client) credentials(ctx context.Context) (aws.Credentials, error) {
	creds, err := c.credentialsOf(ctx, c.aws.Credentials)
	if err == nil {
		c.signed = creds
	}
	return creds, err
}

func (c *client) credentialsOf(ctx context.Context, provider aws.CredentialsProvider) (aws.Credentials, error) {
	start := time.Now()
	creds, err := c.retrieve(ctx, provider)
	if err != nil {
		return creds, c.explainCredentials(err)
	}
	if !creds.HasKeys() {
		return creds, c.explainCredentials(&smithy.DeserializationError{Err: errIncomplete})
	}
	if c.from(aws.CredentialSourceProcess) && creds.Expired() {
		name, _ := c.profileWith("credential_process")
		return creds, because("process-expired", false, "profile", quoted(name), "time", creds.Expires.UTC().Format(time.RFC3339))
	}
	c.log.Debug("found credentials", "source", creds.Source, "access key", safeAccessKey(creds.AccessKeyID), "took", time.Since(start))
	return creds, nil
}

// retrieve has the SDK get credentials, and collects what a credential_process writes
// to standard error.
func (c *client) retrieve(ctx context.Context, provider aws.CredentialsProvider) (creds aws.Credentials, err error) {
	// After the deadline the SDK may still return credentials, or not.
	if err := cmp.Or(ctx.Err(), c.loginFile(), c.checkSessions()); err != nil {
		return creds, err
	}
	if !c.from(aws.CredentialSourceProcess) {
		return provider.Retrieve(ctx)
	}
	c.said, err = listening(ctx, func() error {
		creds, err = provider.Retrieve(ctx)
		return err
	})
	return creds, err
}

// endpoint is the URL that the requests to a service go to; nil where the SDK cannot
// resolve it, an error that the first request then returns.
func (c *client) endpoint(ctx context.Context, service resource.Service) *url.URL {
	var (
		endpoint smithyendpoints.Endpoint
		err      error
	)
	switch s := c.source(service).(type) {
	case *parameterStore:
		o := s.api.Options()
		endpoint, err = o.EndpointResolverV2.ResolveEndpoint(ctx, ssm.EndpointParameters{
			Region:       aws.String(o.Region),
			Endpoint:     o.BaseEndpoint,
			UseFIPS:      aws.Bool(o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled),
			UseDualStack: aws.Bool(o.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled),
		})
	case *secretsManager:
		o := s.api.Options()
		endpoint, err = o.EndpointResolverV2.ResolveEndpoint(ctx, secretsmanager.EndpointParameters{
			Region:       aws.String(o.Region),
			Endpoint:     o.BaseEndpoint,
			UseFIPS:      aws.Bool(o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled),
			UseDualStack: aws.Bool(o.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled),
		})
	}
	if err != nil {
		return nil
	}
	return &endpoint.URI
}

var errNoRegion = errors.New("no region")
