package ssm

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/internal/keyring"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/resource"
)

// The cache keeps a credential in the kernel's keyring, under a name that is a hash of
// all that decides which credential a get finds: the registry, the options, and who
// asks (see [asker]). So it never answers one caller with what another one was given.
//
// An entry is valid only together with the generation of its registry, a random text in
// the keyring. Whoever changes a credential drops both: a get that has read the old
// credential before, and puts it into the cache afterwards, puts it under a generation
// that is over. While a change is being made nothing is read from the cache and nothing
// is kept, so that a change that is killed leaves nothing old.

// cachePrefix is the beginning of the names of the program's keys in the kernel's
// keyring. After it come the tag of the registry and, with commas, those of its
// location's parameters and secrets; after a colon the rest.
const cachePrefix = "docker-credential-ssm:"

// entry is the content of a keyring key, in JSON.
type entry struct {
	Username, Secret string
	Until            time.Time // exact; the kernel's time-out is in whole seconds
	Generation       string
}

// changing is the generation of a registry while its credential is being changed.
const changing = "changing"

// lookup is the use of the cache in one get.
type lookup struct {
	key        string
	options    settings.Options
	asker      asker
	decides    string // a hash of what decides who asks, as it was before AWS is asked
	generation string
}

func tag(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// tags are those of a registry and of its location's resources. One parameter may serve
// several registries: a change of it is a change for all of these.
func tags(key string, l settings.Location) []string {
	all := []string{tag(key)}
	for _, r := range l.Resources() {
		name := r.Plain()
		if _, after, isARN := strings.Cut(name, ":parameter/"); isARN && r.Service == resource.ParameterStore {
			name = "/" + after
		}
		all = append(all, tag(fmt.Sprint(r.Service, name)))
	}
	return all
}

// scope is the beginning of the names of a registry's keys.
func scope(key string, l settings.Location) string {
	return cachePrefix + strings.Join(tags(key, l), ",") + ":"
}

func generationName(key string, l settings.Location) string { return scope(key, l) + "generation" }

// group is the beginning of the names of the entries that differ in nothing but in who
// asks.
func (l *lookup) group() string {
	return scope(l.key, l.options.Location) + tag(fmt.Sprintf("%#v\n%q", deciding(l.options), variables())) + ":"
}

// name is the name of the entry.
func (l *lookup) name() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q\n%#v\n%s", l.key, deciding(l.options), l.decides))
	return l.group() + hex.EncodeToString(sum[:])
}

// deciding are the options that decide which credential is found. The others are set to
// zero here, so that a new option is part of the hash unless it is added to this list.
func deciding(o settings.Options) settings.Options {
	o.KMSKeyID = ""    // for writing
	o.Writable = false // likewise
	o.Required = false // about a missing credential, and that is not cached
	o.CacheTTL = 0     // compared with the entry instead
	o.Timeout = 0      // limits the time only
	o.Debug = false    // decides the log only
	return o
}

// remembered returns a credential from the cache or, where it is not there, from AWS.
func (s *Store) remembered(ctx context.Context, key string, o settings.Options) (none credential.Credential, err error) {
	c := (*client)(nil)
	l := &lookup{key: key, options: o}
	if l.generation, err = generation(key, o); err != nil {
		s.log.Debug("not in the cache", "key", key, "why", err)
		l = nil
	}
	if l != nil {
		if l.asker, c, err = s.identify(ctx, o, nil); err != nil {
			return none, err
		}
		var ok bool
		if l.decides, ok = l.asker.decides(); !ok {
			s.log.Debug("not in the cache", "key", key, "why", "nothing short of asking AWS tells who asks")
			l = nil
		} else if found, ok := s.cached(l); ok {
			return found, nil
		}
	}
	if c == nil {
		c, err = s.connect(ctx, o)
	} else {
		err = c.connect(ctx)
	}
	if err != nil {
		return none, err
	}
	found, err := place{c, key, o}.read(ctx)
	if err == nil && l != nil {
		s.keep(l, found)
	}
	return found, err
}

