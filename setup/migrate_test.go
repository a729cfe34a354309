package setup

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// TestReadBack: where something else is stored than what was written there, the
// file keeps its credential.
func TestReadBack(t *testing.T) {
	dir := testenv.Isolate(t)
	server := ssmtest.NewServer()
	defer server.Close()
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "eu-central-1"} {
		t.Setenv(name, value)
	}
	const login = `{"auths": {"docker.io": {"auth": "YWxpY2U6czNjcmV0"}}}`
	path := filepath.Join(dir, "config.json")
	if err := os.WriteFile(path, []byte(login), 0o600); err != nil {
		t.Fatal(err)
	}
	migrate := func() (ok bool, line string) {
		var out, stderr bytes.Buffer
		command := configure()
		ok = command.Run(t.Context(), &cli.Program{Out: &out, Err: &stderr, Environ: os.Environ(), Dir: dir}, []string{"--migrate"})
		return ok, out.String() + stderr.String()
	}

	var written atomic.Bool
	server.Fail(ssmtest.Fault{Action: "PutParameter", Answer: func(body []byte) []byte { written.Store(true); return body }})
	server.Fail(ssmtest.Fault{Action: "GetParameters", Answer: func(body []byte) []byte {
		if written.Load() {
			return bytes.ReplaceAll(body, []byte("s3cret"), []byte("0ther1"))
		}
		return body
	}})
	ok, line := migrate()
	if text, _ := os.ReadFile(path); ok || string(text) != login || !written.Load() || strings.Contains(line, "gone") {
		t.Errorf("%v, %s\n%s", ok, line, text)
	}

	// It is there now, and seen to be.
	server.ClearFaults()
	ok, line = migrate()
	if text, _ := os.ReadFile(path); !ok || strings.Contains(string(text), "YWxpY2U6czNjcmV0") || !strings.Contains(line, "was in Parameter Store already, and gone from the file") {
		t.Errorf("%v, %s\n%s", ok, line, text)
	}
}
