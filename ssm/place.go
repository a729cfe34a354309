package ssm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/resource"
)

// place is a registry's location, with the client that reads and writes it.
type place struct {
	*client
	key     string
	options settings.Options
}

// held are the values of the resources that exist, of one location.
type held map[resource.Resource]stored

// read returns the credential.
func (p place) read(ctx context.Context) (credential.Credential, error) {
	found, err := p.find(ctx, true)
	if err != nil {
		return credential.Credential{}, err
	}
	p.noteUnderWay(found)
	return p.decode(found)
}

// find reads the values of the location's resources that exist.
//
// AWS denies the whole call when a policy denies one of its names. A policy often
// allows PREFIX/KEY alone, so a call that was denied is repeated without the names of
// the default pair. Where PREFIX/KEY does not exist, the credential may be in the pair,
// which cannot be seen: then the result is the first denial and not "not found", after
// which a client would continue anonymously.
func (p place) find(ctx context.Context, decrypt bool) (held, error) {
	l := p.options.Location
	found, err := p.client.find(ctx, decrypt, l.Resources()...)
	if !errors.Is(err, ErrDenied) || l.Kind != settings.BelowPrefix || l.Username.Name == "" {
		return found, err
	}
	alone, errAlone := p.client.find(ctx, decrypt, l.Value)
	if errAlone != nil {
		return nil, errAlone
	}
	if len(alone) == 0 {
		return nil, err
	}
	return alone, nil
}

// decode makes a credential of the values that were found. The error is a
// [NotFoundError], a [MissingError] or a [ValueError].
func (p place) decode(found held) (credential.Credential, error) {
	l := p.options.Location
	if l.Kind == settings.Pair {
		return p.pair(found)
	}
	v, ok := found[l.Value]
	switch {
	case ok:
		return p.whole(v)
	case l.Kind == settings.Whole:
		return credential.Credential{}, p.missing(l.Value)
	}
	_, okUsername := found[l.Username]
	_, okPassword := found[l.Password]
	switch {
	case !okUsername && !okPassword:
		return credential.Credential{}, p.notFound()
	case !okUsername:
		return credential.Credential{}, p.half(l.Password, l.Username)
	case !okPassword:
		return credential.Credential{}, p.half(l.Username, l.Password)
	}
	return p.pair(found)
}

// whole reads a value with user name and password.
func (p place) whole(v stored) (credential.Credential, error) {
	none, l := credential.Credential{}, p.options.Location
	value, err := parse(v, l.Reading)
	if err != nil {
		return none, p.broken(l.Value, err)
	}
	if c, one := value.Single(); one {
		if l.Shared {
			return none, p.broken(l.Value, errSingle)
		}
		return c, nil
	}
	c, ok, err := value.For(p.key)
	switch {
	case err != nil:
		return none, p.broken(l.Value, err)
	case ok:
		return c, nil
	case l.Shared:
		return none, &NotFoundError{p.tell("not-in-value", l.Value, "name", l.Value.String()), l.Value.String(), p.region}
	}
	return none, p.broken(l.Value, &kindError{"value-other-registries", "it has none for " + registry.Name(p.key)})
}

// parse reads a value, after checking that its kind can hold a credential.
func parse(v stored, how credential.Reading) (credential.Value, error) {
	if err := v.problem(); err != nil {
		return credential.Value{}, err
	}
	return credential.Parse(v.value, how)
}

// errSingle refuses a single credential in the common section: every registry that is
// asked for would be sent it.
var errSingle = errors.New("it has a single credential, which would be given to every registry that is asked for, and the common section needs one for each registry")

// put stores a credential and reads it back.
func (p place) put(ctx context.Context, c credential.Credential) error {
	found, there, err := p.mayPut(ctx, c)
	if err != nil || there {
		return err
	}
	written, err := p.write(ctx, c, found)
	if err != nil {
		return err
	}
	return p.readBack(ctx, c, written)
}

