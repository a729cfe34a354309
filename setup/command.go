// Package setup is what people run: configure, which lets Docker use the
// helper, and doctor, which says why a pull is not signed in. The protocol's
// verbs, which clients run, need none of it.
package setup

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/config"
	"github.com/spf13/pflag"

	"docker-credential-ssm/helper"
)

// Program is what a command runs in.
type Program struct {
	Out, Err io.Writer
	Environ  []string
	Dir      string // of Docker's config.json
	Version  string
	Terminal bool // whether Out is one
}

// config is the path of Docker's config.json.
func (p *Program) config() string { return filepath.Join(p.Dir, config.ConfigFileName) }

// Command is one of the commands for people. Its flags, the man page and the
// shells' completion all come from here.
type Command struct {
	Name, Short, Long string
	Examples          []Example

	flags func(*pflag.FlagSet) runner
}

// Example is a command line, and what it is for.
type Example struct{ Line, What string }

// runner carries a command out for the registries' keys. It reports whether
// all is well.
type runner func(ctx context.Context, p *Program, keys []string) (bool, error)

// Commands lists them. It is a function, so that nothing of it is made when a
// client runs one of the protocol's verbs.
func Commands() []Command { return []Command{configure(), doctor()} }

// Find returns the command with a name.
func Find(name string) (*Command, bool) {
	for _, c := range Commands() {
		if c.Name == name {
			return &c, true
		}
	}
	return nil, false
}

// Flags are the command's.
func (c *Command) Flags() *pflag.FlagSet {
	set, _ := c.set()
	return set
}

func (c *Command) set() (*pflag.FlagSet, runner) {
	set := pflag.NewFlagSet(c.Name, pflag.ContinueOnError)
	set.SortFlags = false
	set.Usage = func() {}
	run := c.flags(set)
	set.BoolP("help", "h", false, "show this text")
	return set, run
}

// Usage is the text of --help.
func (c *Command) Usage() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage: docker-credential-ssm %s [OPTION…] [REGISTRY…]\n\n%s\n\n%s\n\nOptions:\n%s", c.Name, c.Short, c.Long, c.Flags().FlagUsages())
	for i, e := range c.Examples {
		if i == 0 {
			b.WriteString("\nExamples:\n")
		}
		fmt.Fprintf(&b, "  %s\n      %s\n", e.Line, e.What)
	}
	return b.String()
}

// Run carries the command out. It reports whether all is well; what is not has
// been said.
func (c *Command) Run(ctx context.Context, p *Program, args []string) bool {
	set, run := c.set()
	err := set.Parse(args)
	if help, _ := set.GetBool("help"); help && err == nil {
		_, err = io.WriteString(p.Out, c.Usage())
		return err == nil
	}
	ok := false
	var keys []string
	if err != nil {
		err = misused(c.Name, err)
	} else if keys, err = registries(set.Args()); err == nil {
		ok, err = run(ctx, p, keys)
	}
	if err != nil {
		helper.Report(&helper.Error{What: c.Name, Err: err}, p.Err)
		return false
	}
	return ok
}

// registries turns arguments into keys; none are Docker Hub.
func registries(args []string) ([]string, error) {
	if len(args) == 0 {
		args = []string{helper.DockerHub}
	}
	var keys []string
	seen := map[string]bool{}
	for _, arg := range args {
		key, err := helper.Key(arg)
		if err != nil {
			return nil, helper.Advise(err, "Name a registry as clients do, such as docker.io or ghcr.io")
		}
		if !seen[key] {
			keys = append(keys, key)
		}
		seen[key] = true
	}
	return keys, nil
}

// serverURLs are the names under which clients look for a key in credHelpers.
func serverURLs(key string) []string {
	url, ok := helper.ServerURL(key)
	switch {
	case key == helper.DockerHub:
		return []string{url, helper.DockerHub} // the Docker CLI's, and podman's
	case ok:
		return []string{url}
	}
	return []string{key}
}

// shortName is a registry as a person types it.
func shortName(key string) string {
	urls := serverURLs(key)
	return urls[len(urls)-1]
}

// misused is the error of a command line that makes no sense.
func misused(command string, err error) error {
	return helper.Advise(err, "Run docker-credential-ssm "+command+" --help")
}
