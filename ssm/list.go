package ssm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"docker-credential-ssm/settings"
)

// maxNames is how many names GetParameters takes at once.
// Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
const maxNames = 10

// List returns the user name for each key: of every parameter or pair below
// the common prefix, and of the registries that have a location of their own.
// One that cannot be read is named in a note and does not hide the others.
//
// The registries that are asked of one Region with one identity share their
// calls, up to ten names in each.
func (s *Store) List(ctx context.Context) (map[string]string, error) {
	common := s.settings.Common()
	ctx, cancel := s.deadline(ctx, common)
	defer cancel()

	clients := map[identity]*client{}
	at := func(o settings.Options) (*client, error) {
		id := identity{o.Region, o.Profile, o.RoleARN}
		if c, ok := clients[id]; ok {
			return c, nil
		}
		c, err := s.connect(ctx, o)
		if err == nil {
			clients[id] = c
		}
		return c, s.overdue(err, common)
	}

	c, err := at(common)
	if err != nil {
		return nil, err
	}
	below, err := c.getByPath(ctx, cmp.Or(common.Prefix, "/"))
	if err != nil {
		return nil, s.overdue(err, common)
	}
	users := s.fold(common.Prefix, below)

	// The registries with a section of their own, by who asks for them.
	var groups []*group
	for _, key := range s.settings.Registries() {
		o := s.settings.For(key)
		if o.Prefix == common.Prefix && (identity{o.Region, o.Profile, o.RoleARN}) == (identity{common.Region, common.Profile, common.RoleARN}) && o.Parameter.Text == "" && o.UsernameParameter.Text == "" {
			continue // below the common prefix like all the others
		}
		delete(users, key)
		l, err := locate(key, o)
		if err != nil {
			if !errors.Is(err, errReserved) {
				s.skip(key, err)
			}
			continue
		}
		c, err := at(o)
		if err != nil {
			s.skip(key, err)
			continue
		}
		i := slices.IndexFunc(groups, func(g *group) bool { return g.client == c && len(g.names)+len(l.names()) <= maxNames })
		if i < 0 {
			i = len(groups)
			groups = append(groups, &group{client: c})
		}
		groups[i].add(key, place{c, l, o})
	}
	for _, g := range groups {
		for key, user := range s.listGroup(ctx, g) {
			users[key] = user
		}
	}
	return users, nil
}

// identity is what two registries have to have in common to share a call.
type identity struct{ region, profile, role string }

// group is one GetParameters call for several registries.
type group struct {
	client *client
	names  []string
	places map[string]place // by key
}

func (g *group) add(key string, p place) {
	if g.places == nil {
		g.places = map[string]place{}
	}
	g.places[key] = p
	for _, name := range p.names() {
		if !slices.Contains(g.names, name) { // AWS refuses a name that stands there twice
			g.names = append(g.names, name)
		}
	}
}

// listGroup reads the registries of a group, each by itself if one of them
// spoils the common call.
func (s *Store) listGroup(ctx context.Context, g *group) map[string]string {
	users := map[string]string{}
	found, err := g.client.get(ctx, true, g.names...)
	for _, key := range slices.Sorted(maps.Keys(g.places)) {
		p := g.places[key]
		values, errOne := found, err
		if err != nil {
			values, errOne = p.find(ctx, true)
		}
		if errOne != nil {
			s.skip(key, errOne)
			continue
		}
		c, ok, errOne := p.decode(values)
		switch {
		case errOne != nil:
			s.skip(key, errOne)
		case ok:
			users[key] = c.username
		}
	}
	return users
}

// fold makes registries of the parameters below a prefix.
func (s *Store) fold(prefix string, below map[string]stored) map[string]string {
	users := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(below)) {
		key := strings.TrimPrefix(name, prefix+"/")
		key = strings.TrimSuffix(strings.TrimSuffix(key, usernameSuffix), passwordSuffix)
		if _, seen := users[key]; seen || key == "" {
			continue
		}
		value := prefix + "/" + key
		c, ok, err := location{value: value, username: value + usernameSuffix, password: value + passwordSuffix}.decode(below)
		switch {
		case err != nil:
			s.skip(key, err)
		case ok:
			users[key] = c.username
		}
	}
	return users
}

// skip says that a registry is not in the list, and why.
func (s *Store) skip(key string, err error) {
	s.log.Debug("left out of the list", "key", key)
	if s.Note != nil {
		s.Note(fmt.Sprintf("list leaves out %s: %v", key, err))
	}
}
