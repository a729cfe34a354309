package setup

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/shell"
	"docker-credential-ssm/registry"
)

// typed is the command line of configure, for hints that are the same command with
// one thing changed.
type typed struct {
	set  *pflag.FlagSet
	args []string
}

// with is the command line with a flag more.
func (t typed) with(flag string) string { return t.line(t.args, flag, "") }

// instead is the command line with one flag in place of another, which may be "".
func (t typed) instead(old, flag string) string { return t.line(t.args, flag, old) }

func (t typed) line(args []string, add, leaveOut string) string {
	words := []string{message.Program, "configure"}
	if add != "" {
		words = append(words, "--"+add)
	}
	if t.set != nil {
		t.set.Visit(func(f *pflag.Flag) {
			switch {
			case f.Name == add || f.Name == leaveOut:
			case f.Value.Type() == "bool" && f.Value.String() == "true":
				words = append(words, "--"+f.Name)
			default:
				words = append(words, "--"+f.Name+"="+shell.Word(f.Value.String()))
			}
		})
	}
	for _, arg := range args {
		words = append(words, shell.Word(arg))
	}
	return strings.Join(words, " ")
}

// checkImages refuses the names of images, and says which registries were meant.
func (t typed) checkImages() error {
	var meant []string
	var wrong error
	for _, arg := range t.args {
		name := strings.TrimSpace(arg)
		if key, image := registry.OfImage(arg); image {
			name = registry.Name(key)
			if wrong == nil {
				wrong = fmt.Errorf("%s is the name of an image; its registry is %s", arg, name)
			}
		}
		if !slices.Contains(meant, name) {
			meant = append(meant, name)
		}
	}
	if wrong == nil {
		return nil
	}
	return message.Advise(wrong, "Run "+t.line(meant, "", ""))
}
