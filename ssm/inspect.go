package ssm

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"docker-credential-ssm/internal/deadline"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/transport"
)

// Inspection runs the steps of Get one at a time, for doctor and login. It does not
// read the cache in place of AWS.
type Inspection struct {
	store *Store
	key   string
	place place
}

// Parameter describes a parameter or a secret, without its value.
type Parameter struct {
	Name     string
	Type     string // SecureString, String, or Secret of Secrets Manager
	Version  int64  // 0 of a secret
	Modified time.Time
}

// Found is a credential, with the parameters or secrets that hold it.
type Found struct {
	Username, Secret string
	Parameters       []Parameter

	// UnderWay reports whether a change of both halves of a pair has not ended.
	UnderWay bool

	// Cached reports whether the cache holds a credential, Stale whether that is
	// another one.
	Cached, Stale bool
}

// Inspect loads AWS's configuration for the registry with a key. It fails, for example,
// where no Region is set. Each later step has the whole timeout for itself.
func (s *Store) Inspect(ctx context.Context, key string) (*Inspection, error) {
	o, err := s.settings.For(key)
	if err != nil {
		return nil, err
	}
	ctx, cancel := deadline.With(ctx, time.Now().Add(o.Timeout))
	defer cancel()
	c, err := s.configure(ctx, o, transport.New())
	if err != nil {
		return nil, err
	}
	for _, service := range o.Location.Services() {
		c.transport.Open(ctx, c.endpoint(ctx, service))
	}
	return &Inspection{s, key, place{c, key, o}}, nil
}

// until is a context with a step's deadline.
func (i *Inspection) until(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := deadline.With(ctx, time.Now().Add(i.place.options.Timeout))
	i.place.step = ctx
	return ctx, cancel
}

// Within gives each of the steps that follow so long, instead of the option
// timeout.
func (i *Inspection) Within(d time.Duration) { i.place.options.Timeout = d }

// Region is the AWS Region that is asked.
func (i *Inspection) Region() string { return i.place.region }

// Location is the location as messages name it.
func (i *Inspection) Location() string { return i.place.options.Location.String() }

// Credentials finds the AWS credentials, and returns the SDK's name for their source.
func (i *Inspection) Credentials(ctx context.Context) (source string, err error) {
	ctx, cancel := i.until(ctx)
	defer cancel()
	creds, err := i.place.credentials(ctx)
	return creds.Source, i.store.overdue(err, i.place.options)
}

// Identity asks STS for the ARN of the caller, which needs no permission.
func (i *Inspection) Identity(ctx context.Context) (arn string, err error) {
	ctx, cancel := i.until(ctx)
	defer cancel()
	out, err := sts.NewFromConfig(i.place.aws).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", i.place.explainIdentity(err)
	}
	if _, ok := parseARN(aws.ToString(out.Arn)); !ok || message.OneLine(*out.Arn) != *out.Arn {
		return "", i.place.explainIdentity(partial("an ARN"))
	}
	return *out.Arn, nil
}

// Read reads the credential, as a get does.
func (i *Inspection) Read(ctx context.Context) (*Found, error) {
	ctx, cancel := i.until(ctx)
	defer cancel()
	found, err := i.place.find(ctx, true)
	if err != nil {
		return nil, i.store.overdue(err, i.place.options)
	}
	f := &Found{}
	for _, r := range i.place.options.Location.Resources() {
		if v, ok := found[r]; ok {
			f.Parameters = append(f.Parameters, Parameter{r.Name, v.kind, v.version, v.modified})
		}
	}
	i.place.noteUnderWay(found)
	f.UnderWay = i.place.underWay(found)
	c, err := i.place.decode(found)
	if err != nil {
		return f, err
	}
	f.Username, f.Secret = c.Username, c.Secret
	if i.place.options.CacheTTL > 0 {
		if l, ok := i.store.lookUp(ctx, i.key, i.place.options, i.place.client); ok {
			if held, ok := i.store.cached(l); ok {
				f.Cached, f.Stale = true, held != c
			}
		}
	}
	return f, nil
}

// explainIdentity explains a failure of STS.
func (c *client) explainIdentity(err error) error {
	return c.explain("sts:GetCallerIdentity", err)
}

// Refused reports whether AWS answered that it does not accept the credentials. Nothing
// else that STS or the way to it says is against them: neither the denial of a VPC
// endpoint's policy, nor a proxy's answer, nor throttling.
func Refused(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && slices.Contains([]string{"expired", "clock", "unknown-key", "signature", "unsigned", "not-enabled"}, rowOfCode(api.ErrorCode()))
}
