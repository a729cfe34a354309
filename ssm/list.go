package ssm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/resource"
)

// List returns the user name for each key: of every parameter or pair below the
// common prefix or of every registry in the common section's value, and of the
// registries that have a location of their own. One that cannot be read is named
// in a note and does not hide the others.
//
// The registries that are asked of one Region with one identity share their
// calls, up to ten parameters in each.
func (s *Store) List(ctx context.Context) (map[string]string, error) {
	common := s.settings.Common()
	limits := common
	limits.Timeout = s.settings.Timeout("")
	ctx, cancel := s.deadline(ctx, limits)
	defer cancel()

	clients := map[identity]*client{}
	at := func(o settings.Options) (*client, error) {
		id := identityOf(o)
		if c, ok := clients[id]; ok {
			return c, nil
		}
		c, err := s.connect(ctx, o)
		if err == nil {
			clients[id] = c
		}
		return c, s.overdue(err, limits)
	}

	c, err := at(common)
	if err != nil {
		return nil, err
	}
	var users map[string]string
	if common.Location.Shared {
		users, err = s.shared(ctx, place{client: c, options: common})
	} else {
		users, err = s.below(ctx, c, common.Prefix)
	}
	if err != nil {
		return nil, s.overdue(err, limits)
	}

	// The registries with a section of their own, by the identity that asks for them.
	var calls []*call
	for _, key := range s.settings.Registries() {
		o, err := s.settings.For(key)
		if err == nil && identityOf(o) == identityOf(common) && (o.Location == common.Location || o.Location.Kind == settings.BelowPrefix && o.Prefix == common.Prefix && !common.Location.Shared) {
			continue // among those above like all the others
		}
		delete(users, key)
		if errors.Is(err, settings.ErrReserved) {
			continue
		}
		var c *client
		if err == nil {
			c, err = at(o)
		}
		if err != nil {
			s.skip(key, err)
			continue
		}
		calls = add(calls, place{c, key, o})
	}
	for _, call := range calls {
		s.listCall(ctx, call, users)
	}
	return users, nil
}

// identity is what must be equal for two registries to share a call.
type identity struct{ region, profile, role string }

func identityOf(o settings.Options) identity { return identity{o.Region, o.Profile, o.RoleARN} }

// below lists the registries of the parameters below a prefix.
func (s *Store) below(ctx context.Context, c *client, prefix string) (map[string]string, error) {
	parameters := c.source(resource.ParameterStore).(*parameterStore)
	found, err := parameters.below(ctx, cmp.Or(prefix, "/"))
	if err != nil {
		return nil, err
	}
	return s.fold(c, prefix, found), nil
}

// fold groups the parameters below a prefix by registry.
func (s *Store) fold(c *client, prefix string, below map[string]stored) map[string]string {
	users := map[string]string{}
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(below)) {
		key := settings.SplitPair(strings.TrimPrefix(name, prefix+"/"))
		if seen[key] || key == "" {
			continue
		}
		seen[key] = true
		l, err := settings.BelowPrefixOf(prefix, key, c.region)
		if err != nil {
			continue // no server URL has this key
		}
		values := held{}
		for _, r := range l.Resources() {
			if v, ok := below[r.Name]; ok {
				values[r] = v
			}
		}
		s.user(users, place{c, key, settings.Options{Location: l}}, values)
	}
	return users
}

// shared lists the registries of the common section's value.
func (s *Store) shared(ctx context.Context, p place) (map[string]string, error) {
	l := p.options.Location
	found, err := p.find(ctx, true)
	if err != nil {
		return nil, err
	}
	v, ok := found[l.Value]
	if !ok {
		return nil, p.missing(l.Value)
	}
	value, err := parse(v, l.Reading)
	if err == nil {
		if _, one := value.Single(); one {
			err = errSingle
		}
	}
	if err != nil {
		return nil, p.broken(l.Value, err)
	}
	users := map[string]string{}
	for _, key := range value.Keys() {
		c, _, err := value.For(key)
		if err != nil {
			s.skip(key, p.broken(l.Value, err))
			continue
		}
		users[key] = c.Username
	}
	return users, nil
}

// call reads the locations of several registries together.
type call struct {
	resources []resource.Resource
	places    []place
}

// add adds a place to the first call of the same client that has at most
// [resource.MaxNames] names with it, or to a new call.
func add(calls []*call, p place) []*call {
	resources := p.options.Location.Resources()
	i := slices.IndexFunc(calls, func(c *call) bool {
		return c.places[0].client == p.client && len(c.resources)+len(resources) <= resource.MaxNames
	})
	if i < 0 {
		i = len(calls)
		calls = append(calls, &call{})
	}
	calls[i].resources = append(calls[i].resources, resources...)
	calls[i].places = append(calls[i].places, p)
	return calls
}

// listCall reads the registries of a call. Where the call fails, it makes one call for
// each.
func (s *Store) listCall(ctx context.Context, c *call, users map[string]string) {
	found, err := c.places[0].client.find(ctx, true, c.resources...)
	for _, p := range c.places {
		values, errOne := held(found), err
		if err != nil && len(c.places) > 1 {
			values, errOne = p.find(ctx, true)
		}
		if errOne != nil {
			s.skip(p.key, errOne)
			continue
		}
		s.user(users, p, values)
	}
}

// user adds a registry's user name to a list.
func (s *Store) user(users map[string]string, p place, values held) {
	var c credential.Credential
	c, err := p.decode(values)
	var absent *NotFoundError
	switch {
	case errors.As(err, &absent):
	case err != nil:
		s.skip(p.key, err)
	default:
		users[p.key] = c.Username
	}
}

// skip writes a note that a registry is not in the list, and why.
func (s *Store) skip(key string, err error) {
	s.log.Debug("left out of the list", "key", key)
	if s.Note != nil {
		s.Note(fmt.Sprintf("list leaves out %s: %v", registry.Name(key), err))
	}
}
