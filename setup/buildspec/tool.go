package buildspec

import (
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// tool is a program that signs in to registries.
type tool struct {
	program string
	verbs   []string // before login and logout
	global  []string // options with a value that stand before the verbs
	valued  []string // options of login with a value
	flags   []string // options of login without one
	file    string   // the option that names another file for credentials
}

// tools is a function so that the table costs nothing until it is used.
func tools() []tool {
	docker := []string{"--config", "--context", "--host", "--log-level", "--tlscacert", "--tlscert", "--tlskey", "-H", "-c", "-l"}
	tls := []string{"--ca-file", "--cert-file", "--key-file"}
	podman := tool{
		valued: []string{"--authfile", "--compat-auth-file", "--cert-dir"}, file: "--authfile",
		flags:  []string{"--tls-verify", "--verbose", "-v"},
		global: []string{"--log-level", "--root", "--runroot", "--storage-driver", "--registries-conf", "--registries.d", "--policy", "--connection", "-c", "--url"},
	}
	named := func(t tool, program string) tool {
		t.program = program
		return t
	}
	return []tool{
		{program: "docker", global: docker},
		named(podman, "podman"), named(podman, "buildah"), named(podman, "skopeo"),
		{program: "crane", verbs: []string{"auth"}, flags: []string{"--insecure", "--verbose", "-v"}},
		{program: "helm", verbs: []string{"registry"}, valued: append(tls, "--registry-config"), flags: []string{"--insecure", "--plain-http", "--debug"}, file: "--registry-config"},
		{program: "oras", valued: append(tls, "--registry-config", "--format"), flags: []string{"--insecure", "--plain-http", "--debug", "-d", "--verbose", "-v", "--no-tty"}, file: "--registry-config"},
		{program: "nerdctl", global: []string{"--namespace", "-n", "--address", "-a", "--host", "-H", "--hosts-dir"}, flags: []string{"--insecure-registry"}},
	}
}

// attempt is a login or a logout as it stands in a command.
type attempt struct {
	tool   tool
	verb   string         // "login" or "logout"
	words  []*syntax.Word // behind the verb
	before []*syntax.Word // what wraps the tool: sudo -E
	config *syntax.Word   // of docker --config
}

func (a attempt) name() string {
	return strings.Join(append(append([]string{a.tool.program}, a.tool.verbs...), a.verb), " ")
}

// recognise finds the login or logout that a command is.
func recognise(args []*syntax.Word) (attempt, bool) {
	words := unwrap(args)
	if len(words) < 2 {
		return attempt{}, false
	}
	program, _ := fixedText(words[0])
	for _, t := range tools() {
		if t.program != path.Base(program) {
			continue
		}
		found := attempt{tool: t, before: args[:len(args)-len(words)]}
		rest, verbs := words[1:], append([]string(nil), t.verbs...)
		for len(rest) > 0 {
			s := fixedPrefix(pieces(rest[0]))
			switch option, _, joined := strings.Cut(s, "="); {
			case strings.HasPrefix(s, "-"):
				if option == "--config" && t.program == "docker" {
					if joined {
						return attempt{}, false
					}
					if len(rest) > 1 {
						found.config = rest[1]
					}
				}
				rest = rest[1:]
				if !joined && slices.Contains(t.global, option) && len(rest) > 0 {
					rest = rest[1:]
				}
				continue
			case len(verbs) > 0 && s == verbs[0]:
				verbs, rest = verbs[1:], rest[1:]
				continue
			case len(verbs) == 0 && (s == "login" || s == "logout"):
				found.verb, found.words = s, rest[1:]
				return found, true
			}
			break
		}
	}
	return attempt{}, false
}

// looksLikeLogin is the login among the arguments of a command that is not known
// to run it, as in retry 3 docker login; "" if there is none.
func looksLikeLogin(args []*syntax.Word) string {
	if first, ok := fixedText(args[0]); ok && slices.Contains([]string{"echo", "printf", ":", "true", "test", "[", "grep", "git", "which", "command", "type"}, first) {
		return ""
	}
	for i := 1; i < len(args); i++ {
		if found, ok := recognise(args[i:]); ok && found.verb == "login" {
			return found.name()
		}
	}
	return ""
}

// textOfLogin is the login in a text that is not parsed, such as docker login;
// "" if there is none.
func textOfLogin(s string) string {
	words := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \t\r\n\"'`();|&\\", r) })
	for i := range words {
		for _, t := range tools() {
			if path.Base(words[i]) != t.program {
				continue
			}
			verbs := append(append([]string(nil), t.verbs...), "login")
			if i+1+len(verbs) <= len(words) && slices.Equal(words[i+1:i+1+len(verbs)], verbs) {
				return strings.Join(append([]string{t.program}, verbs...), " ")
			}
		}
	}
	return ""
}

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
