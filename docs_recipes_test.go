//go:build unix

package main

import (
	"crypto/sha1" // as AWS names the files of sessions
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"docker-credential-ssm/internal/dockerhub"
	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/internal/testenv/terminal"
	"docker-credential-ssm/ssm/ssmtest"
)

// recipes is the page whose sections TestRecipes carries out, each on a machine that is
// for AWS what the section says.
const recipes = "docs/recipes.md"

// recipeHost is the machine of a recipe: a home, a Parameter Store with alice's credential, Docker
// Hub's stand-in, and a folder for programs first on the PATH.
type recipeHost struct {
	t         *testing.T
	home, bin string
	store     *ssmtest.Server
	hub       *dockerhub.Server
	env       []string
}

func newRecipeHost(t *testing.T) *recipeHost {
	m := &recipeHost{t: t, home: testenv.Isolate(t), bin: t.TempDir(), store: ssmtest.NewServer()}
	t.Cleanup(m.store.Close)
	m.store.Put(ssmtest.Parameter{Name: "/CodeBuild/docker-credentials/docker.io", Type: "SecureString", Value: `{"username":"alice","password":"s3cret"}`})
	h, err := dockerhub.Start("127.0.0.1:0", dockerhub.New())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	m.hub = h
	h.SetAccount("alice", dockerhub.Account{Password: "s3cret", Quota: dockerhub.Quota{Limit: 200, Remaining: 200}})
	proxy, err := h.Proxy()
	if err != nil {
		t.Fatal(err)
	}
	ca := filepath.Join(m.home, "hub.pem")
	m.write(ca, string(h.CA))
	m.write(filepath.Join(m.bin, "docker"), "#!/bin/sh\n") // doctor wants a client
	m.set("HOME="+m.home, "PATH="+m.bin+":"+os.Getenv("PATH"), "HTTPS_PROXY="+proxy, "SSL_CERT_FILE="+ca, "SSL_CERT_DIR="+m.home,
		"AWS_ENDPOINT_URL="+m.store.URL, "AWS_ENDPOINT_URL_STS="+m.store.URL, "AWS_EC2_METADATA_DISABLED=true")
	return m
}

func (m *recipeHost) set(env ...string) { m.env = append(m.env, env...) }

func (m *recipeHost) write(path, text string) {
	m.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		m.t.Fatal(err)
	}
}

// serve gives a server for the test and returns its URL.
func (m *recipeHost) serve(handler http.HandlerFunc) string {
	s := httptest.NewServer(handler)
	m.t.Cleanup(s.Close)
	return s.URL
}

// sh runs a script and returns what it printed.
func (m *recipeHost) sh(script string) string {
	m.t.Helper()
	cmd := exec.Command("sh", "-ec", script)
	cmd.Env, cmd.Dir = m.env, m.home
	out, err := cmd.CombinedOutput()
	if err != nil {
		m.t.Fatalf("%s\n%v: %s", script, err, out)
	}
	return string(out)
}

// terminal runs a script at a terminal.
func (m *recipeHost) terminal(script string) *terminal.Terminal {
	m.t.Helper()
	cmd := exec.Command("sh", "-ec", script)
	cmd.Env = m.env
	return terminal.Start(m.t, cmd)
}

// signedIn wants the helper to serve alice's credential, asked by way of config.json.
func (m *recipeHost) signedIn() {
	m.t.Helper()
	if out := m.sh("docker-credential-ssm doctor"); !strings.Contains(out, "is signed in as alice, by this helper") {
		m.t.Errorf("doctor says\n%s", out)
	}
	if out := m.sh("printf https://index.docker.io/v1/ | docker-credential-ssm get"); !strings.Contains(out, `"Username":"alice"`) {
		m.t.Errorf("get says %s", out)
	}
}

const keys = `{"AccessKeyId":"ASIATEST","SecretAccessKey":"x","Token":"y","Expiration":"2099-01-01T00:00:00Z"}`

func TestRecipes(t *testing.T) {
	for section, carryOut := range map[string]func(m *recipeHost, section string){
		"GitHub Actions, with OIDC": githubActions,
		"GitLab runners on EC2":     gitlabRunner,
		"Jenkins agents":            jenkins,
		"ECS tasks":                 ecsTask,
		"EKS build pods":            eksPod,
		"A laptop with AWS SSO":     ssoLaptop,
		"Docker Desktop":            dockerDesktop,
		"Another registry":          anotherRegistry,
	} {
		t.Run(section, func(t *testing.T) { carryOut(newRecipeHost(t), section) })
	}
}