// mayPut reads what is stored, and reports whether that is the credential already
// or why it may not be replaced.
func (p place) mayPut(ctx context.Context, c credential.Credential) (found held, there bool, err error) {
	if found, err = p.find(ctx, true); err != nil {
		return nil, false, err
	}
	err = p.mayWrite(found)
	if stored, errStored := p.decode(found); errStored == nil && stored == c && (err != nil || !p.underWay(found)) {
		return found, true, nil
	}
	return found, false, err
}

// fits reports whether Parameter Store, the one service that is written, takes a
// credential of this length.
func (p place) fits(c credential.Credential) error {
	r, value := p.options.Location.Password, c.Secret
	if p.options.Location.Kind != settings.Pair {
		var err error
		if value, err = credential.Format(c); err != nil {
			return err
		}
		r = p.options.Location.Value
	}
	if store, ok := p.source(r.Service).(*parameterStore); ok {
		return store.checkLength(r.Name, value)
	}
	return nil
}

// readBack reads the credential and compares it with what was written, in these
// versions. An older version means that the write is not visible yet; then it reads
// again.
func (p place) readBack(ctx context.Context, c credential.Credential, written map[resource.Resource]int64) error {
	const tries, pause = 5, 200 * time.Millisecond
	for try := 1; ; try++ {
		found, err := p.find(ctx, true)
		if err != nil {
			return fmt.Errorf("reading back what was stored: %w", err)
		}
		old := false
		for r, version := range written {
			old = old || found[r].version < version
		}
		if !old || try == tries {
			if back, err := p.decode(found); err != nil || back != c {
				return p.conflict(c, found)
			}
			return nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return p.conflict(c, found)
		}
	}
}

// erase deletes the location's parameters that exist.
func (p place) erase(ctx context.Context) error {
	// The value must be decrypted to see whether it holds the credentials of many
	// registries, and a reference is found only with decryption. The values of a pair
	// of parameters are not looked at.
	l := p.options.Location
	found, err := p.find(ctx, l.Kind != settings.Pair || l.ReadOnly() != "")
	if err == nil && len(found) == 0 {
		return nil
	}
	if err := p.mayWrite(found); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	return p.remove(ctx, found)
}

// mayWrite returns a [ReadOnlyError] where the location must not be changed.
func (p place) mayWrite(found held) error {
	l := p.options.Location
	reason := l.ReadOnly()
	if v, ok := found[l.Value]; ok && reason == "" {
		if value, err := parse(v, l.Reading); err == nil {
			if _, one := value.Single(); !one {
				reason = "it holds the credentials of many registries"
			}
		}
	}
	if reason != "" || !p.options.Writable {
		return p.readOnly(reason)
	}
	return nil
}

// write stores the credential, and returns the new version of each parameter.
func (p place) write(ctx context.Context, c credential.Credential, found held) (map[resource.Resource]int64, error) {
	l := p.options.Location
	written := map[resource.Resource]int64{}
	put := func(r resource.Resource, s stored) (err error) {
		written[r], err = p.source(r.Service).write(ctx, r.Name, s, p.options.KMSKeyID)
		return err
	}
	if l.Kind == settings.Pair {
		return written, p.writePair(c, found, put)
	}
	value, err := credential.Format(c)
	if err != nil {
		return nil, err
	}
	return written, put(l.Value, stored{value: value})
}

// remove deletes the parameters that were found.
func (p place) remove(ctx context.Context, found held) error {
	l := p.options.Location
	if l.Kind != settings.Pair {
		var names []string
		for _, r := range l.Resources() {
			if _, ok := found[r]; ok {
				names = append(names, r.Name)
			}
		}
		return p.source(l.Value.Service).remove(ctx, names...)
	}
	if err := p.source(l.Password.Service).remove(ctx, l.Password.Name); err != nil {
		return err
	}
	if err := p.source(l.Username.Service).remove(ctx, l.Username.Name); err != nil {
		return p.halfDone("half-deleted", l.Password, l.Username, err)
	}
	return nil
}
