package buildspec

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// unwrap takes off what only runs the command behind it.
func unwrap(args []*syntax.Word) []*syntax.Word {
	for len(args) > 0 {
		program, ok := fixedText(args[0])
		if !ok {
			return args
		}
		rest := args[1:]
		valued := ""
		switch path.Base(program) {
		case "sudo":
			valued = "-u -g -h -p -C -T -U --user --group"
		case "exec", "command", "nohup", "time", "nice", "env", "timeout":
			valued = "-k -s -n -u --kill-after --signal"
		default:
			return args
		}
		if path.Base(program) == "command" && len(rest) > 0 && strings.HasPrefix(fixedPrefix(pieces(rest[0])), "-") {
			return args // command -v asks whether there is one
		}
		for len(rest) > 0 && strings.HasPrefix(fixedPrefix(pieces(rest[0])), "-") {
			option, _ := fixedText(rest[0])
			rest = rest[1:]
			if len(rest) > 0 && slices.Contains(strings.Fields(valued), option) {
				rest = rest[1:]
			}
		}
		if path.Base(program) == "timeout" && len(rest) > 0 {
			rest = rest[1:]
		}
		for len(rest) > 0 && (path.Base(program) == "env" || path.Base(program) == "sudo") {
			name, _, ok := strings.Cut(fixedPrefix(pieces(rest[0])), "=")
			if !ok || !syntax.ValidName(name) {
				break
			}
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return args
		}
		args = rest
	}
	return args
}

func isShell(program string) bool {
	return slices.Contains([]string{"sh", "bash", "dash", "zsh", "ash", "ksh"}, path.Base(program))
}
