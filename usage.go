package main

import (
	"fmt"
	"strings"

	"docker-credential-ssm/settings"
)

// usage is the text of --help. The options in it are the ones there are.
func usage() string {
	var b strings.Builder
	b.WriteString(`Usage: docker-credential-ssm get|store|erase|list|version

A Docker credential helper: it serves registries' credentials from AWS Systems
Manager Parameter Store. Docker runs it; to let it do so, put this into
~/.docker/config.json:

  {"credHelpers": {"https://index.docker.io/v1/": "ssm", "docker.io": "ssm"}}

and the credential into a SecureString /CodeBuild/docker-credentials/docker.io:

  {"username": "…", "password": "…"}

  get      read a server URL from standard input, print its credential
  store    read a credential from standard input, keep it (needs writable)
  erase    read a server URL from standard input, delete its credential (needs writable)
  list     print the user name for each server URL
  version  print the version

Options, from the environment, or by their other name from the section
"docker-credential-ssm" of "plugins" in config.json, or for one registry from
the section "docker-credential-ssm/REGISTRY":

`)
	for _, o := range settings.Known {
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
