// Package ssm is AWS's side of the program: credentials as parameters of AWS
// Systems Manager Parameter Store.
//
// A registry's credential is one SecureString with a JSON object in it, or a
// pair of parameters below that name. One GetParameters call asks for all three
// names, so that neither form costs a second round trip: names that do not
// exist come back in a list of their own, and are no error. Everything that
// does go wrong becomes an [Error] that says what AWS meant and what can be
// done, since the person who reads it sees one line of it in a build's log.
// The package knows nothing of Docker's protocol.
package ssm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/settings"
)

// Store keeps credentials in Parameter Store, each where the settings say.
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
		t.Open(ctx, transport.Obvious("ssm", o.Region, o.Profile))
	}
	return connect(ctx, o, s.version, s.log, t)
}

// Get returns the credential with a key. Its error is a [NotFoundError] where
// nothing is stored, a [ValueError] where what is stored is no credential, an
// [Error] where AWS cannot be asked.
func (s *Store) Get(ctx context.Context, key string) (username, secret string, err error) {
	o := s.settings.For(key)
	if c, ok := s.cached(key, o); ok {
		return c.username, c.secret, nil
	}
	var c credential
	err = s.at(ctx, key, func(ctx context.Context, p place) (err error) {
		c, err = p.read(ctx)
		return err
	})
	if errors.Is(err, errReserved) {
		return "", "", &NotFoundError{Parameter: key}
	}
	if err == nil {
		s.keep(key, o, c)
	}
	return c.username, c.secret, err
}

// Put stores a credential, if it is not stored already. It needs the option
// writable, and a location that can be written.
func (s *Store) Put(ctx context.Context, key, username, secret string) error {
	defer s.forget(key)
	return s.at(ctx, key, func(ctx context.Context, p place) error {
		c := credential{username, secret}
		found, err := p.find(ctx, true)
		if err != nil {
			return err
		}
		if there, ok, err := p.decode(found); err == nil && ok && there == c {
			return nil
		}
		if err := p.mayWrite(); err != nil {
			return err
		}
		return p.write(ctx, c, found)
	})
}

// Delete removes the credential with a key, in whatever form it is. Where
// something is stored, it needs the option writable and a location that can be
// written.
func (s *Store) Delete(ctx context.Context, key string) error {
	defer s.forget(key)
	err := s.at(ctx, key, func(ctx context.Context, p place) error {
		found, err := p.find(ctx, false)
		if err == nil && len(found) == 0 {
			return nil
		}
		if err := p.mayWrite(); err != nil {
			return err
		}
		if err != nil {
			return err
		}
		return p.remove(ctx, found)
	})
	if errors.Is(err, errReserved) {
		return nil
	}
	return err
}

// at does something where a key's credential lives, before the deadline.
func (s *Store) at(ctx context.Context, key string, do func(context.Context, place) error) error {
	o := s.settings.For(key)
	ctx, cancel := s.deadline(ctx, o)
	defer cancel()
	l, err := locate(key, o)
	if err != nil {
		return err
	}
	s.log.Debug("looking for a credential", "key", key, "parameter", l.String())
	c, err := s.connect(ctx, o)
	if err != nil {
		return s.overdue(err, o)
	}
	return s.overdue(do(ctx, place{c, l, o}), o)
}

// deadline is the one for the whole run, from its start.
func (s *Store) deadline(ctx context.Context, o settings.Options) (context.Context, context.CancelFunc) {
	return context.WithDeadline(ctx, s.start.Add(o.Timeout))
}

// overdue says of an error at the deadline how long that was.
func (s *Store) overdue(err error, o settings.Options) error {
	var e *Error
	if errors.Is(err, context.DeadlineExceeded) && errors.As(err, &e) {
		e.Why += fmt.Sprintf(" within %v", o.Timeout)
	}
	return err
}

// place is a location as one client sees it.
type place struct {
	*client
	location
	options settings.Options
}

// read returns the credential.
func (p place) read(ctx context.Context) (credential, error) {
	found, err := p.find(ctx, true)
	if err != nil {
		return credential{}, err
	}
	c, ok, err := p.decode(found)
	if err == nil && !ok {
		err = &NotFoundError{Parameter: p.String(), Region: p.region}
	}
	return c, err
}

// find returns the values of those of the location's parameters that exist.
//
// AWS denies a call whole when one of its names is denied. A policy for the
// one parameter by its full name is good practice, so what was denied with the
// pair's names is asked for once more without them. What that second answer
// does not hold may be in the pair, out of sight: then the refusal stands, for
// a client told "not found" would go on anonymously.
func (p place) find(ctx context.Context, decrypt bool) (map[string]stored, error) {
	found, err := p.get(ctx, decrypt, p.names()...)
	if !errors.Is(err, ErrDenied) || p.value == "" || p.username == "" {
		return found, err
	}
	alone, errAlone := p.get(ctx, decrypt, p.value)
	if errAlone != nil {
		return nil, errAlone
	}
	if len(alone) == 0 {
		return nil, err
	}
	return alone, nil
}

// mayWrite returns a [ReadOnlyError] where nothing may be changed.
func (p place) mayWrite() error {
	if p.readOnly != "" || !p.options.Writable {
		return &ReadOnlyError{Parameter: p.location.String(), Reason: p.readOnly}
	}
	return nil
}

// write replaces what was found. A pair of the team's own is written password
// first; its user name may be a plain String, and stays one.
func (p place) write(ctx context.Context, c credential, found map[string]stored) error {
	if p.value != "" {
		value, err := formatValue(c)
		if err != nil {
			return err
		}
		return p.put(ctx, p.value, stored{value: value}, p.options.KMSKeyID)
	}
	if err := p.put(ctx, p.password, stored{value: c.secret}, p.options.KMSKeyID); err != nil {
		return err
	}
	if err := p.put(ctx, p.username, stored{value: c.username, plain: found[p.username].plain}, p.options.KMSKeyID); err != nil {
		return &HalfError{Done: p.password, Undone: p.username, What: "written", Err: withhold(err, c.secret)}
	}
	return nil
}

// remove deletes what was found.
func (p place) remove(ctx context.Context, found map[string]stored) error {
	if p.value != "" {
		var names []string
		for _, name := range p.names() {
			if _, ok := found[name]; ok {
				names = append(names, name)
			}
		}
		return p.delete(ctx, names...)
	}
	if err := p.delete(ctx, p.password); err != nil {
		return err
	}
	if err := p.delete(ctx, p.username); err != nil {
		return &HalfError{Done: p.password, Undone: p.username, What: "deleted", Err: err}
	}
	return nil
}
