package ssm

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"docker-credential-ssm/internal/deadline"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/transport"
)

// Inspection goes the way of a get in single steps, for a person who wants to
// see where it ends. It takes no answer from the cache.
type Inspection struct {
	store *Store
	key   string
	place place
}

// Parameter is what an inspection tells of one, and nothing of its value.
type Parameter struct {
	Name     string
	Type     string // SecureString, String, or Secret of Secrets Manager
	Version  int64  // 0 of a secret
	Modified time.Time
}

// Found is a credential, and where it is.
type Found struct {
	Username, Secret string
	Parameters       []Parameter

	// Cached reports whether the cache holds an answer, Stale whether that is
	// another one.
	Cached, Stale bool
}

// Inspect loads the configuration for a key. Its error says, among
// others, where there is no Region. Each step has the whole deadline to itself.
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
	return &Inspection{s, key, place{c, key, o}}, nil
}

// until is a step's deadline.
func (i *Inspection) until(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := deadline.With(ctx, time.Now().Add(i.place.options.Timeout))
	i.place.step = ctx
	return ctx, cancel
}

// Within gives each of the steps that follow so long, instead of the option
// timeout.
func (i *Inspection) Within(d time.Duration) { i.place.options.Timeout = d }

// Region is the one that is asked.
func (i *Inspection) Region() string { return i.place.region }

// Location is how messages call the parameters.
func (i *Inspection) Location() string { return i.place.options.Location.String() }

// Credentials finds the AWS credentials, and says where: the name that the SDK
// has for the source.
func (i *Inspection) Credentials(ctx context.Context) (source string, err error) {
	ctx, cancel := i.until(ctx)
	defer cancel()
	creds, err := i.place.credentials(ctx)
	return creds.Source, i.store.overdue(err, i.place.options)
}

// Identity asks STS whose credentials they are, which needs no permission. It
// returns an ARN.
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
	c, err := i.place.decode(found)
	if err != nil {
		return f, err
	}
	f.Username, f.Secret = c.Username, c.Secret
	if held, ok := i.store.cached(i.key, i.place.options); ok {
		f.Cached, f.Stale = true, held != c
	}
	return f, nil
}

// explainIdentity explains a failure of STS.
func (c *client) explainIdentity(err error) error {
	return c.explain("sts:GetCallerIdentity", err)
}

// Refused reports whether AWS answered, and the answer was no.
func Refused(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api)
}
