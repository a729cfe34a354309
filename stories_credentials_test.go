package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm"
)

// The stories about AWS credentials have these commands too:
//
//	answers VARIABLE STATUS BODY [NAME:VALUE…]
//	                   a server gives that answer to everything, with these header
//	                   fields; the variable has its URL
//	silent VARIABLE    likewise, but it never answers
//	instance MODE      an EC2 metadata service: role, none, token, broken or the number of a
//	                   status
//	follow REGEXP      the group of the regular expression is a command in the last
//	                   message's hint, and is run as it stands in a shell, which may
//	                   change the environment
//	signingkey FILE    KEY in it becomes a private key in PEM, as aws login has one
//	utf16 FILE         a text file becomes UTF-16, as some editors write it
//
// The program takes itself to be in a container where $CONTAINER_MARK exists, and has
// the patience of $CODE_PATIENCE with whoever types an MFA code.
func withCredentials(others map[string]func(*testscript.TestScript, bool, []string)) map[string]func(*testscript.TestScript, bool, []string) {
	maps.Copy(others, map[string]func(*testscript.TestScript, bool, []string){
		"answers": func(ts *testscript.TestScript, neg bool, args []string) {
			serves(ts, args[0], func(w http.ResponseWriter, r *http.Request) {
				for _, field := range args[3:] {
					name, value, _ := strings.Cut(field, ":")
					w.Header().Set(name, value)
				}
				w.WriteHeader(number(ts, args[1]))
				_, _ = fmt.Fprint(w, args[2])
			})
		},
		"silent":   silent,
		"instance": instance,
		"follow":   follow,
		"signingkey": func(ts *testscript.TestScript, neg bool, args []string) {
			key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			ts.Check(err)
			der, err := x509.MarshalECPrivateKey(key)
			ts.Check(err)
			text := strings.ReplaceAll(string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})), "\n", `\n`)
			ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(ts.ReadFile(args[0]), "KEY", text)), 0o600))
		},
		"utf16": func(ts *testscript.TestScript, neg bool, args []string) {
			text := []byte{0xff, 0xfe}
			for _, b := range []byte(ts.ReadFile(args[0])) {
				text = append(text, b, 0)
			}
			ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o600))
		},
	})
	return others
}

// storyMain is the program, for stories: whether the tests run in a container does
// not matter to it.
func storyMain() {
	ssm.ContainerMarks = []string{os.Getenv("CONTAINER_MARK")}
	if patience, err := time.ParseDuration(os.Getenv("CODE_PATIENCE")); err == nil {
		ssm.SetCodePatience(patience)
	}
	main()
}

func serves(ts *testscript.TestScript, variable string, handler http.HandlerFunc) {
	s := httptest.NewServer(handler)
	ts.Defer(s.Close)
	ts.Setenv(variable, s.URL)
}

func silent(ts *testscript.TestScript, neg bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv(args[0], "http://"+l.Addr().String())
}

// instance is EC2's metadata service, in a mode.
func instance(ts *testscript.TestScript, neg bool, args []string) {
	ts.Setenv("AWS_EC2_METADATA_DISABLED", "false")
	const roles = "/latest/meta-data/iam/security-credentials/"
	serves(ts, "AWS_EC2_METADATA_SERVICE_ENDPOINT", func(w http.ResponseWriter, r *http.Request) {
		mode := args[0]
		switch {
		case mode == "token" && r.URL.Path == "/latest/api/token":
			w.WriteHeader(http.StatusNotFound)
		case mode == "token":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/latest/api/token":
			w.Header().Set("x-aws-ec2-metadata-token-ttl-seconds", "300")
			_, _ = fmt.Fprint(w, "token")
		case mode == "none":
			w.WriteHeader(http.StatusNotFound)
		case mode == "role" && r.URL.Path == roles, mode == "broken" && r.URL.Path == roles:
			_, _ = fmt.Fprint(w, "pull")
		case mode == "role":
			_, _ = fmt.Fprint(w, `{"Code":"Success","AccessKeyId":"ASIAINSTANCE","SecretAccessKey":"s3cret","Token":"s3cret","Expiration":"2099-01-01T00:00:00Z"}`)
		case mode == "broken":
			_, _ = fmt.Fprint(w, `{"Code":"AssumeRoleUnauthorizedAccess","Message":"s3cret"}`)
		default:
			w.WriteHeader(number(ts, mode))
		}
	})
}

// follow does what a hint says.
func follow(ts *testscript.TestScript, neg bool, args []string) {
	match := regexp.MustCompile(args[0]).FindStringSubmatch(strings.TrimSuffix(ts.ReadFile("stdout"), "\n"))
	if len(match) != 2 {
		ts.Fatalf("no command %s in\n%s", args[0], ts.ReadFile("stdout"))
	}
	cmd := exec.Command("sh", "-c", "set -e\n"+match[1]+"\nenv -0")
	cmd.Dir = ts.MkAbs(".")
	names := map[string]bool{}
	for _, name := range []string{
		"PATH", "HOME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
		"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SSM", "AWS_ENDPOINT_URL_STS", "AWS_CA_BUNDLE", "SSL_CERT_FILE", "HTTPS_PROXY", "HTTP_PROXY", "AWS_MAX_ATTEMPTS",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
		"AWS_WEB_IDENTITY_TOKEN_FILE", "DOCKER_CREDENTIAL_SSM_PROFILE",
	} {
		names[name] = true
		if value := ts.Getenv(name); value != "" {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	out, err := cmd.Output()
	if err != nil {
		ts.Fatalf("%s: %v", match[1], err)
	}
	for _, entry := range strings.Split(string(out), "\x00") {
		if name, value, _ := strings.Cut(entry, "="); names[name] {
			ts.Setenv(name, value)
			delete(names, name)
		}
	}
	for name := range names { // those that the command has taken out
		ts.Setenv(name, "")
	}
}

// TestStoriesAreIsolated: a story inherits nothing that the program, Docker or an AWS
// SDK would read.
func TestStoriesAreIsolated(t *testing.T) {
	for _, name := range []string{"AWS_PROFILE", "AWS_CONFIG_FILE", "DOCKER_CREDENTIAL_SSM_PREFIX", "DOCKER_CONFIG", "CODEBUILD_BUILD_ID", "HTTPS_PROXY", "SSL_CERT_FILE", "CI"} {
		t.Setenv(name, "foreign")
	}
	dir := t.TempDir()
	script := filepath.Join(dir, "environment.txtar")
	if err := os.WriteFile(script, []byte("exec env\n! stdout foreign\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: dir, Setup: begin})
	if !testenv.Foreign("AWS_PROFILE") {
		t.Error("AWS_PROFILE is not foreign")
	}
}
