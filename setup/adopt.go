package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/setup/buildspec"
)

func adopt() cli.Command {
	return cli.Command{
		Name:  "adopt",
		Args:  "BUILDSPEC…",
		Short: "Show how a buildspec that signs in today would do it with the helper.",
		Long: `It reads CodeBuild's buildspec, finds each docker login and its relatives, follows
user name and password to the parameter or secret that they come from, and shows
the change to one configure command with the credential where it is. --write
makes it. What it cannot follow it says, and leaves alone. BUILDSPEC is a file, a
folder with files named buildspec*.yml or .yaml, or - for standard input, whose
result goes to standard output. AWS is not asked, unless with --check. The exit
status is 0 when every login was understood, and 1 when one was not.`,
		Examples: []cli.Example{
			{Line: "docker-credential-ssm adopt buildspec.yml", What: "show what would change"},
			{Line: "docker-credential-ssm adopt --write buildspec.yml", What: "change it"},
			{Line: "docker-credential-ssm adopt --check .", What: "look at all buildspecs of this folder, and whether their credentials are there"},
		},
		Define: adoptFlags,
	}
}

// adoption is one run of adopt.
type adoption struct {
	write, check bool
	program      *cli.Program
	out          io.Writer // for the report: standard output, or standard error where standard output has the result
}

func adoptFlags(set *pflag.FlagSet) cli.Runner {
	a := &adoption{}
	set.BoolVar(&a.write, "write", false, "make the change")
	set.BoolVar(&a.check, "check", false, "get each credential from AWS, and say whether it is there")
	return func(ctx context.Context, p *cli.Program, args []string) (bool, error) {
		a.program, a.out = p, p.Out
		if len(args) == 0 {
			return false, cli.Misused("adopt", errors.New("no buildspec is named"))
		}
		if len(args) == 1 && args[0] == "-" {
			return a.standardInput(ctx)
		}
		files, err := buildspecs(args)
		if err != nil {
			return false, err
		}
		all := true
		for i, file := range files {
			if i > 0 {
				fmt.Fprintln(a.out)
			}
			understood, err := a.file(ctx, file)
			if err != nil {
				return false, err
			}
			all = all && understood
		}
		return all, nil
	}
}

// buildspecs are the files that the arguments name.
func buildspecs(args []string) (files []string, err error) {
	for _, arg := range args {
		info, err := os.Stat(arg)
		switch {
		case arg == "-":
			return nil, cli.Misused("adopt", errors.New("- must be the only argument"))
		case err != nil:
			return nil, unreadable(arg, err)
		case !info.IsDir():
			files = append(files, arg)
			continue
		}
		found := 0
		for _, ending := range []string{".yml", ".yaml"} {
			matches, err := filepath.Glob(filepath.Join(arg, "buildspec*"+ending))
			if err != nil {
				return nil, unreadable(arg, err)
			}
			files = append(files, matches...)
			found += len(matches)
		}
		if found == 0 {
			return nil, message.Advise(fmt.Errorf("%s has no file named buildspec*.yml or buildspec*.yaml", arg), "Name the file")
		}
	}
	return files, nil
}

// unreadable is the error for a file that cannot be read.
func unreadable(path string, err error) error {
	var system *fs.PathError
	why := error(errors.New("it cannot be read"))
	if errors.As(err, &system) {
		why = system.Err
	}
	return message.Advise(fmt.Errorf("%s: %w", path, why), "Check the name of the file, and who may read it")
}

// file adopts one file, and reports whether every login in it was understood.
func (a *adoption) file(ctx context.Context, path string) (bool, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxBuildspec {
		return false, message.Advise(fmt.Errorf("%s is longer than any buildspec", path), "Check the name of the file")
	}
	var plan *buildspec.Plan
	err := dockerconfig.Update(path, func(f *dockerconfig.File) (_ []byte, err error) {
		if f.Text == nil {
			return nil, &fs.PathError{Op: "read", Path: path, Err: fs.ErrNotExist}
		}
		if plan, err = read(path, f.Text); err != nil || !a.write {
			return f.Text, err
		}
		return plan.Result, nil
	})
	var system *fs.PathError
	if errors.As(err, &system) {
		return false, unreadable(path, err)
	}
	if err != nil {
		return false, err
	}
	return plan.Understood(), a.report(ctx, plan)
}

func read(name string, text []byte) (*buildspec.Plan, error) {
	plan, err := buildspec.Read(name, text)
	if err != nil {
		return nil, message.Advise(err, "Give a buildspec of CodeBuild's, version 0.1 or 0.2, which CodeBuild itself takes")
	}
	return plan, nil
}

// maxBuildspec is in bytes, far more than CodeBuild accepts.
const maxBuildspec = 4 << 20

// standardInput adopts the buildspec on standard input, and writes the report to
// standard error.
func (a *adoption) standardInput(ctx context.Context) (bool, error) {
	if a.program.In == nil {
		return false, cli.Misused("adopt", errors.New("there is no standard input"))
	}
	text, err := io.ReadAll(io.LimitReader(a.program.In, maxBuildspec+1))
	if err == nil && len(text) > maxBuildspec {
		err = errors.New("standard input is longer than any buildspec")
	}
	if err != nil {
		return false, message.Advise(err, "Give a buildspec on standard input")
	}
	plan, err := read("standard input", text)
	if err != nil {
		return false, err
	}
	a.out, a.write = a.program.Err, true
	if err := a.report(ctx, plan); err != nil {
		return false, err
	}
	_, err = a.program.Out.Write(plan.Result)
	return plan.Understood(), err
}
