package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"docker-credential-ssm/internal/dockerhub"
	"docker-credential-ssm/ssm/ssmtest"
)

// fault is a way in which a set-up can be broken: the step at which doctor has its
// first ✗, and the hints there.
type fault struct {
	name   string
	where  string // "laptop" or "build" alone; "" for both
	breaks func(*room)
	step   string
	detail string // a regular expression
	hints  []cure // each of them mends it
	keeps  bool   // whether the hint leads to the cause, which mend then removes
	mend   func(*room)
}

// cure is a hint, as a regular expression for its text or its command, what stands
// in the place of its words in capitals, and what is typed at what it asks.
type cure struct {
	text, command string
	fill          map[string]string
	typed         string
	then          func(*room) // what somebody else does besides; without a command, all there is to do
}

// login is a hint with docker-credential-ssm login. Somebody without a terminal
// gives it the user name and the token besides.
func login(text, arguments string) cure {
	return cure{text: text, command: "^docker-credential-ssm login" + arguments + "$", typed: "s3cret\n"}
}

func isLogin(command string) bool { return strings.HasPrefix(command, "docker-credential-ssm login") }

// told is a hint without a command; a person does what it says.
func told(text string, then func(*room)) cure { return cure{text: text, then: then} }

func set(name, value string) func(*room) { return func(r *room) { r.env[name] = value } }
func unset(name string) func(*room)      { return func(r *room) { delete(r.env, name) } }
func configured(text string) func(*room) { return func(r *room) { r.write("config.json", text) } }
func heal(r *room)                       { r.aws.ClearFaults() }

func value(name, text string) func(*room) {
	return func(r *room) { r.aws.Put(ssmtest.Parameter{Name: name, Value: text}) }
}

// section is a good config.json with options for Docker Hub.
func section(options string) string {
	return strings.TrimSuffix(goodConfig, "}") + `,"plugins":{"docker-credential-ssm/docker.io":{` + options + `}}}`
}

// emptyAWS takes Docker Hub's credential away.
func emptyAWS(r *room) {
	q, err := http.NewRequest(http.MethodPost, r.aws.URL, strings.NewReader(`{"Names":["`+hubName+`"]}`))
	r.must(err)
	q.Header.Set("X-Amz-Target", "AmazonSSM.DeleteParameters")
	q.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAADMIN/20260101/eu-central-1/ssm/aws4_request, SignedHeaders=host, Signature=0")
	resp, err := http.DefaultClient.Do(q)
	r.must(err)
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		r.t.Fatal(resp.Status)
	}
}

// allows sees that a policy of a hint allows an action on a resource, and has an
// administrator attach it.
func allows(action, resource string) func(*room) {
	return func(r *room) {
		step := r.doctor().first()
		var policy struct {
			Statement []struct{ Action, Resource []string }
		}
		if err := json.Unmarshal([]byte(strings.Join(step.Hints[0].Lines, "\n")), &policy); err != nil || len(policy.Statement) != 1 {
			r.t.Fatalf("not a policy with one statement: %v, %q", err, step.Hints[0].Lines)
		}
		s := policy.Statement[0]
		if len(s.Action) != 1 || s.Action[0] != action || !strings.Contains(strings.Join(s.Resource, " "), resource) {
			r.t.Errorf("the policy allows %q on %q, want %s on %s", s.Action, s.Resource, action, resource)
		}
		who := "the user test"
		if r.build {
			who = "the role " + buildRole
		}
		if text := step.Hints[0].Text; !strings.HasSuffix(text, who) {
			r.t.Errorf("the policy is for %q, want %s", text, who)
		}
		r.aws.ClearFaults()
	}
}

var (
	configure  = cure{command: `^docker-credential-ssm configure docker\.io$`}
	elsewhere  = cure{text: "another Region", command: `^docker-credential-ssm configure --region REGION docker\.io$`, fill: map[string]string{"REGION": "us-west-2"}}
	inWest     = func(name string) cure { c := elsewhere; c.then = value(name, goodValue); return c }
	noPassword = "does not accept the password of alice"
)

