package main

import (
	"fmt"
	"strings"

	"docker-credential-ssm/helper"
	"docker-credential-ssm/internal/commands"
	"docker-credential-ssm/settings"
)

// usage is the text of --help. The options in it are the ones there are.
func usage() string {
	var b strings.Builder
	b.WriteString(`Usage: docker-credential-ssm configure|doctor [OPTION…] [REGISTRY…]
       docker-credential-ssm get|store|erase|list|version

A Docker credential helper: it serves registries' credentials from AWS Systems
Manager Parameter Store. Docker runs it; to let it do so, run

  docker-credential-ssm configure

and put the credential into a SecureString /CodeBuild/docker-credentials/docker.io:

  {"username": "…", "password": "…"}

Commands, for people:

`)
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
