//go:build linux && wine

package windows

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"docker-credential-ssm/e2e/windows/wire"
	"docker-credential-ssm/ssm/ssmtest"
)

// TestPage runs the commands that docs/windows.md has for cmd, in one home, and those
// for both shells in cmd.
func TestPage(t *testing.T) {
	p := needWine(t)
	page, err := os.ReadFile("../../docs/windows.md")
	if err != nil {
		t.Fatal(err)
	}
	server := ssmtest.NewServer()
	defer server.Close()
	server.Put(ssmtest.Parameter{Name: "/CodeBuild/docker-credentials/docker.io", Value: `{"username":"alice","password":"t0ken"}`})
	home := filepath.Join(p.dir, "drive_c", "users", "page")
	for name, text := range map[string]string{
		"token.txt":        "t0ken\r\n",
		".aws/config":      "[profile team]\r\nregion = us-east-1\r\n",
		".aws/credentials": "[team]\r\naws_access_key_id = AKIATEAM\r\naws_secret_access_key = secret\r\n",
	} {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ran := 0
	for _, block := range regexp.MustCompile("(?s)```bat\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		for line := range strings.Lines(block[1]) {
			line = strings.TrimSpace(line)
			reply, err := ask(p.addr, wire.Request{Program: "cmd.exe", Line: `cmd.exe /s /c "` + line + `"`, Dir: p.windows(home), Env: append(awsAt(server),
				"PATH="+`C:\windows\system32;C:\Program Files\Docker Tools`, "USERPROFILE="+p.windows(home), "AWS_ENDPOINT_URL_STS="+server.URL, "AWS_EC2_METADATA_DISABLED=true")})
			if err != nil || reply.Status != 0 {
				t.Errorf("%s: %v: %s%s", line, err, reply.Stdout, reply.Stderr)
			}
			ran++
		}
	}
	if ran < 4 {
		t.Errorf("%d commands", ran)
	}
	for _, call := range server.Calls() {
		if call.AccessKeyID != "AKIATEAM" || call.Region != "eu-central-1" {
			t.Errorf("%s was called by %s, in %s", call.Action, call.AccessKeyID, call.Region)
		}
	}
}