// faults are in the order of the steps.
func faults() []fault {
	return []fault{
		{name: "config.json is broken", breaks: configured(`{"credHelpers" {}}`), step: "config.json", hints: []cure{told("the Docker CLI cannot read it either", configured(goodConfig))}},
		{name: "an unknown option", breaks: configured(section(`"regoin":"x"`)), step: "config.json", detail: "regoin", hints: []cure{told("^Known: prefix, region", configured(goodConfig))}},
		{name: "two locations", breaks: configured(section(`"secret":"a","parameter":"/b"`)), step: "config.json", hints: []cure{told("parameter or secret alone", configured(goodConfig))}},
		{name: "a variable that does not parse", breaks: set("DOCKER_CREDENTIAL_SSM_TIMEOUT", "never"), step: "config.json", detail: "TIMEOUT", hints: []cure{told("values such as 10s", unset("DOCKER_CREDENTIAL_SSM_TIMEOUT"))}},
		{name: "the helper is not on the PATH", breaks: func(r *room) { r.remove("docker-credential-ssm") }, step: "helper", detail: "no docker-credential-ssm on the PATH", hints: []cure{{command: "^install -m 755 .*/elsewhere/docker-credential-ssm .*/bin/docker-credential-ssm$"}}},
		{name: "another program has its name", breaks: func(r *room) { r.remove("docker-credential-ssm"); r.script("docker-credential-ssm", "exit 1") }, step: "helper", detail: "another program or version", hints: []cure{{command: "^install -m 755 "}}},
		{name: "no entry at all", breaks: configured(`{}`), step: "sign-in", detail: "nobody", hints: []cure{configure}},
		{name: "no config.json", breaks: func(r *room) { r.must(os.Remove(filepath.Join(r.home, "config.json"))) }, step: "sign-in", detail: "nobody", hints: []cure{configure}},
		{name: "podman's key alone", breaks: configured(`{"credHelpers":{"docker.io":"ssm"}}`), step: "sign-in", detail: "no entry for https://index.docker.io/v1/", hints: []cure{configure}},
		{name: "an empty login", breaks: configured(`{"auths":{"https://index.docker.io/v1/":{}}}`), step: "sign-in", detail: "nobody", hints: []cure{configure}},
		{name: "a .dockercfg body", breaks: configured(`{"https://index.docker.io/v1/":{"auth":"YWxpY2U6czNjcmV0"}}`), step: "sign-in", detail: "nobody", hints: []cure{configure}},
		{name: "a credsStore that is not installed", breaks: configured(`{"credsStore":"nosuch"}`), step: "sign-in", detail: "docker-credential-nosuch, by credsStore of .*, which is not on the PATH", hints: []cure{configure}},
		{name: "a credsStore without the credential", breaks: configured(`{"credsStore":"empty"}`), step: "sign-in", detail: "which has no credential", hints: []cure{configure}},
		{name: "a credsStore that fails", breaks: configured(`{"credsStore":"breaks"}`), step: "sign-in", detail: "which fails", keeps: true, mend: configured(goodConfig), hints: []cure{{command: `^echo https://index\.docker\.io/v1/ \| docker-credential-breaks get$`}}},
		{name: "another helper that is not installed", breaks: configured(`{"credHelpers":{"https://index.docker.io/v1/":"nosuch","docker.io":"ssm","index.docker.io":"ssm"}}`), step: "sign-in", detail: "by credHelpers of", hints: []cure{told("^Install it, or take the entry https://index.docker.io/v1/ out", configured(goodConfig))}},
		{name: "another helper without the credential", breaks: configured(`{"credHelpers":{"https://index.docker.io/v1/":"empty"}}`), step: "sign-in", detail: "which has no credential", keeps: true, mend: configured(goodConfig), hints: []cure{{command: `docker-credential-empty get$`}}},
		{name: "no Region", breaks: unset("AWS_REGION"), step: "region", detail: "Region", hints: []cure{told("AWS_REGION", set("AWS_REGION", "eu-central-1"))}},
		{name: "a profile that is not there", breaks: set("AWS_PROFILE", "nosuch"), step: "region", detail: "nosuch", hints: []cure{told("", unset("AWS_PROFILE"))}},
		{name: "no AWS credentials", where: "laptop", breaks: unset("AWS_ACCESS_KEY_ID"), step: "credentials", hints: []cure{told("", set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT"))}},
		{name: "no container credentials", where: "build", breaks: func(r *room) {
			r.env["GONE"] = r.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
			delete(r.env, "AWS_CONTAINER_CREDENTIALS_FULL_URI")
		}, step: "credentials", hints: []cure{told("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI.*docker run|docker run .*AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", func(r *room) { r.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = r.env["GONE"] })}},
		{name: "container credentials out of reach", where: "build", breaks: func(r *room) {
			r.env["GONE"] = r.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
			r.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:1/"
		}, step: "credentials", hints: []cure{told("", func(r *room) { r.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = r.env["GONE"] })}},
		{name: "a role that may not be assumed", breaks: func(r *room) {
			r.env["DOCKER_CREDENTIAL_SSM_ROLE_ARN"] = "arn:aws:iam::111122223333:role/pull"
			r.aws.Deny("sts:AssumeRole", "*")
		}, step: "credentials", hints: []cure{told("sts:AssumeRole", heal)}},
		{name: "credentials that AWS does not know", breaks: func(r *room) {
			r.aws.Fail(ssmtest.Fault{Action: "GetCallerIdentity", Code: "InvalidClientTokenId", Message: "The security token included in the request is invalid"})
		}, step: "identity", hints: []cure{told("", heal)}},
		{name: "credentials that have expired", breaks: func(r *room) {
			r.aws.Fail(ssmtest.Fault{Action: "GetCallerIdentity", Code: "ExpiredToken", Message: "The security token included in the request is expired"})
		}, step: "identity", detail: "expired", hints: []cure{told("", heal)}},
		{name: "no parameter", breaks: emptyAWS, step: "parameter", detail: "no parameter " + hubName + " in eu-central-1", hints: []cure{login("Store the credential", ""), inWest(hubName)}},
		{name: "a named parameter that is missing", breaks: configured(section(`"parameter":"/team/hub"`)), step: "parameter", detail: "/team/hub", hints: []cure{login("Store the credential", ""), inWest("/team/hub")}},
		{name: "a parameter with a name that is none", breaks: configured(section(`"username":"alice","passwordParameter":"/CodeBuild/pass word"`)), step: "config.json", hints: []cure{told("", configured(goodConfig))}},
		{name: "a password's parameter that is not there", breaks: configured(section(`"username":"alice","passwordParameter":"/CodeBuild/dockerLoginPassword"`)), step: "parameter", hints: []cure{
			{command: `^aws ssm put-parameter --region eu-central-1 --type SecureString --name /CodeBuild/dockerLoginPassword --value file:///dev/stdin$`, text: "waits for the token and Ctrl-D", typed: "s3cret\n"},
			{command: `configure --region REGION`, fill: map[string]string{"REGION": "us-west-2"}, then: value("/CodeBuild/dockerLoginPassword", "s3cret")},
		}},
		{name: "half of a pair", breaks: func(r *room) {
			r.write("config.json", section(`"usernameParameter":"/team/user","passwordParameter":"/team/token"`))
			r.aws.Put(ssmtest.Parameter{Name: "/team/user", Value: "alice"})
		}, step: "parameter", detail: "/team/token", hints: []cure{
			{command: `^aws ssm put-parameter .* --name /team/token --value file:///dev/stdin$`, text: "waits for the token", typed: "s3cret"},
			{command: `configure --region REGION`, fill: map[string]string{"REGION": "us-west-2"}, then: value("/team/token", "s3cret")},
		}},
		{name: "a secret with a name that is none", breaks: configured(section(`"secret":"team hub"`)), step: "config.json", hints: []cure{told("", configured(goodConfig))}},
		{name: "a named secret that is not there", breaks: configured(section(`"secret":"team/hub"`)), step: "parameter", detail: "team/hub", hints: []cure{
			{command: `^aws secretsmanager create-secret --region eu-central-1 --name team/hub --secret-string file:///dev/stdin$`, text: `waits for \{"username"`, typed: goodValue},
			{command: `configure --region REGION`, fill: map[string]string{"REGION": "us-west-2"}, then: func(r *room) { r.aws.PutSecretIn("us-west-2", "team/hub", goodValue) }},
		}},
		{name: "the parameter is denied", breaks: func(r *room) { r.aws.Deny("ssm:GetParameters", "*") }, step: "parameter", detail: "denied", hints: []cure{told("^Allow .* in the policy of", allows("ssm:GetParameters", "arn:aws:ssm:eu-central-1:111122223333:parameter"+hubName))}},
		{name: "a permissions boundary denies the parameter", breaks: func(r *room) { r.aws.DenyBecause("ssm:GetParameters", "*", ssmtest.NoPermissionsBoundary) }, step: "parameter", detail: "denied", hints: []cure{told("in the permissions boundary of", allows("ssm:GetParameters", hubName))}},
		{name: "an endpoint's policy denies the parameter", breaks: func(r *room) { r.aws.DenyBecause("ssm:GetParameters", "*", ssmtest.NoEndpointPolicy) }, step: "parameter", detail: "denied", hints: []cure{told("VPC endpoint", func(r *room) {
			if lines := r.doctor().first().Hints[0].Lines; lines != nil {
				r.t.Errorf("a role's statement for an endpoint: %q", lines)
			}
			r.aws.ClearFaults()
		})}},
		{name: "the secret is denied", breaks: func(r *room) {
			r.write("config.json", section(`"secret":"hub"`))
			r.aws.PutSecret("hub", goodValue)
			r.aws.Deny("secretsmanager:GetSecretValue", "hub")
		}, step: "parameter", detail: "denied", hints: []cure{told("^Allow .* in the policy of", allows("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:hub-??????"))}},
		{name: "the key is denied", breaks: func(r *room) { r.aws.DenyKMS(hubName) }, step: "parameter", detail: "key", hints: []cure{told("kms:Decrypt", heal)}},
		{name: "the key is disabled", breaks: func(r *room) { r.aws.DisableKey("alias/aws/ssm") }, step: "parameter", detail: "key", hints: []cure{told("", heal)}},
		{name: "a value without a shape", breaks: value(hubName, "alice:s3cret"), step: "parameter", detail: "holds no credential|not a JSON object", hints: []cure{login("in its place", " --force")}},
		{name: "a value without a user name", breaks: value(hubName, `{"username":"","password":"s3cret"}`), step: "parameter", hints: []cure{login("in its place", " --force")}},
		{name: "a password that Docker Hub does not accept", breaks: value(hubName, `{"username":"alice","password":"old"}`), step: "registry", detail: noPassword, hints: []cure{login("the right password", " --force")}},
		{name: "a wrong password in a secret", breaks: func(r *room) {
			r.write("config.json", section(`"secret":"hub"`))
			r.aws.PutSecret("hub", `{"username":"alice","password":"old"}`)
		}, step: "registry", detail: noPassword, hints: []cure{told("into hub, where it is kept", func(r *room) { r.aws.PutSecret("hub", goodValue) })}},
		{name: "a login in plain text with a wrong password", breaks: configured(`{"auths":{"https://index.docker.io/v1/":{"auth":"YWxpY2U6b2xk"}}}`), step: "registry", detail: noPassword, hints: []cure{{command: "^docker login --username alice$"}}},
		{name: "Docker Hub is out of reach", breaks: func(r *room) { r.env["GONE"], r.env["HTTPS_PROXY"] = r.env["HTTPS_PROXY"], "http://127.0.0.1:1" }, step: "registry", detail: "cannot be reached", hints: []cure{told("HTTPS_PROXY", func(r *room) { r.env["HTTPS_PROXY"] = r.env["GONE"] })}},
		{name: "a certificate of an unknown authority", breaks: func(r *room) { r.env["GONE"] = r.env["SSL_CERT_FILE"]; delete(r.env, "SSL_CERT_FILE") }, step: "registry", detail: "certificate", hints: []cure{told("SSL_CERT_FILE", func(r *room) { r.env["SSL_CERT_FILE"] = r.env["GONE"] })}},
	}
}

// neighbours are pairs of faults that a set-up can have at once, the one that shows
// first before the other.
var neighbours = [][2]string{
	{"a variable that does not parse", "the helper is not on the PATH"},
	{"the helper is not on the PATH", "no entry at all"},
	{"another program has its name", "podman's key alone"},
	{"no entry at all", "no Region"},
	{"podman's key alone", "a profile that is not there"},
	{"a credsStore that is not installed", "no AWS credentials"},
	{"a credsStore without the credential", "no container credentials"},
	{"no config.json", "no parameter"},
	{"no Region", "no AWS credentials"},
	{"no Region", "no container credentials"},
	{"a profile that is not there", "credentials that have expired"},
	{"no AWS credentials", "credentials that AWS does not know"},
	{"no container credentials", "credentials that AWS does not know"},
	{"credentials that AWS does not know", "no parameter"},
	{"credentials that have expired", "a value without a shape"},
	{"no AWS credentials", "the parameter is denied"},
	{"no container credentials", "the parameter is denied"},
	{"the parameter is denied", "a password that Docker Hub does not accept"},
	{"the key is denied", "a certificate of an unknown authority"},
	{"the parameter is denied", "Docker Hub is out of reach"},
	{"a named secret that is not there", "Docker Hub is out of reach"},
	{"a password that Docker Hub does not accept", "no parameter"},
}

// TestBrokenSetups: the first ✗ is the cause, each of its hints mends it where it is
// followed to the letter, and then doctor has nothing to say.
func TestBrokenSetups(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the authority of the stand-in for Docker Hub is trusted by a variable of Linux")
	}
	hub, err := dockerhub.Start("127.0.0.1:0", dockerhub.New())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hub.Close)
	hub.SetAccount("alice", dockerhub.Account{Password: "s3cret", Quota: dockerhub.Quota{Limit: 200, Remaining: 187}})
	hub.SetAnonymous(dockerhub.Quota{Limit: 100, Remaining: 60})
	counts := &counts{}
	t.Cleanup(func() {
		if counts.setups < 40 {
			t.Errorf("%d broken set-ups", counts.setups)
		}
		t.Logf("%d broken set-ups, %d ways to mend them; %d commands executed, %d of them login", counts.setups, counts.ways, counts.executed.Load(), counts.logins.Load())
	})
	byName := map[string]fault{}
	for _, f := range faults() {
		byName[f.name] = f
		for _, build := range []bool{false, true} {
			for i := range f.hints {
				counts.try(t, hub, build, i, f)
			}
		}
	}
	for _, pair := range neighbours {
		if pair[0] == "a password that Docker Hub does not accept" {
			continue // the parameter is one and the same
		}
		for _, build := range []bool{false, true} {
			counts.try(t, hub, build, 0, byName[pair[0]], byName[pair[1]])
		}
	}
}

type counts struct {
	setups, ways     int
	executed, logins atomic.Int32
}

// try breaks a room and mends it again, hint by hint.
func (c *counts) try(t *testing.T, hub *dockerhub.Server, build bool, which int, faults ...fault) {
	place := map[bool]string{false: "laptop", true: "build"}[build]
	name := place
	for _, f := range faults {
		if f.breaks == nil {
			t.Fatalf("an unknown fault beside %q", name)
		}
		if f.where != "" && f.where != place {
			return
		}
		name += ", " + f.name
	}
	if which == 0 {
		c.setups++
	}
	c.ways++
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		which := which
		r := newRoom(t, hub, build)
		for i := len(faults) - 1; i >= 0; i-- {
			faults[i].breaks(r)
		}
		for i, f := range faults {
			s := r.doctor()
			step := s.first()
			if step == nil || step.Name != f.step || !regexp.MustCompile(f.detail).MatchString(step.Detail) {
				t.Fatalf("the first ✗ is %+v, want %s with %q\n%s", step, f.step, f.detail, s.text)
			}
			for _, h := range step.Hints {
				if stores := isLogin(h.Command) || strings.HasPrefix(h.Command, "aws "); stores && build != strings.Contains(h.Text, "from a developer's machine, in eu-central-1") {
					t.Errorf("a hint that stores something: %+v", h)
				}
			}
			if build && strings.Contains(s.text, "aws sso login") {
				t.Errorf("a build is told to sign in:\n%s", s.text)
			}
			if len(step.Hints) != len(f.hints) {
				t.Fatalf("the hints are %+v", step.Hints)
			}
			if i > 0 {
				which = 0
			}
			c.follow(r, f, f.hints[which], step.Hints[which])
		}
		s := r.doctor()
		if step := s.first(); step != nil || !s.Registries[0].SignedIn {
			t.Errorf("then:\n%s", s.text)
		}
	})
}