// lookUp is the lookup of a client that is configured already; false where there is no
// use of the cache.
func (s *Store) lookUp(ctx context.Context, key string, o settings.Options, c *client) (*lookup, bool) {
	l := &lookup{key: key, options: o}
	data, err := keyring.Get(generationName(key, o.Location))
	if err == nil {
		l.generation = string(data)
		l.asker, _, err = s.identify(ctx, o, c)
	}
	ok := false
	if err == nil {
		l.decides, ok = l.asker.decides()
	}
	return l, ok
}

// generation is the generation of a registry. It makes one where there is none.
func generation(key string, o settings.Options) (string, error) {
	name := generationName(key, o.Location)
	data, err := keyring.Get(name)
	if errors.Is(err, keyring.ErrNone) {
		data = []byte(rand.Text())
		err = keyring.Put(name, data, o.CacheTTL+24*time.Hour) // an entry that outlives it is not used
	}
	if err == nil && string(data) == changing {
		err = errChanging
	}
	return string(data), err
}

// cached returns a credential from the cache. An error goes to the debug log alone, and
// AWS is asked instead.
func (s *Store) cached(l *lookup) (credential.Credential, bool) {
	data, err := keyring.Get(l.name())
	var e entry
	if err == nil && json.Unmarshal(data, &e) != nil {
		err = errEntry // the text of a JSON error could quote the entry
	}
	now := time.Now()
	// An entry that expires later than the TTL allows was stored with a longer TTL, and
	// is not used.
	if err != nil || e.Secret == "" || e.Generation != l.generation || now.After(e.Until) || e.Until.Sub(now) > l.options.CacheTTL {
		s.log.Debug("not in the cache", "key", l.key, "why", err)
		return credential.Credential{}, false
	}
	s.log.Debug("found in the cache", "key", l.key)
	return credential.Credential{Username: e.Username, Secret: e.Secret}, true
}

// keep stores a credential in the cache, unless who asks has changed since the lookup:
// it is not known then for whom AWS has answered.
func (s *Store) keep(l *lookup, c credential.Credential) {
	if now, ok := l.asker.decides(); !ok || now != l.decides {
		s.log.Debug("not kept in the cache", "key", l.key, "why", "who asks has changed meanwhile")
		return
	}
	o, name, group := l.options, l.name(), l.group()
	data, err := json.Marshal(entry{c.Username, c.Secret, time.Now().Add(o.CacheTTL), l.generation})
	if err == nil {
		err = keyring.Put(name, data, o.CacheTTL)
	}
	switch now, errNow := keyring.Get(generationName(l.key, o.Location)); {
	case err != nil:
	case errNow != nil || string(now) != l.generation: // changed meanwhile: the entry is not valid any more
		err = errors.Join(errChanging, keyring.Drop(name))
	case l.asker.asked != "":
		// The keys of a container, an instance or a process are replaced by new ones
		// time and again, which would each leave an entry.
		err = keyring.DropAll(func(other string) bool { return strings.HasPrefix(other, group) && other != name })
	}
	s.log.Debug("kept in the cache", "key", l.key, "ttl", o.CacheTTL, "error", err)
}

// changing empties the cache of all entries for a registry, those of other profiles too,
// and of the entries for other registries that have the same parameter: a change of the
// stored credential makes all of them stale. It keeps the registry out of the cache
// until the function that it returns is called, after the change; where that never
// happens, for the longest time that the change can take.
func (s *Store) changing(key string) (changed func()) {
	o, _ := s.settings.For(key)
	s.forget(key, o)
	if err := keyring.Put(generationName(key, o.Location), []byte(changing), o.Timeout+time.Minute); err != nil {
		s.log.Debug("cannot keep the registry out of the cache", "error", err)
	}
	return func() { s.forget(key, o) }
}

func (s *Store) forget(key string, o settings.Options) {
	changed := tags(key, o.Location)
	err := keyring.DropAll(func(name string) bool {
		name, ours := strings.CutPrefix(name, cachePrefix)
		all, _, _ := strings.Cut(name, ":")
		return ours && slices.ContainsFunc(strings.Split(all, ","), func(tag string) bool { return slices.Contains(changed, tag) })
	})
	if err != nil {
		s.log.Debug("cannot drop the cache", "error", err)
	}
}

var (
	errEntry    = errors.New("it is not an entry")
	errChanging = errors.New("the credential is being changed, or has been meanwhile")
)