// githubActions has the keys that the action configure-aws-credentials exports, and runs
// the step of the workflow.
func githubActions(m *recipeHost, section string) {
	var workflow struct {
		Jobs map[string]struct{ Steps []struct{ Name, Run string } }
	}
	if err := yaml.Unmarshal([]byte(blockOf(m.t, recipes, section, "yaml")), &workflow); err != nil {
		m.t.Fatal(err)
	}
	program, err := exec.LookPath("docker-credential-ssm")
	if err != nil {
		m.t.Fatal(err)
	}
	archive := testenv.Archive(m.t, program)
	url := m.serve(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(archive) })
	m.write(filepath.Join(m.bin, "sudo"), "#!/bin/sh\nexec \"$@\"\n")
	m.set("AWS_ACCESS_KEY_ID=ASIATEST", "AWS_SECRET_ACCESS_KEY=x", "AWS_SESSION_TOKEN=y", "AWS_REGION=eu-central-1", "GITHUB_ACTIONS=true",
		"HELPER_URL="+url, fmt.Sprintf("HELPER_SHA256=%x", sha256.Sum256(archive)))
	script := workflow.Jobs["build"].Steps[2].Run
	for _, path := range []string{"/usr/local/bin", "/tmp/docker-credential-ssm.tar.gz"} {
		if !strings.Contains(script, path) {
			m.t.Fatalf("the step is %q", script)
		}
		script = strings.ReplaceAll(script, path, filepath.Join(m.home, filepath.Base(path)))
	}
	installed := filepath.Join(m.home, "bin")
	if err := os.Mkdir(installed, 0o755); err != nil {
		m.t.Fatal(err)
	}
	m.set("PATH=" + installed + ":" + m.bin + ":/usr/bin:/bin")
	m.sh(script)
	m.signedIn()
}

// gitlabRunner is an EC2 instance with a role, and no Region but in the options.
func gitlabRunner(m *recipeHost, section string) {
	m.set("AWS_EC2_METADATA_DISABLED=false", "AWS_EC2_METADATA_SERVICE_ENDPOINT="+m.serve(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/latest/api/token":
			w.Header().Set("x-aws-ec2-metadata-token-ttl-seconds", "300")
			_, _ = fmt.Fprint(w, "token")
		case strings.HasSuffix(r.URL.Path, "/security-credentials/"):
			_, _ = fmt.Fprint(w, "runner")
		default:
			_, _ = fmt.Fprint(w, strings.Replace(keys, "{", `{"Code":"Success",`, 1))
		}
	}))
	m.write(filepath.Join(m.bin, "sudo"), "#!/bin/sh\ntest \"$1 $2 $3\" = '-H -u gitlab-runner'\nshift 3\nexec \"$@\"\n")
	m.sh(blockOf(m.t, recipes, section, "sh"))
	m.signedIn()

	var written, documented struct{ CredHelpers map[string]string }
	text, err := os.ReadFile(filepath.Join(m.home, ".docker", "config.json"))
	if err != nil || json.Unmarshal(text, &written) != nil || json.Unmarshal([]byte(blockOf(m.t, recipes, section, "json")), &documented) != nil {
		m.t.Fatalf("%v: %s", err, text)
	}
	if fmt.Sprint(written) != fmt.Sprint(documented) {
		m.t.Errorf("configure writes %v, the page has %v", written, documented)
	}
}

// jenkins is an agent in a container with a role, and runs the steps of the pipeline.
func jenkins(m *recipeHost, section string) {
	pipeline := blockOf(m.t, recipes, section, "groovy")
	m.set("AWS_CONTAINER_CREDENTIALS_FULL_URI="+m.serve(func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprint(w, keys) }), "WORKSPACE_TMP="+m.home+"/job@tmp")
	for _, v := range regexp.MustCompile(`(?m)^\s+(\w+)\s+= ["'](.+)["']$`).FindAllStringSubmatch(pipeline, -1) {
		m.set(v[1] + "=" + strings.ReplaceAll(v[2], "${WORKSPACE_TMP}", m.home+"/job@tmp"))
	}
	for _, step := range regexp.MustCompile(`sh '(.+)'`).FindAllStringSubmatch(pipeline, -1) {
		m.sh(step[1])
	}
	if _, err := os.Stat(filepath.Join(m.home, "job@tmp", "docker", "config.json")); err != nil {
		m.t.Error(err)
	}
	m.signedIn()
}

// ecsTask runs the command of the Dockerfile, as the image's build does, then is a task.
func ecsTask(m *recipeHost, section string) {
	_, command, ok := strings.Cut(blockOf(m.t, recipes, section, "dockerfile"), "\nRUN ")
	if !ok {
		m.t.Fatal("the Dockerfile runs nothing")
	}
	m.sh(command)
	m.set("AWS_REGION=eu-central-1", "AWS_CONTAINER_CREDENTIALS_FULL_URI="+m.serve(func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprint(w, keys) }))
	m.signedIn()
}

// eksPod has a token of the cluster, and the file of the page.
func eksPod(m *recipeHost, section string) {
	if dockerfile := blockOf(m.t, recipes, section, "dockerfile"); !strings.Contains(dockerfile, "COPY config.json /kaniko/.docker/config.json") {
		m.t.Errorf("the Dockerfile is %s", dockerfile)
	}
	m.write(filepath.Join(m.home, ".docker", "config.json"), blockOf(m.t, recipes, section, "json"))
	m.write(filepath.Join(m.home, "token"), "a token of the cluster")
	m.set("AWS_WEB_IDENTITY_TOKEN_FILE="+m.home+"/token", "AWS_ROLE_ARN=arn:aws:iam::111122223333:role/pod")
	m.signedIn()
}

