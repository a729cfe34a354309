package buildspec

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// flags are the options and operands of a login.
type flags struct {
	username, password [][]piece
	stdin              bool
	file               *syntax.Word
	operands           []*syntax.Word
	unclear            string
}

func (at attempt) flags() flags {
	var f flags
	for i := 0; i < len(at.words); i++ {
		ps := pieces(at.words[i])
		option := fixedPrefix(ps)
		next := func() [][]piece {
			if i+1 >= len(at.words) {
				f.unclear = nameOfProgram(option)
				return nil
			}
			i++
			return [][]piece{pieces(at.words[i])}
		}
		name, _, joined := strings.Cut(option, "=")
		switch {
		case option == "-" || !strings.HasPrefix(option, "-"):
			f.operands = append(f.operands, at.words[i])
		case option == "--":
			f.operands = append(f.operands, at.words[i+1:]...)
			return f
		case option == "--password-stdin":
			f.stdin = true
		case name == "--username" && joined:
			f.username = append(f.username, cut(ps, len("--username=")))
		case name == "--password" && joined:
			f.password = append(f.password, cut(ps, len("--password=")))
		case option == "--username", option == "-u" && len(ps) == 1:
			f.username = append(f.username, next()...)
		case option == "--password", option == "-p" && len(ps) == 1:
			f.password = append(f.password, next()...)
		case strings.HasPrefix(option, "-u"):
			f.username = append(f.username, shortValue(ps))
		case strings.HasPrefix(option, "-p"):
			f.password = append(f.password, shortValue(ps))
		case name == at.tool.file && at.tool.file != "":
			if joined {
				f.unclear = name + "="
			} else if i+1 < len(at.words) {
				i++
				f.file = at.words[i]
			}
		case slices.Contains(at.tool.valued, name):
			if !joined {
				i++
			}
		case slices.Contains(at.tool.flags, name):
		default:
			f.unclear = "an option that adopt does not know"
			if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz-") == "" {
				f.unclear = name
			}
		}
	}
	return f
}

// shortValue is V of -uV and of -u=V.
func shortValue(ps []piece) []piece {
	ps = cut(ps, 2)
	if strings.HasPrefix(fixedPrefix(ps), "=") {
		ps = cut(ps, 1)
	}
	return ps
}
