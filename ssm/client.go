package ssm

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/settings"
)

// sessionName is the program's name in CloudTrail: of an assumed role's session
// and, with the version, in the user agent.
const sessionName = "docker-credential-ssm"

// api is what the package asks of Parameter Store; *ssm.Client implements it.
type api interface {
	GetParameters(context.Context, *ssm.GetParametersInput, ...func(*ssm.Options)) (*ssm.GetParametersOutput, error)
	GetParametersByPath(context.Context, *ssm.GetParametersByPathInput, ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error)
	PutParameter(context.Context, *ssm.PutParameterInput, ...func(*ssm.Options)) (*ssm.PutParameterOutput, error)
	DeleteParameters(context.Context, *ssm.DeleteParametersInput, ...func(*ssm.Options)) (*ssm.DeleteParametersOutput, error)
}

// client is Parameter Store as one identity sees it in one Region. Its errors
// are explained.
type client struct {
	api     api
	aws     aws.Config
	log     *slog.Logger
	region  string
	profile string // for what a person is told; "" for the default one
}

// connect finds the configuration and the credentials.
func connect(ctx context.Context, o settings.Options, version string, log *slog.Logger, t *transport.Transport) (*client, error) {
	c, err := configure(ctx, o, version, log, t)
	if err != nil {
		return nil, err
	}
	// Asked for by itself, a failure here cannot be mistaken for one of
	// Parameter Store.
	if _, err := c.credentials(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// configure finds the configuration as every AWS SDK does, with the options'
// profile, Region and role on top.
func configure(ctx context.Context, o settings.Options, version string, log *slog.Logger, t *transport.Transport) (*client, error) {
	start := time.Now()
	load := []func(*config.LoadOptions) error{
		config.WithLogger(sdkLogger{log}),
		config.WithAssumeRoleCredentialOptions(func(a *stscreds.AssumeRoleOptions) { a.TokenProvider = askForCode(ctx) }),
	}
	if o.Region != "" {
		load = append(load, config.WithRegion(o.Region))
	}
	if o.Profile != "" {
		load = append(load, config.WithSharedConfigProfile(o.Profile))
	}
	c := &client{log: log, region: o.Region, profile: cmp.Or(o.Profile, os.Getenv("AWS_PROFILE"))}
	cfg, err := config.LoadDefaultConfig(ctx, append(load, config.WithHTTPClient(t.Client()), containerClient(func() *transport.Transport { return t }))...)
	if transport.RefusedBundle(err) {
		cfg, t, err = loadWithBundle(ctx, load)
	}
	if err != nil {
		return nil, c.explainCredentials(err)
	}
	if c.region = cfg.Region; c.region == "" {
		return nil, &Error{
			Why:    "no AWS Region is set",
			Advice: "Set DOCKER_CREDENTIAL_SSM_REGION, AWS_REGION, or a region in the AWS profile",
			Err:    errNoRegion,
		}
	}
	cfg.Retryer = func() aws.Retryer { return newRetryer(ctx) }
	if o.RoleARN != "" {
		role := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), o.RoleARN, func(a *stscreds.AssumeRoleOptions) {
			a.RoleSessionName = sessionName
			a.TokenProvider = askForCode(ctx)
		})
		cfg.Credentials = aws.NewCredentialsCache(role)
	}
	log.Debug("configured", "region", cfg.Region, "profile", o.Profile, "role", o.RoleARN, "took", time.Since(start))

	service := ssm.NewFromConfig(cfg, func(s *ssm.Options) {
		s.APIOptions = append(s.APIOptions, logCalls(log), awsmiddleware.AddUserAgentKeyValue(sessionName, version))
	})
	t.Open(ctx, endpointOf(ctx, service))

	c.api, c.aws = service, cfg
	return c, nil
}

// credentials finds the AWS credentials that the calls are signed with.
func (c *client) credentials(ctx context.Context) (aws.Credentials, error) {
	start := time.Now()
	creds, err := c.aws.Credentials.Retrieve(ctx)
	if err != nil {
		return creds, c.explainCredentials(err)
	}
	c.log.Debug("found credentials", "source", creds.Source, "access key", creds.AccessKeyID, "took", time.Since(start))
	return creds, nil
}