// ssoLaptop has a session of the profile team, as aws sso login leaves it.
func ssoLaptop(m *recipeHost, section string) {
	portal := m.serve(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, `{"roleCredentials":{"accessKeyId":"ASIATEST","secretAccessKey":"x","sessionToken":"y","expiration":4070908800000}}`)
	})
	const start = "https://team.awsapps.com/start"
	m.write(filepath.Join(m.home, ".aws", "config"), "[profile team]\nsso_session = team\nsso_account_id = 111122223333\nsso_role_name = Developer\n\n[sso-session team]\nsso_start_url = "+start+"\nsso_region = eu-central-1\n")
	m.write(filepath.Join(m.home, ".aws", "sso", "cache", fmt.Sprintf("%x.json", sha1.Sum([]byte("team")))), `{"startUrl":"`+start+`","region":"eu-central-1","accessToken":"t","expiresAt":"2099-01-01T00:00:00Z"}`)
	m.set("AWS_ENDPOINT_URL_SSO=" + portal)
	m.sh(blockOf(m.t, recipes, section, "sh"))
	m.signedIn()
}

// dockerDesktop has its own helper in the file, which stays.
func dockerDesktop(m *recipeHost, section string) {
	m.write(filepath.Join(m.home, ".docker", "config.json"), `{"credsStore":"desktop"}`)
	m.write(filepath.Join(m.bin, "docker-credential-desktop"), "#!/bin/sh\nprintf 'credentials not found in native keychain'\nexit 1\n")
	m.write(filepath.Join(m.home, ".aws", "credentials"), "[team]\naws_access_key_id = AKIATEST\naws_secret_access_key = x\n")
	m.sh(blockOf(m.t, recipes, section, "sh"))
	m.signedIn()
	if text, err := os.ReadFile(filepath.Join(m.home, ".docker", "config.json")); err != nil || !strings.Contains(string(text), `"credsStore":"desktop"`) {
		m.t.Errorf("%v: %s", err, text)
	}
}

// anotherRegistry logs in at a terminal, to a registry in the place of ghcr.io.
func anotherRegistry(m *recipeHost, section string) {
	host := strings.TrimPrefix(m.serve(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "bob" || password != "t0ken" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}), "http://")
	m.set("AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=x", "AWS_REGION=eu-central-1")
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(blockOf(m.t, recipes, section, "sh"), "ghcr.io", host)), "\n")
	c := m.terminal(lines[0])
	c.Answer("User name: ", "bob")
	c.Answer("Token (not shown): ", "t0ken")
	c.Answer("Write the credential to ", "y")
	if err := c.Wait(); err != nil {
		m.t.Fatalf("%v: %s", err, c.Screen())
	}
	m.sh(strings.Join(lines[1:], "\n"))
	if out := m.sh("printf " + host + " | docker-credential-ssm get"); !strings.Contains(out, `"Username":"bob"`) {
		m.t.Errorf("get says %s", out)
	}
}

// TestRotation does what docs/day-two.md says about a new token: login replaces the old
// one, the next get has it, and a version brings the old one back. CloudTrail's user
// agent is the one that the page names.
func TestRotation(t *testing.T) {
	m := newRecipeHost(t)
	m.set("AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=x", "AWS_REGION=eu-central-1")
	m.sh("docker-credential-ssm configure")
	serves := func(want string) {
		t.Helper()
		if out := m.sh("printf docker.io | docker-credential-ssm get"); !strings.Contains(out, `"Secret":"`+want+`"`) {
			t.Errorf("get says %s, want %s", out, want)
		}
	}
	serves("s3cret")
	m.hub.SetAccount("alice", dockerhub.Account{Password: "n3w", Quota: dockerhub.Quota{Limit: 200, Remaining: 200}})
	c := m.terminal(blockOf(t, "docs/day-two.md", "Rotating the token", "sh"))
	for _, step := range [][2]string{{"User name: ", "alice"}, {"Token (not shown): ", "n3w"}, {"Replace the credential of alice", "y"}} {
		c.Answer(step[0], step[1])
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("%v: %s", err, c.Screen())
	}
	serves("n3w")
	calls := m.store.Calls()
	if agent := calls[len(calls)-1].UserAgent; !strings.Contains(agent, " docker-credential-ssm/") {
		t.Errorf("the user agent is %s", agent)
	}

	last := blocks(t, "docs/day-two.md")[1].text
	m.sh(last)
	serves("s3cret")
}

// blockOf returns the block of a language in a section of a page.
func blockOf(t *testing.T, page, section, language string) string {
	t.Helper()
	for _, b := range blocks(t, page) {
		if b.section == section && b.language == language {
			return b.text
		}
	}
	t.Fatalf("%s has no %s in %q", page, language, section)
	return ""
}
