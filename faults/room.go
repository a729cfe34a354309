//go:build linux

package faults

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// Room is where the program runs in a case: a home of its own, and nothing of the
// machine's environment.
type Room struct {
	Case
	Home   string
	Env    map[string]string
	Config string                   // Docker's config.json
	Input  string                   // standard input; the server URL, or what is stored
	Stdin  func() (*os.File, error) // instead of that
	Peer   *Peer
	Server *ssmtest.Server

	stray atomic.Int32 // requests that reached another host
	other *httptest.Server

	deferred []func()
	through  string // the address of what is in between

	portal *httptest.Server // AWS SSO's, for whoever has a new token
}

const (
	hub       = "https://index.docker.io/v1/"
	parameter = "/CodeBuild/docker-credentials/"
)

// NewRoom makes a room in an empty folder. It must be closed.
func NewRoom(c Case, home string) (*Room, error) {
	r := &Room{Case: c, Home: home, Config: "{}", Server: ssmtest.NewServer()}
	r.other = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { r.stray.Add(1) }))
	r.portal = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		a := portal(nil)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(a.Body)
	}))
	r.Server.Put(ssmtest.Parameter{Name: parameter + "docker.io", Value: r.value(Password)})
	for i := range 12 {
		r.Server.Put(ssmtest.Parameter{Name: fmt.Sprintf("%s%02d.example", parameter, i), Value: r.value(Password)})
	}
	r.Server.PutSecret("team/docker-hub", r.value(Password))
	r.Env = map[string]string{
		"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home, "TMPDIR": home, "DOCKER_CONFIG": home,
		"CI":                        "true", // so that hints do not depend on whether a person is there
		"AWS_REGION":                "eu-central-1",
		"AWS_ACCESS_KEY_ID":         "AKIACALLER",
		"AWS_SECRET_ACCESS_KEY":     AWSSecret,
		"AWS_SESSION_TOKEN":         AWSToken,
		"AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ENDPOINT_URL_SSM":      r.Server.URL,
		"SSL_CERT_FILE":             r.file("authority.pem", string(authority().pem)),
		"SSL_CERT_DIR":              r.folder("certificates"),
	}
	r.Input = hub
	switch c.Verb {
	case "store":
		r.Env["DOCKER_CREDENTIAL_SSM_WRITABLE"] = "true"
		r.Input = fmt.Sprintf(`{"ServerURL":%q,"Username":"alice","Secret":%s}`, hub, jsonText(NewPassword))
	case "erase":
		r.Env["DOCKER_CREDENTIAL_SSM_WRITABLE"] = "true"
	case "list":
		r.Input = ""
	case "get debug":
		r.Env["DOCKER_CREDENTIAL_SSM_DEBUG"] = "true"
	}
	if c.Kind.Hangs {
		r.Env["DOCKER_CREDENTIAL_SSM_TIMEOUT"] = "2s"
	}
	if c.Patient {
		r.Env["DOCKER_CREDENTIAL_SSM_TIMEOUT"] = map[bool]string{true: "5s", false: "60s"}[c.Kind.Hangs]
	}
	if !c.Target.local() {
		if err := r.meet(); err != nil {
			return nil, err
		}
	}
	if c.Kind.Prepare != nil {
		c.Kind.Prepare(r)
	}
	r.file("config.json", r.Config)
	return r, nil
}

// meet starts the other side, and leads the program to it.
func (r *Room) meet() error {
	r.Target.set(r)
	if r.Kind.Namespace {
		if strings.HasPrefix(r.Target.variable, "AWS_ENDPOINT_URL_SSM") {
			delete(r.Env, r.Target.variable)
		}
		return nil
	}
	right := r.Target.right
	if right == nil {
		right = forward(r.Server.URL)
	}
	var err error
	if r.Peer, err = startPeer(r.Kind, r.Target, right, r.hits()); err != nil {
		return err
	}
	r.Peer.elsewhere = r.other.URL
	r.Env[r.Target.variable] = r.Peer.URL
	return nil
}

// Close ends the other side.
func (r *Room) Close() {
	for _, do := range r.deferred {
		do()
	}
	if r.Peer != nil {
		r.Peer.Close()
	}
	r.other.Close()
	r.portal.Close()
	r.Server.Close()
}

