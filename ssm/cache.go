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
	"docker-credential-ssm/internal/keyring"
	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/settings"
)

// cachePrefix begins the names of the program's keys in the kernel's keyring.
const cachePrefix = "docker-credential-ssm:"

// entry is what a key holds.
type entry struct {
	Username, Secret string
	Until            time.Time // exact, where the kernel counts seconds
}

// cacheNames begins the names of all entries of one registry.
func cacheNames(key string) string {
	sum := sha256.Sum256([]byte(key))
	return cachePrefix + hex.EncodeToString(sum[:8]) + ":"
}

// cacheName is a hash over everything that decides the answer: the registry, the
// options, and whose credentials would be found, which is in AWS's own variables
// and files. The files are not read, but a change to them shows.
func cacheName(key string, o settings.Options) string {
	h := sha256.New()
	add := func(parts ...string) { fmt.Fprintf(h, "%q\n", parts) }
	fmt.Fprintf(h, "%#v\n", deciding(o))
	var variables []string
	for _, entry := range os.Environ() {
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

// deciding are the options without those that do not decide which credential is
// found. The latter are named here, so that a new option is part of the hash
// unless somebody says otherwise.
func deciding(o settings.Options) settings.Options {
	o.KMSKeyID = ""    // for writing
	o.Writable = false // likewise
	o.Required = false // about a credential that is not there, which is not kept
	o.CacheTTL = 0     // compared with what is kept
	o.Timeout = 0      // how long to look
	o.Debug = false    // what to say meanwhile
	return o
}

// cached returns a credential that was kept. Whatever hinders it is for the
// debug log alone: Parameter Store is there to be asked.
func (s *Store) cached(key string, o settings.Options) (credential.Credential, bool) {
	if o.CacheTTL == 0 {
		return credential.Credential{}, false
	}
	data, err := keyring.Get(cacheName(key, o))
	var e entry
	if err == nil && json.Unmarshal(data, &e) != nil {
		err = errEntry // what JSON says could quote the entry
	}
	now := time.Now()
	// An entry from before the TTL was lowered is not kept for longer than that.
	if err != nil || e.Secret == "" || now.After(e.Until) || e.Until.Sub(now) > o.CacheTTL {
		s.log.Debug("not in the cache", "key", key, "why", err)
		return credential.Credential{}, false
	}
	s.log.Debug("found in the cache", "key", key)
	return credential.Credential{Username: e.Username, Secret: e.Secret}, true
}

// keep puts a credential into the cache.
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

// forget drops what is in the cache for a registry, whoever's it is: a change
// concerns another profile's answer too.
func (s *Store) forget(key string) {
	if err := keyring.Drop(cacheNames(key)); err != nil {
		s.log.Debug("cannot drop the cache", "error", err)
	}
}

var errEntry = errors.New("it is not an entry")
