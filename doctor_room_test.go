package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"docker-credential-ssm/internal/dockerhub"
	"docker-credential-ssm/ssm/ssmtest"
)

// room is a machine of its own for one set-up: a home, AWS, Docker Hub and a PATH,
// all of them well until a test breaks them.
type room struct {
	t       *testing.T
	home    string
	bin     string // of the PATH
	program string // outside the PATH
	env     map[string]string
	aws     *ssmtest.Server
	build   bool
	arg     string // the registry that doctor is asked for; "" for Docker Hub
}

const (
	goodConfig = `{"credHelpers":{"https://index.docker.io/v1/":"ssm","docker.io":"ssm","index.docker.io":"ssm"}}`
	goodValue  = `{"username":"alice","password":"s3cret"}`
	hubName    = "/CodeBuild/docker-credentials/docker.io"
	buildRole  = "codebuild-app-service-role"
)

// newRoom is a laptop with keys in its environment or, with build, a build of
// CodeBuild's with a role by way of its container.
func newRoom(t *testing.T, hub *dockerhub.Server, build bool) *room {
	home := t.TempDir()
	r := &room{t: t, home: home, bin: filepath.Join(home, "bin"), program: filepath.Join(home, "elsewhere", "docker-credential-ssm"), build: build, aws: ssmtest.NewServer()}
	t.Cleanup(r.aws.Close)
	r.aws.Put(ssmtest.Parameter{Name: hubName, Value: goodValue})
	self, err := exec.LookPath("docker-credential-ssm")
	if err != nil {
		t.Fatal(err)
	}
	r.link(self, r.program)
	r.link(self, filepath.Join(r.bin, "docker-credential-ssm"))
	// A docker that signs in again as somebody whom Docker Hub knows, and an AWS CLI
	// that writes down what it is asked.
	r.script("docker", `test "$*" = "login --username alice" && cp "$HOME/right.json" "$DOCKER_CONFIG/config.json"`)
	r.script("aws", `for a in "$@"; do printf '%s\0' "$a"; done >"$HOME/aws-arguments"; cat >"$HOME/aws-input"`)
	r.script("docker-credential-empty", `printf 'credentials not found in native keychain'; exit 1`)
	r.script("docker-credential-breaks", `echo 'no keychain' >&2; exit 1`)
	r.write("right.json", `{"auths":{"https://index.docker.io/v1/":{"auth":"YWxpY2U6czNjcmV0"}}}`)
	proxy, err := hub.Proxy()
	if err != nil {
		t.Fatal(err)
	}
	r.write("hub.pem", string(hub.CA))
	r.env = map[string]string{
		"HOME": home, "DOCKER_CONFIG": home, "PATH": r.bin + ":/usr/bin:/bin", "XDG_RUNTIME_DIR": home,
		"HTTPS_PROXY": proxy, "SSL_CERT_FILE": filepath.Join(home, "hub.pem"), "SSL_CERT_DIR": filepath.Join(home, "none"),
		"AWS_ENDPOINT_URL": r.aws.URL, "AWS_ENDPOINT_URL_STS": r.aws.URL, "AWS_REGION": "eu-central-1", "AWS_EC2_METADATA_DISABLED": "true",
	}
	if build {
		r.env["CODEBUILD_BUILD_ID"] = "app:1234"
		r.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = r.container()
	} else {
		r.env["AWS_ACCESS_KEY_ID"], r.env["AWS_SECRET_ACCESS_KEY"] = "AKIAENVIRONMENT", "secret"
	}
	r.write("config.json", goodConfig)
	return r
}

// container gives the credentials of the build's role.
func (r *room) container() string {
	client := sts.New(sts.Options{BaseEndpoint: aws.String(r.aws.URL), Region: "eu-central-1", Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "AKIAADMIN", SecretAccessKey: "x"}, nil
	})})
	out, err := client.AssumeRole(r.t.Context(), &sts.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::111122223333:role/service-role/" + buildRole), RoleSessionName: aws.String("AWSCodeBuild-1234")})
	if err != nil {
		r.t.Fatal(err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"AccessKeyId": out.Credentials.AccessKeyId, "SecretAccessKey": out.Credentials.SecretAccessKey, "Token": out.Credentials.SessionToken, "Expiration": out.Credentials.Expiration})
	}))
	r.t.Cleanup(s.Close)
	return s.URL + "/credentials"
}

func (r *room) link(from, to string) {
	r.must(os.MkdirAll(filepath.Dir(to), 0o700))
	if os.Link(from, to) == nil {
		return
	}
	program, err := os.ReadFile(from)
	r.must(err)
	r.writeProgram(to, program)
}