// behindProxy has the program ask for the service under its own name, by a proxy.
func (r *Room) behindProxy(url string) {
	delete(r.Env, r.Target.variable)
	r.Env["HTTPS_PROXY"] = url
}

// Defer calls a function when the room is closed.
func (r *Room) Defer(do func()) { r.deferred = append(r.deferred, do) }

// Upstream is the address of the other side.
func (r *Room) Upstream() string { return r.Peer.listen.Addr().String() }

// vacate leaves nobody at the other side's address.
func (r *Room) vacate() {
	release, err := testenv.Vacate(r.Peer.listen)
	must(err)
	r.Defer(release)
}

// Through has the program ask the other side at another address, where something in
// between listens.
func (r *Room) Through(address string) {
	r.through = address
	r.Env[r.Target.variable] = strings.Replace(r.Env[r.Target.variable], r.Upstream(), address, 1)
}

// withoutKeys leaves the credentials to another source than the environment.
func (r *Room) withoutKeys() {
	delete(r.Env, "AWS_ACCESS_KEY_ID")
	delete(r.Env, "AWS_SECRET_ACCESS_KEY")
	delete(r.Env, "AWS_SESSION_TOKEN")
}

// bundle has the program trust the same authority by AWS's variable.
func (r *Room) bundle() {
	r.Env["AWS_CA_BUNDLE"] = r.Env["SSL_CERT_FILE"]
	delete(r.Env, "SSL_CERT_FILE")
}

func (r *Room) file(name, text string) string {
	path := filepath.Join(r.Home, name)
	must(os.MkdirAll(filepath.Dir(path), 0o700))
	must(os.WriteFile(path, []byte(text), 0o600))
	return path
}

func (r *Room) folder(name string) string {
	path := filepath.Join(r.Home, name)
	must(os.MkdirAll(path, 0o700))
	return path
}

// setSSO gives a profile a session of aws sso login.
func (r *Room) setSSO(session string) {
	r.withoutKeys()
	r.Env["AWS_PROFILE"] = "sso"
	r.file(".aws/config", "[profile sso]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = dev\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-central-1\nsso_registration_scopes = sso:account:access\n")
	r.file(".aws/sso/cache/"+sum("corp")+".json", session)
}

// setLogin gives a profile a session of aws login that has to be renewed.
func (r *Room) setLogin() {
	r.withoutKeys()
	r.Env["AWS_PROFILE"] = "login"
	r.file(".aws/config", "[profile login]\nlogin_session = arn:aws:iam::111122223333:user/alice\n")
	r.file(".aws/login/cache/5778c30d3fe8c123cb2ab0d5a82c81b6fdcedfb868a6625f6f5bf6f05a7f129b.json",
		`{"accessToken":{"accessKeyId":"ASIALOGIN","secretAccessKey":"`+GivenSecret+`","sessionToken":"`+GivenToken+`","accountId":"111122223333","expiresAt":"2020-01-02T03:04:05Z"},"tokenType":"aws_sigv4","clientId":"arn:aws:signin:::devtools/same-device","refreshToken":"`+SSORefresh+`","identityToken":"`+WebToken+`","dpopKey":`+jsonText(signingKey())+`}`)
}

// profile gives the program a profile with a setting.
func (r *Room) profile(setting string) {
	r.withoutKeys()
	r.Env["AWS_PROFILE"] = "build"
	r.file(".aws/config", "[profile build]\n"+setting+"\n")
}

func (r *Room) value(password string) string {
	return `{"username":"alice","password":` + jsonText(password) + `}`
}

// environ is the program's environment.
func (r *Room) environ() (all []string) {
	for _, name := range slices.Sorted(maps.Keys(r.Env)) {
		all = append(all, name+"="+r.Env[name])
	}
	return all
}

// snapshot has the files below the room's home, and what is in them.
func (r *Room) snapshot() map[string]string {
	all := map[string]string{}
	_ = filepath.WalkDir(r.Home, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			text, _ := os.ReadFile(path)
			all[path] = string(text)
		} else if err == nil && !d.IsDir() {
			all[path] = d.Type().String()
		}
		return nil
	})
	return all
}

func sum(text string) string {
	s := sha1.Sum([]byte(text))
	return hex.EncodeToString(s[:])
}
