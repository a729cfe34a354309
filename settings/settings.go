// Package settings finds out what the user asked for: the options in the
// environment, as DOCKER_CREDENTIAL_SSM_*, and in Docker's config.json, in the
// section "docker-credential-ssm" of "plugins" for all registries and in
// "docker-credential-ssm/REGISTRY" for one. The Docker CLI leaves sections of
// that map alone, whosever they are, when it rewrites the file.
//
// The most specific wins: the registry's section, the environment, the common
// section, the default. AWS's own variables and files come below all of these,
// and are the SDK's to read.
package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/docker/cli/cli/config"

	"docker-credential-ssm/helper"
)

const section = "docker-credential-ssm"

// helperName is what credHelpers says for the program.
const helperName = "ssm"

// Settings are the options found, all of them valid.
type Settings struct {
	common     Options
	registries map[string]Options // by key; only those with a section of their own
	mapped     map[string]bool    // by key; those that credHelpers gives to the program
}

// Load reads the environment, as os.Environ has it, and the config.json of a
// folder, as docker/cli's config.Dir has it. A file that is not there is fine.
// An error names the variable or the file, and what is known.
func Load(environ []string, dir string) (*Settings, error) {
	env, err := fromEnvironment(environ)
	if err != nil {
		return nil, err
	}
	file, err := config.Load(dir)
	path := filepath.Join(dir, config.ConfigFileName)
	if err != nil {
		return nil, broken(path, err)
	}

	var defaults Options
	for _, o := range Known {
		if o.Default != "" {
			if err := o.set(&defaults, o.Default); err != nil {
				return nil, fmt.Errorf("the default of %s %w", o.Name, err)
			}
		}
	}
	s := &Settings{registries: map[string]Options{}, mapped: map[string]bool{}}
	base := defaults
	if err := apply(&base, path, section, file.Plugins[section]); err != nil {
		return nil, err
	}
	s.common = env.over(base)

	sections := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(file.Plugins)) {
		registry, ok := strings.CutPrefix(name, section+"/")
		if !ok {
			continue
		}
		key, err := helper.Key(registry)
		if err != nil {
			return nil, &OptionError{Where: fmt.Sprintf("%s: the section %q", path, name), Why: "names no registry: " + err.Error(), Known: section + ", " + section + "/docker.io and the like"}
		}
		if other := sections[key]; other != "" {
			return nil, &OptionError{Where: fmt.Sprintf("%s: the sections %q and %q", path, other, name), Why: "are of one registry", Known: "one section for each registry"}
		}
		sections[key] = name
		options := s.common
		if err := apply(&options, path, name, file.Plugins[name]); err != nil {
			return nil, err
		}
		s.registries[key] = options
	}
	for registry, name := range file.CredentialHelpers {
		if key, err := helper.Key(registry); err == nil && name == helperName {
			s.mapped[key] = true
		}
	}
	return s, nil
}

// Common are the options of a registry without a section of its own.
func (s *Settings) Common() Options { return s.common }

// For are the options of the registry with a key.
func (s *Settings) For(key string) Options {
	if o, ok := s.registries[key]; ok {
		return o
	}
	return s.common
}

// Registries are the keys of the registries with a section of their own, sorted.
func (s *Settings) Registries() []string { return slices.Sorted(maps.Keys(s.registries)) }

// Mapped reports whether credHelpers gives the registry with a key to the
// program, so that someone expects a credential there. Where the program is
// the credsStore it is asked for every registry there is, and nobody does.
func (s *Settings) Mapped(key string) bool { return s.mapped[key] }

// environment are the options that variables set, as functions, since they
// apply over the common section, which is read after them.
type environment []func(*Options)

func (env environment) over(o Options) Options {
	for _, set := range env {
		set(&o)
	}
	return o
}

func fromEnvironment(environ []string) (environment, error) {
	var env environment
	for _, entry := range environ {
		variable, value, _ := strings.Cut(entry, "=")
		name, ok := strings.CutPrefix(variable, EnvPrefix)
		if !ok {
			continue
		}
		i := slices.IndexFunc(Known, func(o Option) bool { return o.Env != "" && o.Env == name })
		if i < 0 {
			return nil, &OptionError{Where: "the environment variable " + variable, Why: "is unknown", Known: EnvPrefix + "{" + names(func(o *Option) string { return o.Env }) + "}"}
		}
		if value == "" {
			continue // as if it were not there, which is how a shell unsets it for one command
		}
		if err := Known[i].set(new(Options), value); err != nil {
			return nil, &OptionError{Where: fmt.Sprintf("%s=%q", variable, value), Why: err.Error(), Known: Known[i].known()}
		}
		env = append(env, func(o *Options) { _ = Known[i].set(o, value) })
	}
	return env, nil
}