// follow does what a hint says.
func (c *counts) follow(r *room, f fault, want cure, got seenHint) {
	r.t.Helper()
	if !regexp.MustCompile(want.text).MatchString(got.Text) || !regexp.MustCompile(want.command).MatchString(got.Command) {
		r.t.Fatalf("the hint is %+v, want %q and %q", got, want.text, want.command)
	}
	command := got.Command
	switch {
	case command != "":
		for word, value := range want.fill {
			command = strings.ReplaceAll(command, word, value)
		}
		c.executed.Add(1)
		if isLogin(command) {
			c.logins.Add(1)
			command += " --username alice --password-stdin"
		}
		if err := r.shell(command, want.typed); (err != nil) != f.keeps {
			r.t.Fatalf("%v", err)
		}
	case want.then == nil:
		r.t.Fatalf("nobody does what the hint says: %+v", got)
	}
	if want.then != nil {
		want.then(r)
	}
	if f.keeps {
		f.mend(r)
	}
}

// TestBrokenRegistry: any other registry, here one on this machine.
func TestBrokenRegistry(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the hints are typed into a POSIX shell")
	}
	hub, err := dockerhub.Start("127.0.0.1:0", dockerhub.New())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hub.Close)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if user, password, _ := q.BasicAuth(); user != "alice" || password != "s3cret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(s.Close)
	host := strings.TrimPrefix(s.URL, "http://")
	name := "/CodeBuild/docker-credentials/" + strings.ReplaceAll(host, ":", "_3A")
	mapped := `{"credHelpers":{"` + host + `":"ssm"}}`
	c := &counts{}
	for _, f := range []fault{
		{name: "no entry", breaks: func(r *room) { configured(`{}`)(r); value(name, goodValue)(r) }, step: "sign-in", hints: []cure{{command: "^docker-credential-ssm configure " + host + "$"}}},
		{name: "no parameter", breaks: configured(mapped), step: "parameter", hints: []cure{login("Store", " "+host),
			{command: "^docker-credential-ssm configure --region REGION " + host + "$", fill: map[string]string{"REGION": "us-west-2"}, then: value(name, goodValue)}}},
		{name: "a wrong password", breaks: func(r *room) { configured(mapped)(r); value(name, `{"username":"alice","password":"old"}`)(r) }, step: "registry", hints: []cure{login("right password", " --force "+host)}},
	} {
		for i := range f.hints {
			breaks := f.breaks
			f.breaks = func(r *room) { r.arg = host; breaks(r) }
			c.try(t, hub, i == 1, i, f)
		}
	}
}
