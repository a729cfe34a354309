package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker-credential-helpers/credentials"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/registry"
)

// main is the signer that the verdict is about.
func (x *examination) main() dockerconfig.Signer {
	if len(x.families) == 0 {
		return dockerconfig.Signer{How: dockerconfig.ByNobody}
	}
	return x.families[0].signer
}

// other is who signs the pull in instead of this helper; "" where it is this one,
// or nobody.
func (x *examination) other() string {
	switch s := x.main(); {
	case s.Ours(), s.How == dockerconfig.ByNobody:
		return ""
	case s.How == dockerconfig.ByPlaintext:
		return "a login in plain text"
	default:
		return "docker-credential-" + s.Helper
	}
}

// checkSignIn says who signs in, for each family of clients. Whoever does is well;
// the first family decides.
func (x *examination) checkSignIn(ctx context.Context) result {
	s := x.main()
	r := x.signer(ctx, s)
	r.detail = x.families[0].Name + ": " + r.detail
	var lacking []string
	for _, f := range x.families[1:] {
		r = r.tell(f.Name + ": " + x.describe(f.signer))
		if f.How == dockerconfig.ByNobody {
			lacking = append(lacking, f.Key)
		}
	}
	x.Clients = x.families
	if r.outcome == passed && len(lacking) > 0 {
		r = r.but()
		if s.Ours() {
			r = r.run("Let these clients ask this helper too", x.configure(x.families[1:]))
		}
	}
	return r
}

// signer examines the one that the verdict is about.
func (x *examination) signer(ctx context.Context, s dockerconfig.Signer) result {
	switch {
	case s.Ours():
		return ok("%s", x.describe(s))
	case s.How == dockerconfig.ByPlaintext:
		x.credential = credential{s.Username, s.Secret, s.Token}
		return ok("%s", x.describe(s))
	case s.How == dockerconfig.ByNobody:
		r := wrong("nobody: %s has no entry for %s", s.Path, x.families[0].Key)
		if x.key == registry.DockerHub {
			r = r.tell("the Docker CLI looks for https://index.docker.io/v1/, podman for docker.io, act for index.docker.io")
		}
		for _, entry := range x.unmatched() {
			r = r.tell("no client looks for the entry " + entry + " of credHelpers: names are compared letter by letter")
		}
		return r.run("Let clients ask this helper", x.configure(x.families))
	}
	return x.otherHelper(ctx, s)
}

// unmatched are entries of credHelpers that mean the registry and that no client
// looks for.
func (x *examination) unmatched() []string {
	var names []string
	for name := range x.settings.File().CredentialHelpers {
		if registry.Same(name, x.key) && !slices.Contains(registry.Lookups(x.key), name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// otherHelper asks another helper, as Docker does. What it answers is not shown, but
// for the user name.
func (x *examination) otherHelper(ctx context.Context, s dockerconfig.Signer) result {
	program := "docker-credential-" + s.Helper
	path, err := x.system.lookPath(program)
	if err != nil {
		r := wrong("%s, which is not on the PATH", x.describe(s))
		if s.How == dockerconfig.ByStore {
			return r.run("Install it, or let clients ask this helper for this registry", x.configure(x.families))
		}
		return r.advise("Install it, or take the entry " + s.Entry + " out of credHelpers in " + s.Path)
	}
	held, err := ask(ctx, path, x.families[0].Key)
	again := "echo " + x.system.argument(x.families[0].Key) + " | " + program + " get"
	switch {
	case credentials.IsErrCredentialsNotFound(err) && s.How == dockerconfig.ByStore:
		return wrong("%s, which has no credential for %s", x.describe(s), x.families[0].Key).
			run("Let clients ask this helper for this registry", x.configure(x.families))
	case credentials.IsErrCredentialsNotFound(err):
		return wrong("%s, which has no credential for %s", x.describe(s), x.families[0].Key).
			run("Store one in it; to see what it answers", again)
	case err != nil:
		return wrong("%s, which fails", x.describe(s)).run("To see what it says", again)
	}
	x.credential = credential{held.Username, held.Secret, held.Username == "<token>"}
	return ok("%s, as %s", x.describe(s), message.OneLine(held.Username))
}

// ask runs a helper's get.
func ask(ctx context.Context, program, serverURL string) (*credentials.Credentials, error) {
	cmd := exec.CommandContext(ctx, program, "get")
	cmd.Stdin = strings.NewReader(serverURL)
	cmd.WaitDelay = 100 * time.Millisecond
	out, err := cmd.Output()
	out = bytes.TrimSpace(out)
	if credentials.IsErrCredentialsNotFoundMessage(string(out)) {
		return nil, credentials.NewErrCredentialsNotFound()
	}
	if err != nil {
		return nil, err
	}
	held := &credentials.Credentials{}
	if json.Unmarshal(out, held) != nil || held.Username == "" || held.Secret == "" {
		return nil, errors.New("no credential in its answer")
	}
	return held, nil
}

// describe says who a signer is.
func (x *examination) describe(s dockerconfig.Signer) string {
	who := "docker-credential-" + s.Helper
	if s.Ours() {
		who = "this helper"
	}
	switch s.How {
	case dockerconfig.ByHelper:
		return who + ", by credHelpers of " + s.Path
	case dockerconfig.ByStore:
		return who + ", by credsStore of " + s.Path
	case dockerconfig.ByPlaintext:
		as := ", as " + message.OneLine(s.Username)
		if s.Username == "" {
			as = ""
		}
		return "a login in plain text in " + s.Path + as
	}
	return "nobody"
}

// configure is the command that lets the families ask this helper. Where another
// helper has one of the registry's keys it is the one that leaves that key alone.
func (x *examination) configure(families []clients) string {
	for _, f := range x.families[1:] {
		if f.How == dockerconfig.ByHelper && !f.signer.Ours() {
			return "docker-credential-ssm doctor --fix " + x.system.argument(registry.Name(x.key))
		}
	}
	command := "docker-credential-ssm configure "
	if path := families[0].signer.Path; path != "" && path != x.program.Config() {
		command += "--file " + x.system.argument(path) + " "
	}
	return command + x.system.argument(registry.Name(x.key))
}