// apply sets the options of one section.
func apply(o *Options, path, name string, values map[string]string) error {
	common := name == section
	var one Name // the zero one: none
	for _, option := range slices.Sorted(maps.Keys(values)) {
		where := fmt.Sprintf("%s: %q in the section %q", path, option, name)
		i := slices.IndexFunc(Known, func(o Option) bool { return o.Name == option && option != "" })
		switch {
		case i < 0 || common && Known[i].registryOnly():
			why := "is unknown"
			if i >= 0 {
				why = fmt.Sprintf("belongs in the section of one registry, such as %q", section+"/docker.io")
			}
			return &OptionError{Where: where, Why: why, Known: names(func(o *Option) string {
				if common && o.registryOnly() {
					return ""
				}
				return o.Name
			})}
		case values[option] == "":
			continue
		}
		if err := Known[i].set(o, values[option]); err != nil {
			return &OptionError{Where: fmt.Sprintf("%s, %q,", where, values[option]), Why: err.Error(), Known: Known[i].known()}
		}
	}
	regions := map[string]bool{}
	for _, name := range []Name{o.Parameter, o.UsernameParameter, o.PasswordParameter} {
		if name.Region != "" && values["region"] == "" {
			o.Region = name.Region
			regions[name.Region] = true
		}
	}
	var why string
	switch {
	case o.Parameter != one && (o.UsernameParameter != one || o.PasswordParameter != one):
		why = "has parameter and one of usernameParameter and passwordParameter"
	case (o.UsernameParameter != one) != (o.PasswordParameter != one):
		why = "has one of usernameParameter and passwordParameter without the other"
	case o.UsernameParameter != one && o.UsernameParameter == o.PasswordParameter:
		why = "has one parameter as usernameParameter and passwordParameter"
	case len(regions) > 1:
		why = "has usernameParameter and passwordParameter in two Regions"
	}
	if why != "" {
		return &OptionError{Where: fmt.Sprintf("%s: the section %q", path, name), Why: why, Known: "parameter alone, or usernameParameter with passwordParameter"}
	}
	return nil
}

// OptionError is an option that is unknown or has a value that is none.
type OptionError struct {
	Where string // the variable with its value, or the file, section and option
	Why   string
	Known string // what would be right
}

func (e *OptionError) Error() string { return e.Where + " " + e.Why }

// Hint says what is known.
func (e *OptionError) Hint() string { return "Known: " + e.Known }

func (o *Option) known() string {
	switch {
	case o.Default == "true" || o.Default == "false":
		return "true, false"
	case o.Example != "":
		return "values such as " + o.Example
	}
	return "any value"
}

// FileError is a config.json that cannot be read.
type FileError struct {
	Path string
	Why  string // never a quotation from the file, which may hold a password
}

func (e *FileError) Error() string { return e.Path + " " + e.Why }

// Hint says what to do.
func (e *FileError) Hint() string { return "Mend the file; the Docker CLI cannot read it either" }

// broken gives an error of docker/cli's config package the place in the file.
func broken(path string, err error) error {
	why := "is no valid Docker configuration: one of its auths entries cannot be decoded"
	var (
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
		file   *os.PathError
	)
	switch {
	case errors.As(err, &syntax):
		why = "is no valid JSON, at " + place(path, syntax.Offset)
	case errors.As(err, &kind):
		why = fmt.Sprintf("has a %s where Docker expects a %s, in %q at %s", kind.Value, kind.Type, kind.Field, place(path, kind.Offset))
	case errors.As(err, &file):
		why = fmt.Sprintf("cannot be read: %v", file.Err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		why = "is no valid JSON: it ends too soon"
	}
	return &FileError{path, why}
}

// place turns an offset into a line and a column, as editors count them.
func place(path string, offset int64) string {
	data, err := os.ReadFile(path)
	if err != nil || offset > int64(len(data)) {
		return fmt.Sprintf("byte %d", offset)
	}
	before := string(data[:max(offset-1, 0)])
	return fmt.Sprintf("line %d, column %d", 1+strings.Count(before, "\n"), len(before)-strings.LastIndex(before, "\n"))
}
