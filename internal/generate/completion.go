package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"docker-credential-ssm/helper"
	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/commands"
)

// flag is one of a command's, as a shell wants to know it.
type flag struct {
	name, help string
	value      bool // whether one follows
	file       bool // whether that is a path
}

func flagsOf(c cli.Command) (all []flag) {
	c.Flags().VisitAll(func(f *pflag.Flag) {
		kind, help := pflag.UnquoteUsage(f)
		all = append(all, flag{f.Name, help, kind != "" && f.NoOptDefVal == "", kind == "FILE"})
	})
	return all
}

const header = "# Completion of docker-credential-ssm for %s; made by go run ./internal/generate.\n"

const aboutHelp = "show the text about a command or a verb"

func bash() string {
	var b strings.Builder
	var words []string
	for _, c := range commands.All() {
		words = append(words, c.Name)
	}
	for _, v := range helper.Verbs {
		words = append(words, v.Name)
	}
	fmt.Fprintf(&b, header, "bash")
	fmt.Fprintf(&b, `_docker_credential_ssm() {
	local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words
	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words=%q
	else
		case ${COMP_WORDS[1]} in
`, strings.Join(append(words, "help", "--help", "--version"), " "))
	for _, c := range commands.All() {
		var names, values, files []string
		for _, f := range flagsOf(c) {
			names = append(names, "--"+f.name)
			switch {
			case f.file:
				files = append(files, "--"+f.name)
			case f.value:
				values = append(values, "--"+f.name)
			}
		}
		fmt.Fprintf(&b, "\t\t%s)\n\t\t\tcase $before in\n", c.Name)
		if files != nil {
			fmt.Fprintf(&b, "\t\t\t%s) mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); return ;;\n", strings.Join(files, "|"))
		}
		if values != nil {
			fmt.Fprintf(&b, "\t\t\t%s) return ;;\n", strings.Join(values, "|"))
		}
		fmt.Fprintf(&b, "\t\t\tesac\n\t\t\twords=%q\n\t\t\t;;\n", strings.Join(names, " "))
	}
	b.WriteString(`		*) return ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _docker_credential_ssm docker-credential-ssm
`)
	return b.String()
}

func zsh() string {
	var b strings.Builder
	fmt.Fprintf(&b, "#compdef docker-credential-ssm\n"+header, "zsh")
	b.WriteString("if (( CURRENT == 2 )); then\n\tlocal -a words=(\n")
	for _, c := range commands.All() {
		fmt.Fprintf(&b, "\t\t%s\n", single(c.Name+":"+c.Short))
	}
	for _, v := range helper.Verbs {
		fmt.Fprintf(&b, "\t\t%s\n", single(v.Name+":"+v.Help))
	}
	fmt.Fprintf(&b, "\t\t%s\n", single("help:"+aboutHelp))
	b.WriteString("\t)\n\t_describe command words\n\treturn\nfi\ncase $words[2] in\n")
	for _, c := range commands.All() {
		fmt.Fprintf(&b, "%s)\n\tshift words\n\t(( CURRENT-- ))\n\t_arguments \\\n", c.Name)
		for _, f := range flagsOf(c) {
			help := strings.NewReplacer("[", `\[`, "]", `\]`, ":", `\:`).Replace(f.help)
			switch {
			case f.file:
				fmt.Fprintf(&b, "\t\t%s \\\n", single("--"+f.name+"=["+help+"]:file:_files"))
			case f.value:
				fmt.Fprintf(&b, "\t\t%s \\\n", single("--"+f.name+"=["+help+"]:value: "))
			default:
				fmt.Fprintf(&b, "\t\t%s \\\n", single("--"+f.name+"["+help+"]"))
			}
		}
		b.WriteString("\t\t'*:registry: '\n\t;;\n")
	}
	b.WriteString("esac\n")
	return b.String()
}

func fish() string {
	var b strings.Builder
	fmt.Fprintf(&b, header, "fish")
	b.WriteString("complete -c docker-credential-ssm -f\n")
	word := func(name, help string) {
		fmt.Fprintf(&b, "complete -c docker-credential-ssm -n __fish_use_subcommand -a %s -d %s\n", name, single(help))
	}
	for _, c := range commands.All() {
		word(c.Name, c.Short)
	}
	for _, v := range helper.Verbs {
		word(v.Name, v.Help)
	}
	word("help", aboutHelp)
	for _, c := range commands.All() {
		for _, f := range flagsOf(c) {
			value := ""
			switch {
			case f.file:
				value = " -r -F"
			case f.value:
				value = " -x"
			}
			fmt.Fprintf(&b, "complete -c docker-credential-ssm -n '__fish_seen_subcommand_from %s' -l %s%s -d %s\n", c.Name, f.name, value, single(f.help))
		}
	}
	return b.String()
}

// single quotes a text for all three shells; none of them needs an apostrophe.
func single(s string) string { return "'" + strings.ReplaceAll(s, "'", "’") + "'" }
