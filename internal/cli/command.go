// Package cli has what the commands for people share: a [Command] with its flags, its
// help text and its examples, from which the man page and the completion are generated
// too; and the [Program], the streams and the environment that a command or a verb runs
// with.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/cli/cli/config"
	"github.com/spf13/pflag"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/internal/watch"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm"
)

// Program is the environment that a command or a verb runs in.
type Program struct {
	In       *os.File // nil for none
	Out, Err io.Writer
	Environ  []string
	Dir      string // the folder of Docker's config.json
	Version  string
	Terminal bool // whether Out is a terminal
	Plain    bool // whether that takes no escape sequences

	Aside     io.Writer            // for debug lines; nil drops them
	Note      func(text string)    // writes a warning; nil drops it
	Transport *transport.Transport // with a connection that is open already; nil: a new one
	Watch     *watch.Watch         // ends the program at the deadline; nil: nothing does
}

// Store makes the store from the settings, for the protocol's verbs and for the
// commands.
func (p *Program) Store(s *settings.Settings) *ssm.Store {
	log := slog.New(slog.DiscardHandler)
	if s.Common().Debug && p.Aside != nil {
		log = slog.New(slog.NewTextHandler(p.Aside, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	store := ssm.New(s, p.Version, log)
	store.Transport, store.Note = p.Transport, p.Note
	return store
}

// Config is the path of Docker's config.json.
func (p *Program) Config() string { return filepath.Join(p.Dir, config.ConfigFileName) }

// WithoutHome is what to set, on a system, where there is no home directory that Docker's
// config.json could be below; "" where there is one. Docker's own library then names a
// file in the current folder, where no other program looks.
func (p *Program) WithoutHome(goos string) (hint string) {
	switch {
	case filepath.IsAbs(p.Dir) || p.Env(config.EnvOverrideConfigDir) != "":
		return ""
	case goos == "windows":
		hint = "USERPROFILE"
	default:
		hint = "HOME"
	}
	return "Set " + hint + ", or set DOCKER_CONFIG to the folder of config.json"
}

// Command is one of the commands for people. Its flags, the man page and the
// shells' completion all come from here.
type Command struct {
	Name, Short, Long string
	Args              string // what its arguments are called; "" for "[REGISTRY…]"
	Examples          []Example

	Define func(*pflag.FlagSet) Runner // adds the command's flags
}

// Example is a command line, and what it is for.
type Example struct{ Line, What string }

// Runner runs a command with its arguments. It reports whether the command succeeded.
type Runner func(ctx context.Context, p *Program, args []string) (bool, error)

// Flags are the command's flags.
func (c *Command) Flags() *pflag.FlagSet {
	set, _ := c.set()
	return set
}

func (c *Command) set() (*pflag.FlagSet, Runner) {
	set := pflag.NewFlagSet(c.Name, pflag.ContinueOnError)
	set.SortFlags = false
	set.Usage = func() {}
	run := c.Define(set)
	set.BoolP("help", "h", false, "show this text")
	return set, run
}

// Arguments is the text for the command's arguments in its usage.
func (c *Command) Arguments() string { return cmp.Or(c.Args, "[REGISTRY…]") }

// Usage is the text of --help.
func (c *Command) Usage() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage: docker-credential-ssm %s [OPTION…] %s\n\n%s\n\n%s\n\nOptions:\n%s", c.Name, c.Arguments(), c.Short, c.Long, c.Flags().FlagUsages())
	for i, e := range c.Examples {
		if i == 0 {
			b.WriteString("\nExamples:\n")
		}
		fmt.Fprintf(&b, "  %s\n      %s\n", e.Line, e.What)
	}
	return b.String()
}

// Run runs the command, and reports whether it succeeded. Errors are written before it
// returns.
func (c *Command) Run(ctx context.Context, p *Program, args []string) bool {
	set, run := c.set()
	err := set.Parse(args)
	if help, _ := set.GetBool("help"); help && err == nil {
		_, err = io.WriteString(p.Out, c.Usage())
		return err == nil
	}
	ok := false
	if err != nil {
		err = Misused(c.Name, err)
	} else {
		ok, err = run(ctx, p, set.Args())
	}
	if ctx.Err() != nil && !ok && err == nil {
		err = message.Advise(errors.New("interrupted"), "Run it again")
	}
	if err != nil {
		message.Report(&message.Error{What: c.Name, Err: err}, p.Err)
		return false
	}
	return ok
}

// Registries returns the keys of the registries in the arguments; without arguments,
// those of the default.
func Registries(args []string, otherwise ...string) ([]string, error) {
	if len(args) == 0 {
		return otherwise, nil
	}
	var keys []string
	seen := map[string]bool{}
	for _, arg := range args {
		key, err := registry.Key(arg)
		if err != nil {
			return nil, message.Advise(err, "Name a registry as clients do, such as docker.io or ghcr.io")
		}
		if !seen[key] {
			keys = append(keys, key)
		}
		seen[key] = true
	}
	return keys, nil
}

// Misused is the error for an invalid command line.
func Misused(command string, err error) error {
	return message.Advise(err, "Run docker-credential-ssm "+command+" --help")
}

// Env is a variable's value; "" where it is not set.
func (p *Program) Env(name string) string {
	for _, entry := range p.Environ {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

// Escapes reports whether the output may have escape sequences.
func (p *Program) Escapes() bool { return p.Terminal && !p.Plain && p.Env("TERM") != "dumb" }

// Colors reports whether the output may have colours.
// Source: https://no-color.org
func (p *Program) Colors() bool { return p.Escapes() && p.Env("NO_COLOR") == "" }
