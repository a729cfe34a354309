package dockerconfig

import (
	"strings"

	"github.com/docker/cli/cli/config"
	"github.com/docker/cli/cli/config/configfile"
)

// Variable is what the Docker CLI, from version 28.3 on, reads before config.json: a
// text with auths.
// Source: GetCredentialsStore in cli/config/configfile of github.com/docker/cli.
const Variable = configfile.DockerEnvConfigKey

// VariablePath is what [Signer.Path] says of a login that is there.
const VariablePath = "the variable " + Variable

// VariableSigner is who signs in by the variable's value. It matches the name
// exactly; a value that does not parse counts for nothing.
func VariableSigner(value, serverURL string) (Signer, bool) {
	if value == "" {
		return Signer{}, false
	}
	file, err := config.LoadFromReader(strings.NewReader(value))
	if err != nil {
		return Signer{}, false
	}
	auth, ok := file.AuthConfigs[serverURL]
	if !ok {
		return Signer{}, false
	}
	s := plain(auth, VariablePath, serverURL)
	return s, s.How == ByPlaintext && !s.Token
}