// endpointOf is where a client will send its requests; nil where that cannot
// be said, which its first request then will.
func endpointOf(ctx context.Context, service *ssm.Client) *url.URL {
	o := service.Options()
	endpoint, err := o.EndpointResolverV2.ResolveEndpoint(ctx, ssm.EndpointParameters{
		Region:       aws.String(o.Region),
		Endpoint:     o.BaseEndpoint,
		UseFIPS:      aws.Bool(o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled),
		UseDualStack: aws.Bool(o.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled),
	})
	if err != nil {
		return nil
	}
	return &endpoint.URI
}

// stored is what a parameter holds.
type stored struct {
	value    string
	plain    bool // a String, not a SecureString
	version  int64
	modified time.Time
}

func storedIn(p types.Parameter) stored {
	return stored{aws.ToString(p.Value), p.Type == types.ParameterTypeString, p.Version, aws.ToTime(p.LastModifiedDate)}
}

// get reads parameters: the value of each that exists, by the name it was
// asked for. It takes one to ten names, and one call. The plural call is also
// the one that the role CodeBuild makes may use.
func (c *client) get(ctx context.Context, decrypt bool, names ...string) (map[string]stored, error) {
	out, err := c.api.GetParameters(ctx, &ssm.GetParametersInput{Names: names, WithDecryption: aws.Bool(decrypt)})
	if err != nil {
		return nil, c.explain("ssm:GetParameters", err, names...)
	}
	return byName(names, out.Parameters), nil
}

// byName gives each answer the name it was asked by. That is not always the
// answer's own: a version or a label is in a field of its own, a shared
// parameter may answer with its name or its ARN, and a secret by what Secrets
// Manager calls it. What no rule knows is the one answer that is left over.
func byName(asked []string, answers []types.Parameter) map[string]stored {
	found := make(map[string]stored, len(answers))
	open := map[string]bool{}
	for _, name := range asked {
		open[name] = true
	}
	var left []types.Parameter
	for _, p := range answers {
		name, arn, selector := aws.ToString(p.Name), aws.ToString(p.ARN), aws.ToString(p.Selector)
		known := false
		for _, candidate := range []string{name + selector, name, arn + selector, arn, name + ":" + selector} {
			if open[candidate] {
				found[candidate], known = storedIn(p), true
				delete(open, candidate)
				break
			}
		}
		if !known {
			left = append(left, p)
		}
	}
	if len(asked) == 1 && len(left) == 1 {
		found[asked[0]] = storedIn(left[0])
	}
	return found
}

// getByPath reads every parameter below a path.
func (c *client) getByPath(ctx context.Context, path string) (map[string]stored, error) {
	found := map[string]stored{}
	pages := ssm.NewGetParametersByPathPaginator(c.api, &ssm.GetParametersByPathInput{
		Path: aws.String(path), Recursive: aws.Bool(true), WithDecryption: aws.Bool(true), MaxResults: aws.Int32(10),
	}, func(o *ssm.GetParametersByPathPaginatorOptions) { o.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, c.explain("ssm:GetParametersByPath", err, path)
		}
		for _, p := range page.Parameters {
			found[aws.ToString(p.Name)] = storedIn(p)
		}
	}
	return found, nil
}

// put writes a value, as a SecureString unless it is to stay plain.
func (c *client) put(ctx context.Context, name string, s stored, kmsKeyID string) error {
	value := s.value
	in := &ssm.PutParameterInput{Name: aws.String(name), Value: aws.String(value), Type: types.ParameterTypeSecureString, Overwrite: aws.Bool(true)}
	if s.plain {
		in.Type = types.ParameterTypeString
	} else if kmsKeyID != "" {
		in.KeyId = aws.String(kmsKeyID)
	}
	if len(value) > maxValue {
		return &Error{Action: "ssm:PutParameter", Parameter: name, Region: c.region, Err: errTooLong,
			Why: "user name and secret together are longer than the 8 KB that Parameter Store takes", Advice: "Store a shorter token"}
	}
	if len(value) > maxPlain {
		in.Tier = types.ParameterTierIntelligentTiering
	}
	if _, err := c.api.PutParameter(ctx, in); err != nil {
		return withhold(c.explain("ssm:PutParameter", err, name), value)
	}
	return nil
}

// delete removes parameters. Those that are not there are no error.
func (c *client) delete(ctx context.Context, names ...string) error {
	if _, err := c.api.DeleteParameters(ctx, &ssm.DeleteParametersInput{Names: names}); err != nil {
		return c.explain("ssm:DeleteParameters", err, names...)
	}
	return nil
}

var (
	errNoRegion = errors.New("no region")
	errTooLong  = errors.New("value too long")
)