// writeProgram writes what will be run. A process that another test starts meanwhile would
// inherit the open file, and Linux runs none that is open for writing.
func (r *room) writeProgram(path string, text []byte) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	r.must(os.WriteFile(path, text, 0o700))
}

func (r *room) write(name, text string) {
	path := filepath.Join(r.home, name)
	r.must(os.MkdirAll(filepath.Dir(path), 0o700))
	r.must(os.WriteFile(path, []byte(text), 0o600))
}

func (r *room) script(name, text string) {
	r.must(os.MkdirAll(r.bin, 0o700))
	r.writeProgram(filepath.Join(r.bin, name), []byte("#!/bin/sh\n"+text+"\n"))
}

func (r *room) remove(name string) { r.must(os.Remove(filepath.Join(r.bin, name))) }

func (r *room) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) environ() []string {
	var all []string
	for name, value := range r.env {
		all = append(all, name+"="+value)
	}
	return all
}

// shell types a command line, and then what it waits for.
func (r *room) shell(command, typed string) error {
	cmd := exec.Command("/bin/sh", "-c", command)
	cmd.Env, cmd.Dir, cmd.Stdin = r.environ(), r.home, strings.NewReader(typed)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", command, err, out)
	}
	if arguments, err := os.ReadFile(filepath.Join(r.home, "aws-arguments")); err == nil {
		r.must(os.Remove(filepath.Join(r.home, "aws-arguments")))
		r.awsCLI(strings.Split(strings.TrimSuffix(string(arguments), "\x00"), "\x00"))
	}
	return nil
}

// awsCLI carries out a command of the AWS CLI, in the Region that it names.
func (r *room) awsCLI(arguments []string) {
	option := func(name string) string {
		i := slices.Index(arguments, name)
		if i < 0 || i+1 >= len(arguments) {
			r.t.Fatalf("the AWS CLI is called without %s: %q", name, arguments)
		}
		return arguments[i+1]
	}
	input, err := os.ReadFile(filepath.Join(r.home, "aws-input"))
	r.must(err)
	given := func(name string) string {
		if from := option(name); from != "file:///dev/stdin" {
			r.t.Fatalf("the value is %q, in an argument", from)
		}
		return string(input)
	}
	switch strings.Join(arguments[:2], " ") {
	case "secretsmanager create-secret":
		r.aws.PutSecretIn(option("--region"), option("--name"), given("--secret-string"))
	case "ssm put-parameter":
		if region := option("--region"); region != "eu-central-1" {
			r.t.Fatalf("the Region is %s", region)
		}
		r.aws.Put(ssmtest.Parameter{Name: option("--name"), Value: given("--value"), Type: option("--type")})
	default:
		r.t.Fatalf("the AWS CLI is asked for %q", arguments)
	}
}

// seen is what doctor --json says.
type seen struct {
	SchemaVersion int
	Registries    []struct {
		Registry, Verdict string
		SignedIn          bool
		Fixed             []string
		Clients           []struct{ Name, Key, How, Helper, Username, File string }
		Steps             []seenStep
	}
	text string
}

type seenStep struct {
	Name, Outcome, Detail string
	More                  []string
	Hints                 []seenHint
}

type seenHint struct {
	Text, Command string
	Lines         []string
}

// first is the first step that failed; nil where none did.
func (s *seen) first() *seenStep {
	for i, step := range s.Registries[0].Steps {
		if step.Outcome == "failed" {
			return &s.Registries[0].Steps[i]
		}
	}
	return nil
}

// doctor runs it, and sees that its exit status is what it says.
func (r *room) doctor(arguments ...string) *seen {
	r.t.Helper()
	if r.arg != "" {
		arguments = append(arguments, r.arg)
	}
	cmd := exec.Command(r.program, append([]string{"doctor", "--json"}, arguments...)...)
	if _, err := os.Stat(filepath.Join(r.bin, "docker-credential-ssm")); err == nil {
		cmd.Path = filepath.Join(r.bin, "docker-credential-ssm")
		if same, _ := os.ReadFile(cmd.Path); len(same) < 1000 {
			cmd.Path = r.program // another program has the name
		}
	}
	cmd.Env, cmd.Dir = r.environ(), r.home
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		r.t.Fatal(err)
	}
	s := &seen{text: string(out)}
	if parse := json.Unmarshal(out, s); parse != nil || stderr.Len() > 0 {
		r.t.Fatalf("%v: %s\n%s", parse, out, stderr.String())
	}
	well := true
	for _, one := range s.Registries {
		well = well && one.SignedIn
	}
	if (err == nil) != well {
		r.t.Fatalf("exit status %v, and signedIn %v\n%s", err, well, out)
	}
	if strings.Contains(s.text, "s3cret") {
		r.t.Fatalf("the password is shown:\n%s", out)
	}
	return s
}
