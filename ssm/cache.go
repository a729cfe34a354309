package ssm

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/internal/environ"
	"docker-credential-ssm/internal/keyring"
	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/settings"
)

// cachePrefix is the beginning of the names of the program's keys in the kernel's
// keyring.
const cachePrefix = "docker-credential-ssm:"

// entry is the content of a keyring key, in JSON.
type entry struct {
	Username, Secret string
	Until            time.Time // exact; the kernel's time-out is in whole seconds
}

// cacheNames is the beginning of the names of all cache entries for one registry.
func cacheNames(key string) string {
	sum := sha256.Sum256([]byte(key))
	return cachePrefix + hex.EncodeToString(sum[:8]) + ":"
}

// cacheName is a hash of everything that decides which credential is found: the
// registry, the options, and AWS's own variables and files, which decide which AWS
// credentials are used. Of the files it takes the path, the time of modification and
// the size.
func cacheName(key string, o settings.Options) string {
	h := sha256.New()
	add := func(parts ...string) { fmt.Fprintf(h, "%q\n", parts) }
	fmt.Fprintf(h, "%#v\n", deciding(o))
	var variables []string
	for _, entry := range environ.All() {
		if strings.HasPrefix(entry, "AWS_") {
			variables = append(variables, entry)
		}
	}
	slices.Sort(variables)
	add(variables...)
	configFile, credentialsFile := transport.AWSFiles()
	for _, file := range []string{configFile, credentialsFile} {
		add(file)
		if info, err := os.Stat(file); err == nil {
			add(info.ModTime().String(), fmt.Sprint(info.Size()))
		}
	}
	return cacheNames(key) + hex.EncodeToString(h.Sum(nil))
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

// cached returns a credential from the cache. An error goes to the debug log alone, and
// AWS is asked instead.
func (s *Store) cached(key string, o settings.Options) (credential.Credential, bool) {
	if o.CacheTTL == 0 {
		return credential.Credential{}, false
	}
	data, err := keyring.Get(cacheName(key, o))
	var e entry
	if err == nil && json.Unmarshal(data, &e) != nil {
		err = errEntry // the text of a JSON error could quote the entry
	}
	now := time.Now()
	// An entry that expires later than the TTL allows was stored with a longer TTL, and
	// is not used.
	if err != nil || e.Secret == "" || now.After(e.Until) || e.Until.Sub(now) > o.CacheTTL {
		s.log.Debug("not in the cache", "key", key, "why", err)
		return credential.Credential{}, false
	}
	s.log.Debug("found in the cache", "key", key)
	return credential.Credential{Username: e.Username, Secret: e.Secret}, true
}

// keep stores a credential in the cache.
func (s *Store) keep(key string, o settings.Options, c credential.Credential) {
	if o.CacheTTL == 0 {
		return
	}
	data, err := json.Marshal(entry{c.Username, c.Secret, time.Now().Add(o.CacheTTL)})
	if err == nil {
		err = keyring.Put(cacheName(key, o), data, o.CacheTTL)
	}
	s.log.Debug("kept in the cache", "key", key, "ttl", o.CacheTTL, "error", err)
}

// forget removes all cache entries for a registry, those of other profiles too: a
// change of the stored credential makes all of them stale.
func (s *Store) forget(key string) {
	if err := keyring.Drop(cacheNames(key)); err != nil {
		s.log.Debug("cannot drop the cache", "error", err)
	}
}

var errEntry = errors.New("it is not an entry")
