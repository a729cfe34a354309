package ssm

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"

	"docker-credential-ssm/internal/bounded"
	"docker-credential-ssm/internal/testenv"
)

// TestSDKFiles: what the SDK would read to its end has a limit, and what is just as long as
// that is read. (TestMemory runs the whole program against files without an end.)
func TestSDKFiles(t *testing.T) {
	testenv.Isolate(t)
	file := func(length int64) string {
		path := filepath.Join(t.TempDir(), "file")
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, length)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for length, want := range map[int64]error{1: nil, bounded.Max: nil, bounded.Max + 1: bounded.ErrTooLong} {
		path := file(length)
		if _, err := boundedToken(path).GetIdentityToken(); !errors.Is(err, want) {
			t.Errorf("a web identity token of %d bytes: %v", length, err)
		}
		t.Setenv(tokenFile, path)
		var o endpointcreds.Options
		containerToken(&o)
		if _, err := o.AuthorizationTokenProvider.GetToken(); !errors.Is(err, want) {
			t.Errorf("a container's token of %d bytes: %v", length, err)
		}
		c := &client{chain: []aws.CredentialSource{aws.CredentialSourceProfileSTSWebIDToken}, shared: config.SharedConfig{WebIdentityTokenFile: path}}
		if err := c.checkSessions(); !errors.Is(err, want) {
			t.Errorf("a session of %d bytes: %v", length, err)
		}
		t.Setenv("AWS_CONFIG_FILE", path)
		if _, fault := c.sharedFiles(); (fault == nil) != (want == nil) || fault != nil && fault.Cause != "aws-file-long" {
			t.Errorf("a configuration of %d bytes: %+v", length, fault)
		}
		output := &limit{}
		_, errFirst := output.Write(make([]byte, length-1))
		_, err := output.Write(make([]byte, 1))
		if errFirst != nil || !errors.Is(err, want) || output.over.Load() != (want != nil) {
			t.Errorf("an output of %d bytes: %v, %v", length, errFirst, err)
		}
	}
	for length, ok := range map[int64]bool{8 << 20: true, 8<<20 + 1: false} {
		t.Setenv("AWS_CA_BUNDLE", file(length))
		if fault := checkBundle(); (fault == nil) != ok {
			t.Errorf("a bundle of %d bytes: %v", length, fault)
		}
	}
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("there is no /dev/zero, which has no end")
	}
	t.Setenv("AWS_CA_BUNDLE", "/dev/zero")
	if checkBundle() == nil {
		t.Error("a bundle without an end is taken")
	}
	c := &client{shared: config.SharedConfig{WebIdentityTokenFile: "/dev/zero"}}
	if err := c.checkSessions(); !errors.Is(err, bounded.ErrTooLong) {
		t.Errorf("a session without an end: %v", err)
	}
}
