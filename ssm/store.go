// Package ssm is AWS's side of the program: credentials in AWS Systems Manager
// Parameter Store and in AWS Secrets Manager.
//
// By default a registry's credential is one SecureString with a JSON object in it,
// or a pair of parameters below that name. One GetParameters call asks for all
// three names, so that neither form costs a second round trip: names that do not
// exist come back in a list of their own, and are no error. The settings may say
// another place, in either service. Behind both is one small interface, source.
// Everything that goes wrong becomes an error that says what AWS meant and what
// can be done, since the person who reads it sees one line of it in a build's log.
// The package knows nothing of Docker's protocol.
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

// Store keeps credentials in AWS, each where the settings say.
// It implements helper.Store.
type Store struct {
	settings *settings.Settings
	version  string
	log      *slog.Logger
	start    time.Time // the deadline counts from here

	// Transport is the way to AWS, with a connection that is open already. Nil: a
	// new one.
	Transport *transport.Transport
	// Note tells a person what did not hinder the answer. Nil: nobody.
	Note func(text string)
	// Explicit says that a person has asked for the change itself, which then needs no
	// option writable.
	Explicit bool
}

// New returns a Store for a program of a version. Nothing is asked of AWS
// before a method is called; the deadline begins now.
func New(s *settings.Settings, version string, log *slog.Logger) *Store {
	return &Store{settings: s, version: version, log: log, start: time.Now()}
}

// connect finds a client for options.
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

// Get returns the credential with a key. Its error is a [NotFoundError] where
// Parameter Store says that nothing is stored, a [MissingError] where what the
// settings name is not there, a [ValueError] where what is stored is no
// credential, an [Error] where AWS cannot be asked.
func (s *Store) Get(ctx context.Context, key string) (username, secret string, err error) {
	o, _ := s.settings.For(key)
	if c, ok := s.cached(key, o); ok {
		return c.Username, c.Secret, nil
	}
	var c credential.Credential
	err = s.at(ctx, key, func(p place, ctx context.Context) (err error) {
		c, err = p.read(ctx)
		return err
	})
	if err == nil {
		s.keep(key, o, c)
	}
	if errors.Is(err, settings.ErrReserved) {
		err = &NotFoundError{Explanation: place{key: key, options: o}.tell("never-there", resource.Resource{Name: registry.Name(key)}, "name", registry.Name(key)), Location: key}
	}
	return c.Username, c.Secret, s.required(key, o, err)
}

// required makes "not found" another error where there has to be a credential.
func (s *Store) required(key string, o settings.Options, err error) error {
	var absent *NotFoundError
	if o.Required && errors.As(err, &absent) && s.settings.Mapped(key) {
		return &RequiredError{place{key: key, options: o, client: &client{region: absent.Region}}.tell("required", o.Location.Value, "problem", absent.Why), absent}
	}
	return err
}

// Put stores a credential, if it is not stored already. It needs the option
// writable, and a location that can be written.
func (s *Store) Put(ctx context.Context, key, username, secret string) error {
	defer s.forget(key)
	return s.at(ctx, key, func(p place, ctx context.Context) error {
		return p.put(ctx, credential.Credential{Username: username, Secret: credential.TrimLineEnds(secret)})
	})
}

// Delete removes the credential with a key, in whatever form it is. Where
// something is stored, it needs the option writable and a location that can be
// written.
func (s *Store) Delete(ctx context.Context, key string) error {
	defer s.forget(key)
	err := s.at(ctx, key, place.erase)
	if errors.Is(err, settings.ErrReserved) {
		return nil
	}
	return err
}

// at does something where a key's credential is, before the deadline.
func (s *Store) at(ctx context.Context, key string, do func(place, context.Context) error) error {
	o, err := s.settings.For(key)
	if err != nil {
		return err
	}
	ctx, cancel := s.deadline(ctx, o)
	defer cancel()
	s.log.Debug("looking for a credential", "key", key, "location", o.Location.String())
	c, err := s.connect(ctx, o)
	if err != nil {
		return s.overdue(err, o)
	}
	o.Writable = o.Writable || s.Explicit
	return s.overdue(do(place{c, key, o}, ctx), o)
}

// deadline is the one for the whole run, from its start, without the time in which
// a person types.
func (s *Store) deadline(ctx context.Context, o settings.Options) (context.Context, context.CancelFunc) {
	return deadline.With(ctx, s.start.Add(o.Timeout))
}

// overdue says of an error at the deadline how long that was.
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
