//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// keep lets the helper itself put alice's password into the store, or erase it.
func keep(t *testing.T, server, password string) {
	t.Helper()
	verb, input := "store", fmt.Sprintf(`{"ServerURL":%q,"Username":"alice","Secret":%q}`, server, password)
	if password == "" {
		verb, input = "erase", server
	}
	cmd := exec.Command(os.Getenv(helperPath), verb)
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = append(os.Environ(), "DOCKER_CREDENTIAL_SSM_WRITABLE=true")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// room is what every client finds: an environment of its own, a store, and the
// recorder for a helper, which the configuration names for registries.
func room(t *testing.T, servers ...string) (store string) {
	t.Helper()
	needNamespace(t)
	home := isolate(t)
	bin := t.TempDir()
	putRecorder(t, bin)
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("REGISTRY_AUTH_FILE", filepath.Join(home, "config.json"))
	t.Setenv("DOCKER_CREDENTIAL_SSM_TIMEOUT", "2m") // moto's first answer takes long on a busy machine
	writeConfig(t, home, `{"credHelpers": {"`+strings.Join(servers, `": "ssm", "`)+`": "ssm"}}`)
	return parameterStore(t)
}

// parameterStore is moto, or the stand-in where there is no moto.
func parameterStore(t *testing.T) (url string) {
	t.Helper()
	if _, err := exec.LookPath("moto_server"); err == nil {
		return testenv.Moto(t)
	}
	s := ssmtest.NewServer()
	t.Cleanup(s.Close)
	return s.URL
}
