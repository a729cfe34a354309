package doctor

import (
	"context"
	"errors"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/registryclient"
	"docker-credential-ssm/registry"
)

// checkRegistry has the registry say whether it takes the credential.
func (x *examination) checkRegistry(ctx context.Context) result {
	x.registry = registryclient.New(x.key)
	user := message.OneLine(x.credential.username)
	if x.credential.token {
		return ok("not asked: the credential is a token of a web login, which only clients exchange").but()
	}
	err := x.registry.SignIn(ctx, x.credential.username, x.credential.secret)
	var unreachable *registryclient.UnreachableError
	switch {
	case errors.Is(err, registryclient.ErrRejected):
		return x.rejected(user)
	case errors.Is(err, registryclient.ErrOpen):
		return ok("%s asks nobody for a credential", x.registry.Base).but()
	case errors.As(err, &unreachable) && unreachable.Certificate:
		return x.untrusted(wrong("%v", err), unreachable.Host)
	case err != nil:
		return wrong("%v", err).advise("Check the network and HTTPS_PROXY, or leave the registry out with --offline")
	}
	return ok("%s accepts the credential of %s", x.registry.Base, user)
}

// untrusted is for an authority of one's own: Docker reads those of a registry from a
// folder, but Docker Hub's from the system.
func (x *examination) untrusted(r result, host string) result {
	const own = "Where it is signed by an authority of your own, "
	switch goos := x.system.goos; {
	case goos == "windows":
		return r.run(own+"have the system trust that one", "certutil -addstore -f Root FILE")
	case x.key != registry.DockerHub:
		return r.advise(own + "put that one's certificate into /etc/docker/certs.d/" + host + "/ca.crt, where Docker looks for it too")
	case goos == "darwin":
		return r.run(own+"have the system trust that one", "sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain FILE")
	}
	return r.advise(own + "set SSL_CERT_FILE to that one's certificate, or leave the registry out with --offline")
}

// rejected is a password that is wrong, or no longer right.
func (x *examination) rejected(user string) result {
	r := wrong("%s does not accept the password of %s", x.registry.Base, user)
	name := registry.Name(x.key)
	switch s := x.main(); {
	case x.other() == "" && x.options.Location.ReadOnly() == "":
		return r.run(x.fromMachine("Store the right password, or a new access token"), "docker-credential-ssm login --force"+x.loginArgument())
	case x.other() == "":
		return r.advise("Put the right password, or a new access token, into " + x.options.Location.String() + ", where it is kept")
	case s.Path == dockerconfig.VariablePath:
		return x.system.unset(r, "Take the variable away, so that config.json decides", dockerconfig.Variable)
	case s.How == dockerconfig.ByHelper:
		return r.advise("Give docker-credential-" + s.Helper + " the right password")
	default:
		argument := " " + x.system.argument(name)
		if x.key == registry.DockerHub {
			argument = ""
		}
		return r.run("Sign in again, with the right password", "docker login --username "+x.system.argument(user)+argument)
	}
}
