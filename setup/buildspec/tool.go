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
