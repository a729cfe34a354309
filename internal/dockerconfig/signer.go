package dockerconfig

import (
	"strings"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/docker/cli/cli/config/credentials"
	"github.com/docker/cli/cli/config/types"

	"docker-credential-ssm/settings"
)

// How is how a pull is signed in.
type How string

// The ways.
const (
	ByNobody    How = "nobody"
	ByHelper    How = "credHelpers" // a credential helper that the registry's own entry names
	ByStore     How = "credsStore"  // a credential helper that is asked for every registry
	ByPlaintext How = "plaintext"   // a login in the file itself
)

// Signer is who signs a pull in, by what one file says.
type Signer struct {
	How    How
	Helper string // its name, without docker-credential-
	Entry  string // the name of the entry that decides, in credHelpers or auths
	Path   string // the file

	Username, Secret string // of a login in plain text
	Token            bool   // whether the secret of that login is an identity token
}

// Ours reports whether the program itself is asked.
func (s Signer) Ours() bool { return s.Helper == settings.HelperName }

// DockerSigner is who signs in a client that looks a server URL up as the Docker
// CLI does: credHelpers for exactly this name, else credsStore, else auths.
// Source: GetCredentialsStore in cli/config/configfile of github.com/docker/cli.
func DockerSigner(file *configfile.ConfigFile, path, serverURL string) Signer {
	if helper, ok := file.CredentialHelpers[serverURL]; ok && helper != "" {
		return Signer{How: ByHelper, Helper: helper, Entry: serverURL, Path: path}
	}
	if file.CredentialsStore != "" {
		return Signer{How: ByStore, Helper: file.CredentialsStore, Path: path}
	}
	if auth, ok := file.AuthConfigs[serverURL]; ok {
		return plain(auth, path, serverURL)
	}
	for name, auth := range file.AuthConfigs {
		if credentials.ConvertToHostname(name) == serverURL {
			return plain(auth, path, name)
		}
	}
	return Signer{How: ByNobody, Path: path}
}

// TestcontainersSigner is who signs in Testcontainers for Go: as DockerSigner, but
// credsStore is asked only for names that have an entry of auths.
// Source: getDockerAuthConfigs in docker_auth.go of github.com/testcontainers/testcontainers-go.
func TestcontainersSigner(file *configfile.ConfigFile, path, serverURL string) Signer {
	_, login := file.AuthConfigs[serverURL]
	if s := DockerSigner(file, path, serverURL); s.How != ByStore || login {
		return s
	}
	return Signer{How: ByNobody, Path: path}
}

// PodmanSigner is who signs in a client of podman's family, by one of the files
// that it reads: credHelpers for exactly this name, else auths, in which all
// spellings of Docker Hub are one. It does not know credsStore.
// Source: findCredentialsInFile in pkg/docker/config of github.com/containers/image.
func PodmanSigner(file *configfile.ConfigFile, path, registry string) Signer {
	if helper, ok := file.CredentialHelpers[registry]; ok && helper != "" {
		return Signer{How: ByHelper, Helper: helper, Entry: registry, Path: path}
	}
	if auth, ok := file.AuthConfigs[registry]; ok {
		return plain(auth, path, registry)
	}
	for name, auth := range file.AuthConfigs {
		if podmanHost(name) == podmanHost(registry) {
			return plain(auth, path, name)
		}
	}
	return Signer{How: ByNobody, Path: path}
}

func podmanHost(name string) string {
	host := credentials.ConvertToHostname(name)
	if host == "docker.io" || host == "registry-1.docker.io" {
		return "index.docker.io"
	}
	return host
}

// plain is a login in the file; docker login leaves an empty one for a helper's
// registry, which signs nobody in.
func plain(auth types.AuthConfig, path, entry string) Signer {
	s := Signer{How: ByPlaintext, Entry: entry, Path: path, Username: auth.Username, Secret: auth.Password}
	if auth.IdentityToken != "" || auth.RegistryToken != "" {
		s.Token = true
		return s
	}
	if strings.TrimSpace(auth.Username) == "" || auth.Password == "" {
		return Signer{How: ByNobody, Path: path}
	}
	return s
}
