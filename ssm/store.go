// Package ssm stores credentials in AWS Systems Manager Parameter Store, and reads them
// there and in AWS Secrets Manager.
//
// By default a registry's credential is one SecureString with a JSON object in it, or a
// pair of parameters below that name. One GetParameters call asks for all three names,
// so that neither form costs a second round trip: names that do not exist come back in
// a list of their own, and are no error. The settings may name another location, in
// either service; both services implement one small interface, source. Each failure
// becomes an [Error], made from a table of causes: it says which action on which
// resource failed and why, and has a hint for what to do, since often a line in a
// build's log is all that its reader sees. The package does not depend on Docker's
// protocol.
package ssm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/internal/deadline"
	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/resource"
)

// Store reads and writes credentials in AWS, each at the location in the settings. It
// implements helper.Store.
type Store struct {
	settings *settings.Settings
	version  string
	log      *slog.Logger
	start    time.Time // the deadline counts from here

	// Transport sends the requests to AWS; it may have a connection that is open
	// already. Nil: a new one is made.
	Transport *transport.Transport
	// Note writes a warning about something that did not make the call fail. Nil: notes
	// are dropped.
	Note func(text string)
	// Explicit says that a person asked for the change by a command, so that it does
	// not need the option writable.
	Explicit bool
	// NoCache says that an answer of the cache is not enough, as before something is
	// dropped elsewhere.
	NoCache bool
}

// New returns a Store for a program of a version. Nothing is asked of AWS
// before a method is called; the deadline begins now.
func New(s *settings.Settings, version string, log *slog.Logger) *Store {
	return &Store{settings: s, version: version, log: log, start: time.Now()}
}

// connect returns a client for the options, with AWS credentials.
func (s *Store) connect(ctx context.Context, o settings.Options) (*client, error) {
	t := s.Transport
	if t == nil {
		t = transport.New()
		for _, service := range o.Location.Services() {
			t.Open(ctx, transport.Obvious(service.Prefix(), o.Region, o.Profile))
		}
	}
	return s.connected(ctx, o, t)
}

// Get returns the credential with a key. Its error is a [NotFoundError] where Parameter
// Store answers that nothing is stored, a [MissingError] where a parameter or secret
// that the settings name does not exist, a [ValueError] where the value is not a
// credential, an [Error] where a call to AWS fails.
func (s *Store) Get(ctx context.Context, key string) (username, secret string, err error) {
	o, err := s.settings.For(key)
	var c credential.Credential
	if err == nil {
		ctx, cancel := s.deadline(ctx, o)
		defer cancel()
		c, err = s.get(ctx, key, o)
		err = s.overdue(err, o)
	}
	if errors.Is(err, settings.ErrReserved) {
		err = &NotFoundError{Explanation: place{key: key, options: o}.tell("never-there", resource.Resource{Name: registry.Name(key)}, "name", registry.Name(key)), Location: key}
	}
	return c.Username, c.Secret, s.required(key, o, err)
}

// get finds the credential with a key in the cache or, where it is not there, in AWS.
func (s *Store) get(ctx context.Context, key string, o settings.Options) (credential.Credential, error) {
	s.log.Debug("looking for a credential", "key", key, "location", o.Location.String())
	if o.CacheTTL > 0 && !s.NoCache {
		return s.remembered(ctx, key, o)
	}
	c, err := s.connect(ctx, o)
	if err != nil {
		return credential.Credential{}, err
	}
	return place{c, key, o}.read(ctx)
}

// required turns a [NotFoundError] into a [RequiredError] where the option required is
// set and credHelpers gives the registry to the program.
func (s *Store) required(key string, o settings.Options, err error) error {
	var absent *NotFoundError
	if o.Required && errors.As(err, &absent) && s.settings.Mapped(key) {
		return &RequiredError{place{key: key, options: o, client: &client{region: absent.Region}}.tell("required", o.Location.Value, "problem", absent.Why), absent}
	}
	return err
}

// Put stores a credential, unless the same one is stored already. It needs the option
// writable, and a location that the helper writes.
func (s *Store) Put(ctx context.Context, key, username, secret string) error {
	defer s.changing(key)()
	return s.at(ctx, key, func(p place, ctx context.Context) error {
		return p.put(ctx, credential.Credential{Username: username, Secret: credential.TrimLineEnds(secret)})
	})
}

// MayPut reports why Put would fail, without writing anything. Whether IAM allows the
// write is only known from the write itself.
func (s *Store) MayPut(ctx context.Context, key, username, secret string) error {
	return s.at(ctx, key, func(p place, ctx context.Context) error {
		c := credential.Credential{Username: username, Secret: credential.TrimLineEnds(secret)}
		if _, there, err := p.mayPut(ctx, c); err != nil || there {
			return err
		}
		return p.fits(c)
	})
}

// Delete removes the credential with a key, in either form. Where something is stored,
// it needs the option writable and a location that the helper writes.
func (s *Store) Delete(ctx context.Context, key string) error {
	defer s.changing(key)()
	err := s.at(ctx, key, place.erase)
	if errors.Is(err, settings.ErrReserved) {
		return nil
	}
	return err
}

// at calls a function with the place of a key's credential, under the deadline.
func (s *Store) at(ctx context.Context, key string, do func(place, context.Context) error) error {
	o, err := s.settings.For(key)
	if err != nil {
		return err
	}
	o.Writable = o.Writable || s.Explicit
	ctx, cancel := s.deadline(ctx, o)
	defer cancel()
	s.log.Debug("looking for a credential", "key", key, "location", o.Location.String())
	c, err := s.connect(ctx, o)
	if err != nil {
		return s.overdue(err, o)
	}
	return s.overdue(do(place{c, key, o}, ctx), o)
}

// deadline is a context with the deadline of the whole run, which counts from its
// start, without the time in which a person types.
func (s *Store) deadline(ctx context.Context, o settings.Options) (context.Context, context.CancelFunc) {
	return deadline.With(ctx, s.start.Add(o.Timeout))
}

// overdue adds the timeout to the text of an error at the deadline. Where a certificate
// is of an unknown authority and SSL_CERT_FILE is the cause, it returns that error
// instead.
func (s *Store) overdue(err error, o settings.Options) error {
	if fault := misled(err); fault != nil {
		fault.Err = err
		return fault
	}
	var e *Error
	if errors.Is(err, context.DeadlineExceeded) && errors.As(err, &e) {
		e.Why += fmt.Sprintf(" within %v", o.Timeout)
	}
	return err
}
