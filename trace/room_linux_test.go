package trace

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/internal/testenv/terminal"
	"docker-credential-ssm/ssm/ssmtest"
)

// The secrets, with letters that URLs, JSON and shells escape.
const (
	user      = "alice"
	secret    = `dckr_pat_t0p/s3cr3t+<"&é-0123456789`
	other     = `an0ther-s3cr3t/+<"&ü-9876543210`
	secretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)

// room is a home of its own, AWS, and a registry, for one row.
type room struct {
	program, home, config, tmp, log string
	host, key                       string // the registry's
	aws                             *ssmtest.Server
	env                             []string
}

func newRoom(t *testing.T, program string) *room {
	t.Helper()
	dir := t.TempDir()
	r := &room{program: program, home: filepath.Join(dir, "home"), tmp: filepath.Join(dir, "tmp"), log: filepath.Join(dir, "strace"), aws: ssmtest.NewServer()}
	t.Cleanup(r.aws.Close)
	for _, d := range []string{r.home, r.tmp} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	r.config = filepath.Join(r.home, "config.json")
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if u, p, _ := q.BasicAuth(); u != user || p != secret {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(registry.Close)
	r.host = strings.TrimPrefix(registry.URL, "http://")
	r.key = strings.ReplaceAll(r.host, ":", "_3A")
	r.env = []string{
		"PATH=" + filepath.Dir(program) + ":/usr/bin:/bin", "HOME=" + r.home, "TMPDIR=" + r.tmp, "DOCKER_CONFIG=" + r.home,
		"AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=" + secretKey, "AWS_REGION=eu-central-1", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ENDPOINT_URL=" + r.aws.URL, "AWS_ENDPOINT_URL_STS=" + r.aws.URL, "DOCKER_CREDENTIAL_SSM_DEBUG=true",
	}
	return r
}

// write writes a file of the room's home.
func (r *room) write(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	path := filepath.Join(r.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// section writes a config.json in which the registry is the helper's, with a section.
func (r *room) section(t *testing.T, options string) {
	t.Helper()
	r.write(t, "config.json", fmt.Sprintf(`{"credHelpers": {%q: "ssm"}, "plugins": {"docker-credential-ssm/%s": %s}}`, r.host, r.host, options), 0o600)
}

// login writes a config.json with an old docker login.
func (r *room) login(t *testing.T) {
	t.Helper()
	r.write(t, "config.json", fmt.Sprintf(`{"auths": {%q: {"auth": %q}}}`, r.host, base64.StdEncoding.EncodeToString([]byte(user+":"+secret))), 0o600)
}

// below is the name of the registry's parameter below the prefix.
func (r *room) below() string { return "/CodeBuild/docker-credentials/" + r.key }

// keep stores the credential there.
func (r *room) keep(password string) {
	r.aws.Put(ssmtest.Parameter{Name: r.below(), Value: value(password)})
}

func value(password string) string {
	return fmt.Sprintf(`{"username":%q,"password":%q}`, user, password)
}

// outcome is how a run has ended.
type outcome struct {
	out, err []byte
	ok       bool
}

// run runs the program under strace.
func (r *room) run(t *testing.T, stdin string, args ...string) (o outcome) {
	t.Helper()
	command := append(append(straced(t, r.log), r.program), args...)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdin = r.home, r.env, strings.NewReader(stdin)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	o.ok = cmd.Run() == nil
	o.out, o.err = out.Bytes(), err.Bytes()
	return o
}

// typed runs the program at a pseudo-terminal, where a person answers its questions. What
// the terminal shows is the standard output.
func (r *room) typed(t *testing.T, answers [][2]string, args ...string) (o outcome) {
	t.Helper()
	command := append(append(straced(t, r.log), r.program), args...)
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir, cmd.Env = r.home, r.env
	c := terminal.Start(t, cmd)
	for _, answer := range answers {
		c.Answer(answer[0], answer[1])
	}
	o.ok = c.Wait() == nil
	o.out = []byte(c.Screen())
	return o
}

// built builds the program, for as long as the test lasts.
func built(t *testing.T) string {
	t.Helper()
	testenv.Need(t, "strace")
	return testenv.Build(t)
}
