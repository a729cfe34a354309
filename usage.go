package main

import (
	"fmt"
	"slices"
	"strings"

	"docker-credential-ssm/helper"
	"docker-credential-ssm/internal/commands"
	"docker-credential-ssm/internal/output"
	"docker-credential-ssm/settings"
)

// isHelp reports whether an argument asks for help.
func isHelp(arg string) bool { return arg == "--help" || arg == "-h" }

// isVerb reports whether a word is one of the protocol's verbs.
func isVerb(word string) bool {
	return slices.ContainsFunc(helper.Verbs, func(v helper.Verb) bool { return v.Name == word })
}

// help writes the help text of the verb or command that the first word names; without
// a word, the text of --help.
func help(out *output.Output, words []string) bool {
	text := usage()
	if len(words) > 0 && words[0] != "help" && !isHelp(words[0]) {
		word := words[0]
		if c, ok := commands.Find(word); ok {
			text = c.Usage()
		} else if i := slices.IndexFunc(helper.Verbs, func(v helper.Verb) bool { return v.Name == word }); i >= 0 {
			text = helper.Verbs[i].Usage()
		} else {
			return refuse(out, "help "+word, unknown(word))
		}
	}
	return out.Answer([]byte(text)) == nil
}

// usage is the text of --help. Its lists are made from the definitions of the commands,
// the verbs and the options.
func usage() string {
	var b strings.Builder
	var people, docker []string
	for _, c := range commands.All() {
		people = append(people, c.Name)
	}
	for _, v := range helper.Verbs {
		docker = append(docker, v.Name)
	}
	fmt.Fprintf(&b, `Usage: docker-credential-ssm %s [OPTION…] [ARGUMENT…]
       docker-credential-ssm %s
       docker-credential-ssm help [COMMAND|VERB]

A Docker credential helper: it serves registries' credentials from AWS, out of
Systems Manager Parameter Store or Secrets Manager. Docker runs it; to store a
credential, and to let Docker use the helper, run

  docker-credential-ssm login
  docker-credential-ssm configure

Commands, for people:

`, strings.Join(people, "|"), strings.Join(docker, "|"))
	for _, c := range commands.All() {
		fmt.Fprintf(&b, "  %-9s  %s\n", c.Name, c.Short)
	}
	b.WriteString(`
Verbs, for Docker:

`)
	for _, v := range helper.Verbs {
		fmt.Fprintf(&b, "  %-9s  %s\n", v.Name, v.Help)
	}
	b.WriteString(`
Options, from the environment, or by their other name from the section
"docker-credential-ssm" of "plugins" in config.json, or for one registry from
the section "docker-credential-ssm/REGISTRY":

`)
	for _, o := range settings.Known() {
		env := ""
		if o.Env != "" {
			env = settings.EnvPrefix + o.Env
		}
		help := o.Help
		if o.Default != "" {
			help += " [" + o.Default + "]"
		}
		fmt.Fprintf(&b, "  %-34s  %-17s  %s\n", env, o.Name, help)
	}
	return b.String()
}
