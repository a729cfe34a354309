// Package settings reads the options of the program: in the environment, as
// DOCKER_CREDENTIAL_SSM_*, and in Docker's config.json, in the section
// "docker-credential-ssm" of "plugins" for all registries and in
// "docker-credential-ssm/REGISTRY" for one. The Docker CLI keeps the sections of that
// map when it rewrites the file.
//
// The most specific value is used: the registry's section, then the environment, then
// the common section, then the default. AWS's own variables and files are read by the
// SDK, and are used where none of these is set. For a registry's key, [Settings.For]
// returns the options in force and the [Location] of the credential, the parameters or
// secrets that hold it.
package settings

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"docker-credential-ssm/internal/bounded"
	"docker-credential-ssm/registry"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
)

// Section is the section of plugins for all registries. The section for one registry is
// Section, a slash and the registry.
const Section = "docker-credential-ssm"

const sections = Section + ", " + Section + "/docker.io and the like"

// HelperName is the program's name in credHelpers.
const HelperName = "ssm"

// Settings are the options of all registries, checked.
type Settings struct {
	common     Options
	registries map[string]Options // by key; only those with a section of their own
	mapped     map[string]bool    // by key; those that credHelpers gives to the program

	file     *configfile.ConfigFile
	sections map[string]string // the names of the registries' sections, by key
	environ  []string
}

// File is the config.json, as docker/cli reads it.
func (s *Settings) File() *configfile.ConfigFile { return s.file }

// Load reads the environment, in the form of os.Environ, and the config.json in a
// folder, usually config.Dir of docker/cli. A file that does not exist counts as empty.
// An error names the variable or the file, and lists what is valid.
func Load(environ []string, dir string) (*Settings, error) {
	path := filepath.Join(dir, config.ConfigFileName)
	file, err := readConfig(path)
	return from(environ, path, file, err)
}

// readConfig is config.Load for a file that is not longer than any config.json is.
func readConfig(path string) (*configfile.ConfigFile, error) {
	f, err := os.Open(path)
	if err != nil {
		if os.IsNotExist(err) {
			err = nil
		}
		return configfile.New(path), err
	}
	defer f.Close()
	return config.LoadFromReader(bounded.Reader(f))
}

// Parse is Load for the text of a config.json. The path is for error messages.
func Parse(environ []string, path string, text []byte) (*Settings, error) {
	file, err := config.LoadFromReader(bytes.NewReader(text))
	return from(environ, path, file, err)
}

func from(environ []string, path string, file *configfile.ConfigFile, err error) (*Settings, error) {
	env, errEnv := fromEnvironment(environ)
	if errEnv != nil {
		return nil, errEnv
	}
	if err != nil {
		return nil, broken(path, file, err)
	}

	var base draft
	for _, o := range Known() {
		if o.Default != "" {
			if err := o.set(&base, o.Default); err != nil {
				return nil, fmt.Errorf("the default of %s %w", o.Name, err)
			}
		}
	}
	s := &Settings{registries: map[string]Options{}, mapped: map[string]bool{}, file: file, sections: map[string]string{}, environ: environ}
	if err := apply(&base, path, Section, file.Plugins[Section]); err != nil {
		return nil, err
	}
	env.over(&base)
	s.common = base.Options

	for _, name := range slices.Sorted(maps.Keys(file.Plugins)) {
		serverURL, ok := strings.CutPrefix(name, Section+"/")
		if !ok {
			if name != Section && looksLikeOurs(name) {
				return nil, &OptionError{Where: path + ": the section " + quoted(name), Why: "is not one of this program, and looks like one", Known: sections}
			}
			continue
		}
		key, err := registry.Key(serverURL)
		if err != nil {
			return nil, &OptionError{Where: path + ": the section " + quoted(name), Why: "names no registry: " + err.Error(), Known: sections}
		}
		if other := s.sections[key]; other != "" {
			return nil, &OptionError{Where: path + ": the sections " + quoted(other) + " and " + quoted(name), Why: "are of one registry", Known: "one section for each registry"}
		}
		s.sections[key] = name
		own := draft{Options: s.common}
		if err := apply(&own, path, name, file.Plugins[name]); err != nil {
			return nil, err
		}
		s.registries[key] = own.Options
	}
	for serverURL, name := range file.CredentialHelpers {
		if key, err := registry.Key(serverURL); err == nil && name == HelperName {
			s.mapped[key] = true
		}
	}
	return s, nil
}

// Common are the options of a registry without a section of its own.
func (s *Settings) Common() Options { return s.common }

// For are the options of the registry with a key. The error is [ErrReserved] or a
// [LocationError] where the key has no default location; the other options are returned
// all the same.
func (s *Settings) For(key string) (Options, error) {
	o, ok := s.registries[key]
	if !ok {
		o = s.common
	}
	if o.Location.Kind != BelowPrefix {
		return o, nil
	}
	l, err := BelowPrefixOf(o.Prefix, key, o.Region)
	o.Location = l
	return o, err
}

// Timeout is the timeout for the registry with a key; for "", as list has it, the
// longest of all registries.
func (s *Settings) Timeout(key string) time.Duration {
	if o, ok := s.registries[key]; ok {
		return o.Timeout
	}
	longest := s.common.Timeout
	if key == "" {
		for _, o := range s.registries {
			longest = max(longest, o.Timeout)
		}
	}
	return longest
}

// Registries are the keys of the registries with a section of their own, sorted.
func (s *Settings) Registries() []string { return slices.Sorted(maps.Keys(s.registries)) }

// Keys are the keys of the registries that the settings mention, sorted: those that
// credHelpers gives to the program, and those with a section of their own.
func (s *Settings) Keys() []string {
	keys := maps.Clone(s.mapped)
	for key := range s.registries {
		keys[key] = true
	}
	return slices.Sorted(maps.Keys(keys))
}

// Asked are the options of [Settings.Keys] or, where there are none, those of any
// registry.
func (s *Settings) Asked() []Options {
	var all []Options
	for _, key := range s.Keys() {
		if o, err := s.For(key); err == nil {
			all = append(all, o)
		}
	}
	if all == nil {
		all = []Options{s.common}
	}
	return all
}

// Mapped reports whether credHelpers gives the registry with a key to the program, so
// that a credential is expected. As credsStore the program is asked for every registry,
// and none is expected.
func (s *Settings) Mapped(key string) bool { return s.mapped[key] }

// environment are the options that variables set, as functions: they are applied after
// the common section, and override it.
type environment []func(*draft)

func (env environment) over(d *draft) {
	for _, set := range env {
		set(d)
	}
}

func fromEnvironment(environ []string) (environment, error) {
	known := Known()
	var env environment
	for _, entry := range environ {
		variable, value, _ := strings.Cut(entry, "=")
		name, ok := strings.CutPrefix(variable, EnvPrefix)
		if !ok {
			continue
		}
		i := slices.IndexFunc(known, func(o Option) bool { return o.Env != "" && o.Env == name })
		if i < 0 {
			return nil, &OptionError{Where: "the environment variable " + variable, Why: "is unknown", Known: EnvPrefix + "{" + names(known, func(o *Option) string { return o.Env }) + "}"}
		}
		if value == "" {
			continue // as if it were not set: VARIABLE= before a command unsets it for that command
		}
		if err := known[i].apply(new(draft), value); err != nil {
			return nil, &OptionError{Where: variable + "=" + known[i].shown(value), Why: err.Error(), Known: known[i].known()}
		}
		env = append(env, func(d *draft) { _ = known[i].set(d, value) })
	}
	return env, nil
}
