package doctor

import (
	"context"
	"strings"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/registry"
)

// checkPlaintext looks for the registry's secrets in every file that clients read.
func (x *examination) checkPlaintext(context.Context) result {
	name := registry.Name(x.key)
	r := ok("none in the files of Docker and podman")
	for _, path := range x.allFiles() {
		c, err := dockerconfig.ReadClient(path)
		if err != nil {
			continue // the step config.json says so
		}
		secrets := c.Secrets(x.key)
		if len(secrets) == 0 {
			continue
		}
		r = readable(r, name).tell(path + " holds " + strings.Join(secrets, ", ") + " in plain text, from a docker login")
		file := ""
		if path != x.program.Config() {
			file = "--file " + x.system.argument(path) + " "
		}
		s := x.main()
		switch {
		case c.Legacy:
			r = r.advise("Take the entry out of " + path + ", which has the form of old versions of Docker, or delete the file")
		case s.How == dockerconfig.ByPlaintext && s.Path == path:
			r = r.run("Move it into Parameter Store", "docker-credential-ssm configure --migrate "+file+x.system.argument(name))
		default:
			r = r.run("Take it out", "docker-credential-ssm configure --discard "+file+x.system.argument(name))
		}
	}
	for _, url := range registry.Lookups(x.key) {
		if s, ok := dockerconfig.VariableSigner(x.system.env(dockerconfig.Variable), url); ok {
			r = readable(r, name).tell(s.Path + " holds " + url + " in plain text, and Docker 28.3 and later take it before config.json")
			r = x.system.unset(r, "Take it away", dockerconfig.Variable)
			break
		}
	}
	return r
}

// readable is a result that has found a secret.
func readable(r result, name string) result {
	if r.outcome == passed {
		r = ok("a secret of %s is readable", name).but()
	}
	return r
}
