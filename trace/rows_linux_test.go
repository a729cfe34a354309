package trace

import (
	"encoding/base64"
	"flag"
	"fmt"
	"strings"
	"testing"

	"docker-credential-ssm/ssm/ssmtest"
)

var full = flag.Bool("full", false, "run every fault at every location")

// row is one run of a verb or a command.
type row struct {
	name    string
	args    []string
	stdin   string
	answers [][2]string // at a terminal
	set     func(t *testing.T, r *room)
	fails   bool
	shows   string   // a part of what it says, so that the row does what its name says
	answer  bool     // standard output is the protocol's answer, with the secret
	sends   bool     // the secret goes to AWS or to the registry
	changes []string // the files of the home that may be replaced
	had     []string // the files of the home that have the secret already
	cache   bool     // the answer is kept in the keyring
	starts  []string // other programs that it may start
}

// locations are the kinds of place that a credential may be in.
func locations() map[string]func(t *testing.T, r *room, v func(string) string) {
	plain := func(r *room, v func(string) string, username, password string) {
		r.aws.Put(ssmtest.Parameter{Name: username, Value: user})
		r.aws.Put(ssmtest.Parameter{Name: password, Value: v(secret)})
	}
	return map[string]func(t *testing.T, r *room, v func(string) string){
		"below the prefix": func(t *testing.T, r *room, v func(string) string) {
			r.section(t, `{}`)
			r.aws.Put(ssmtest.Parameter{Name: r.below(), Value: v(value(secret))})
		},
		"a pair below the prefix": func(t *testing.T, r *room, v func(string) string) {
			r.section(t, `{}`)
			plain(r, v, r.below()+"/username", r.below()+"/password")
		},
		"a parameter": func(t *testing.T, r *room, v func(string) string) {
			r.section(t, `{"parameter": "/team/hub"}`)
			r.aws.Put(ssmtest.Parameter{Name: "/team/hub", Value: v(value(secret))})
		},
		"two parameters": func(t *testing.T, r *room, v func(string) string) {
			r.section(t, `{"usernameParameter": "/team/user", "passwordParameter": "/team/pass"}`)
			plain(r, v, "/team/user", "/team/pass")
		},
		"a shared parameter": func(t *testing.T, r *room, v func(string) string) {
			arn := r.aws.PutShared("444455556666", "us-west-2", ssmtest.Parameter{Name: "/team/hub", Value: v(value(secret))})
			r.section(t, fmt.Sprintf(`{"parameter": %q}`, arn))
		},
		"a reference": func(t *testing.T, r *room, v func(string) string) {
			r.section(t, `{"parameter": "/aws/reference/secretsmanager/hub"}`)
			r.aws.PutSecret("hub", v(value(secret)))
		},
		"a secret": func(t *testing.T, r *room, v func(string) string) {
			r.section(t, `{"secret": "hub"}`)
			r.aws.PutSecret("hub", v(value(secret)))
		},
		"two secrets": func(t *testing.T, r *room, v func(string) string) {
			r.section(t, `{"usernameSecret": "hub-user", "passwordSecret": "hub-pass"}`)
			r.aws.PutSecret("hub-user", user)
			r.aws.PutSecret("hub-pass", v(secret))
		},
		"a user name and a secret": func(t *testing.T, r *room, v func(string) string) {
			r.section(t, `{"username": "alice", "passwordSecret": "hub-pass"}`)
			r.aws.PutSecret("hub-pass", v(secret))
		},
		"one of many": func(t *testing.T, r *room, v func(string) string) {
			r.write(t, "config.json", `{"plugins": {"docker-credential-ssm": {"secret": "all"}}}`, 0o600)
			r.aws.PutSecret("all", v(fmt.Sprintf(`{"auths": {%q: {"auth": %q}}}`, r.host, base64.StdEncoding.EncodeToString([]byte(user+":"+secret)))))
		},
	}
}

// plain are those whose value is the password itself.
var plain = map[string]bool{"a pair below the prefix": true, "two parameters": true, "two secrets": true, "a user name and a secret": true}

// faults are what may go wrong with a get.
func faults() map[string]func(r *room) {
	return map[string]func(r *room){
		"denied": func(r *room) { r.aws.Fail(ssmtest.Fault{Code: "AccessDeniedException"}) },
		"quoted": func(r *room) {
			r.aws.Fail(ssmtest.Fault{Code: "ValidationException", Message: "Value " + secret + " is bad, as is " + base64.StdEncoding.EncodeToString([]byte(secret))})
		},
		"echoed":   func(r *room) { r.aws.Fail(ssmtest.Fault{Body: "<html>" + secret + "</html>"}) },
		"not HTTP": func(r *room) { r.aws.Fail(ssmtest.Fault{Raw: secret + "\r\n\r\n"}) },
		"torn": func(r *room) {
			r.aws.Fail(ssmtest.Fault{Answer: func(b []byte) []byte { return b[:len(b)-20] }})
		},
	}
}

// gets are the rows of get: each location, with and without the cache, each as it is, with
// each fault, and with a value that is not a credential.
func gets() (rows []row) {
	asIs := func(v string) string { return v }
	for where, put := range locations() {
		quick := where != "below the prefix" && where != "two secrets" && !*full
		for _, cache := range []bool{false, true} {
			suffix := ""
			env := func(*room) {}
			if cache {
				suffix, env = ", cached", func(r *room) { r.env = append(r.env, "DOCKER_CREDENTIAL_SSM_CACHE_TTL=20s") }
			}
			rows = append(rows, row{name: "get, " + where + suffix, args: []string{"get"}, answer: true, cache: cache, set: func(t *testing.T, r *room) {
				put(t, r, asIs)
				env(r)
			}})
			for fault, make := range faults() {
				if quick || cache && !*full {
					continue
				}
				rows = append(rows, row{name: "get, " + where + suffix + ", " + fault, args: []string{"get"}, fails: true, set: func(t *testing.T, r *room) {
					put(t, r, asIs)
					env(r)
					make(r)
				}})
			}
		}
		if !plain[where] { // every text is a password
			broken := func(v string) string { return "{" + v + "\x00" }
			rows = append(rows, row{name: "get, " + where + ", not a credential", args: []string{"get"}, fails: true, set: func(t *testing.T, r *room) { put(t, r, broken) }})
		}
	}
	return rows
}

// verbs are the rows of the other verbs.
func verbs() []row {
	writable := func(r *room) { r.env = append(r.env, "DOCKER_CREDENTIAL_SSM_WRITABLE=true") }
	denied := func(r *room) { r.aws.Fail(ssmtest.Fault{Code: "AccessDeniedException"}) }
	const store = `{"ServerURL":"HOST","Username":"alice","Secret":"SECRET"}`
	return []row{
		{name: "get, nothing there", args: []string{"get"}, fails: true, set: func(t *testing.T, r *room) { r.section(t, `{}`) }},
		{name: "get, a process that gives AWS credentials", args: []string{"get"}, answer: true, starts: []string{"sh"}, set: func(t *testing.T, r *room) {
			r.keep(secret)
			r.write(t, ".aws/config", "[profile p]\ncredential_process = echo '{\"Version\":1,\"AccessKeyId\":\"AKIATEST\",\"SecretAccessKey\":\"x\"}'\n", 0o600)
			r.env = append(r.env, "AWS_PROFILE=p", "AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=")
		}},
		{name: "store", args: []string{"store"}, stdin: store, sends: true, set: func(t *testing.T, r *room) { writable(r) }},
		{name: "store, the same", args: []string{"store"}, stdin: store, set: func(t *testing.T, r *room) { r.keep(secret) }},
		{name: "store, another", args: []string{"store"}, stdin: store, sends: true, set: func(t *testing.T, r *room) { r.keep(other); writable(r) }},
		{name: "store, a pair", args: []string{"store"}, stdin: store, sends: true, set: func(t *testing.T, r *room) {
			r.section(t, `{"usernameParameter": "/team/user", "passwordParameter": "/team/pass"}`)
			writable(r)
		}},
		{name: "store, read-only", args: []string{"store"}, stdin: store, fails: true, set: func(t *testing.T, r *room) { r.keep(other) }},
		{name: "store, denied", args: []string{"store"}, stdin: store, fails: true, set: func(t *testing.T, r *room) { denied(r); writable(r) }},
		{name: "store, the write denied", args: []string{"store"}, stdin: store, sends: true, fails: true, set: func(t *testing.T, r *room) {
			r.aws.Deny("PutParameter", "*")
			writable(r)
		}},
		{name: "store, quoted", args: []string{"store"}, stdin: store, sends: true, fails: true, set: func(t *testing.T, r *room) {
			r.aws.Fail(ssmtest.Fault{Action: "PutParameter", Code: "ValidationException", Message: "Value " + secret + " is bad"})
			writable(r)
		}},
		{name: "store, not JSON", args: []string{"store"}, stdin: store[:len(store)-1] + ",", fails: true, set: func(t *testing.T, r *room) {}},
		{name: "erase", args: []string{"erase"}, stdin: "HOST", set: func(t *testing.T, r *room) { r.keep(secret); writable(r) }},
		{name: "erase, read-only", args: []string{"erase"}, stdin: "HOST", fails: true, set: func(t *testing.T, r *room) { r.keep(secret) }},
		{name: "erase, denied", args: []string{"erase"}, stdin: "HOST", fails: true, set: func(t *testing.T, r *room) { r.keep(secret); denied(r); writable(r) }},
		{name: "list", args: []string{"list"}, set: func(t *testing.T, r *room) { r.keep(secret) }, shows: user},
		{name: "list, denied", args: []string{"list"}, fails: true, set: func(t *testing.T, r *room) { r.keep(secret); denied(r) }},
		{name: "version", args: []string{"version"}, set: func(t *testing.T, r *room) { r.login(t) }, had: []string{"config.json"}},
		{name: "help", args: []string{"--help"}, set: func(t *testing.T, r *room) { r.login(t) }, had: []string{"config.json"}},
		{name: "an unknown word", args: []string{"git"}, stdin: store, fails: true, set: func(t *testing.T, r *room) { r.login(t) }, had: []string{"config.json"}},
	}
}

// helperScript is another credential helper, which has the secret.
const helperScript = "#!/bin/sh\ncase $1 in get) printf '%s' 'ANSWER';; esac\n"

func another(t *testing.T, r *room) {
	t.Helper()
	answer := fmt.Sprintf(`{"ServerURL":%q,"Username":%q,"Secret":%q}`, r.host, user, secret)
	r.write(t, "bin/docker-credential-other", strings.Replace(helperScript, "ANSWER", answer, 1), 0o700)
	r.write(t, "config.json", `{"credsStore": "other"}`, 0o600)
	r.env = append(r.env, "PATH="+r.home+"/bin:/usr/bin:/bin")
}

// commands are the rows of the commands for people.
func commands() []row {
	denied := func(r *room) { r.aws.Fail(ssmtest.Fault{Code: "AccessDeniedException"}) }
	config, had := []string{"config.json"}, []string{"config.json"}
	helper := []string{"bin/docker-credential-other"}
	const plainBuildspec = "version: 0.2\nphases:\n  build:\n    commands:\n      - docker login -u alice -p PASSWORD\n"
	buildspec := "version: 0.2\nenv:\n  secrets-manager:\n    USER: hub:username\n    PASS: hub:password\nphases:\n  pre_build:\n    commands:\n      - echo $PASS | docker login -u $USER --password-stdin\n"
	adopt := func(t *testing.T, r *room) {
		r.write(t, "buildspec.yml", buildspec, 0o644)
		r.aws.PutSecret("hub", value(secret))
	}
	token := [][2]string{{"User name: ", user}, {"Token (not shown): ", secret}, {"[y/N] ", "y"}}
	rows := []row{
		{name: "configure", args: []string{"configure", "HOST"}, changes: config, had: had, set: func(t *testing.T, r *room) {
			r.write(t, "config.json", `{"auths": {"kept.test": {"auth": "`+base64.StdEncoding.EncodeToString([]byte(user+":"+secret))+`"}}}`, 0o600)
		}},
		{name: "configure, a new file", args: []string{"configure", "HOST"}, changes: config, set: func(t *testing.T, r *room) {}},
		{name: "configure --migrate", args: []string{"configure", "--migrate", "HOST"}, changes: config, sends: true, shows: "is in Parameter Store now", set: func(t *testing.T, r *room) { r.login(t) }},
		{name: "configure --migrate, denied", args: []string{"configure", "--migrate", "HOST"}, fails: true, had: had, set: func(t *testing.T, r *room) { r.login(t); denied(r) }},
		{name: "configure --migrate, the write quoted", args: []string{"configure", "--migrate", "HOST"}, fails: true, sends: true, had: had, set: func(t *testing.T, r *room) {
			r.login(t)
			r.aws.Fail(ssmtest.Fault{Action: "PutParameter", Code: "ValidationException", Message: "Value " + secret + " is bad"})
		}},
		{name: "configure --migrate, from another helper", args: []string{"configure", "--migrate", "HOST"}, changes: config, sends: true, had: helper, starts: []string{"docker-credential-other"}, set: another},
		{name: "configure --migrate --dry-run", args: []string{"configure", "--migrate", "--dry-run", "HOST"}, had: had, shows: "would move", set: func(t *testing.T, r *room) { r.login(t) }},
		{name: "configure --discard", args: []string{"configure", "--discard", "HOST"}, changes: config, shows: "is gone", set: func(t *testing.T, r *room) { r.login(t); r.keep(other) }},
		{name: "configure --discard, denied", args: []string{"configure", "--discard", "HOST"}, fails: true, had: had, set: func(t *testing.T, r *room) { r.login(t); denied(r) }},
		{name: "configure --replace", args: []string{"configure", "--replace", "HOST"}, changes: config, set: func(t *testing.T, r *room) {
			r.write(t, "config.json", fmt.Sprintf(`{"credHelpers": {%q: "other"}}`, r.host), 0o600)
		}},
		{name: "configure --remove", args: []string{"configure", "--remove"}, changes: config, set: func(t *testing.T, r *room) { r.section(t, `{"region": "eu-west-1"}`) }},
		{name: "configure --file", args: []string{"configure", "--file", "auth.json", "HOST"}, changes: []string{"auth.json"}, set: func(t *testing.T, r *room) {}},
		{name: "configure --all-registries", args: []string{"configure", "--all-registries", "--region", "eu-west-1"}, changes: config, set: func(t *testing.T, r *room) {}},
		{name: "configure, not JSON", args: []string{"configure", "HOST"}, fails: true, had: had, set: func(t *testing.T, r *room) {
			r.write(t, "config.json", `{"auths": {"x": {"auth": "`+secret+`"}`, 0o600)
		}},
		{name: "doctor", args: []string{"doctor", "HOST"}, sends: true, shows: user, starts: []string{"docker", "docker-credential-ssm"}, set: func(t *testing.T, r *room) { r.section(t, `{}`); r.keep(secret) }},
		{name: "doctor --json", args: []string{"doctor", "--json", "HOST"}, sends: true, shows: user, starts: []string{"docker", "docker-credential-ssm"}, set: func(t *testing.T, r *room) { r.section(t, `{}`); r.keep(secret) }},
		{name: "doctor, a login in the file", args: []string{"doctor", "HOST"}, sends: true, had: had, starts: []string{"docker", "docker-credential-ssm"}, shows: "plain text", set: func(t *testing.T, r *room) { r.login(t); r.keep(secret) }},
		{name: "doctor, another helper", args: []string{"doctor", "HOST"}, sends: true, had: helper, starts: []string{"docker", "docker-credential-ssm", "docker-credential-other"}, set: another},
		{name: "doctor, denied", args: []string{"doctor", "HOST"}, fails: true, starts: []string{"docker", "docker-credential-ssm"}, set: func(t *testing.T, r *room) { r.section(t, `{}`); r.keep(secret); denied(r) }},
		{name: "doctor --json, the registry refuses", args: []string{"doctor", "--json", "HOST"}, fails: true, sends: true, starts: []string{"docker", "docker-credential-ssm"}, set: func(t *testing.T, r *room) { r.section(t, `{}`); r.keep(other) }},
		{name: "login", args: []string{"login", "--username", user, "--password-stdin", "HOST"}, stdin: "SECRET\n", sends: true, shows: "stored and read back", set: func(t *testing.T, r *room) {}},
		{name: "login --force", args: []string{"login", "--force", "--username", user, "--password-stdin", "HOST"}, stdin: "SECRET\n", sends: true, shows: "stored and read back", set: func(t *testing.T, r *room) { r.keep(other) }},
		{name: "login, at a terminal", args: []string{"login", "HOST"}, answers: token, sends: true, shows: "stored and read back", set: func(t *testing.T, r *room) {}},
		{name: "login, at a terminal, the write denied", args: []string{"login", "HOST"}, answers: token, fails: true, sends: true, shows: "ssm:PutParameter", set: func(t *testing.T, r *room) { r.aws.Deny("PutParameter", "*") }},
		{name: "login, denied", args: []string{"login", "--username", user, "--password-stdin", "HOST"}, stdin: "SECRET\n", fails: true, set: func(t *testing.T, r *room) { denied(r) }},
		{name: "login, the write denied", args: []string{"login", "--username", user, "--password-stdin", "HOST"}, stdin: "SECRET\n", fails: true, sends: true, set: func(t *testing.T, r *room) { r.aws.Deny("PutParameter", "*") }},
		{name: "login, the registry refuses", args: []string{"login", "--username", "bob", "--password-stdin", "HOST"}, stdin: "SECRET\n", fails: true, sends: true, set: func(t *testing.T, r *room) {}},
		{name: "policy", args: []string{"policy", "HOST"}, shows: "GetParameters", set: func(t *testing.T, r *room) { r.section(t, `{}`); r.keep(secret) }},
		{name: "policy --write", args: []string{"policy", "--write", "--list", "HOST"}, shows: "PutParameter", set: func(t *testing.T, r *room) { r.section(t, `{}`); r.keep(secret) }},
		{name: "adopt", args: []string{"adopt", "buildspec.yml"}, shows: "docker-credential-ssm configure", set: adopt},
		{name: "adopt --check", args: []string{"adopt", "--check", "buildspec.yml"}, set: adopt},
		{name: "adopt --check, denied", args: []string{"adopt", "--check", "buildspec.yml"}, set: func(t *testing.T, r *room) { adopt(t, r); denied(r) }},
		{name: "adopt --write", args: []string{"adopt", "--write", "buildspec.yml"}, changes: []string{"buildspec.yml"}, set: adopt},
		{name: "adopt -", args: []string{"adopt", "-"}, stdin: buildspec, set: func(t *testing.T, r *room) {}},
		{name: "adopt, a password in the file", args: []string{"adopt", "buildspec.yml"}, fails: true, had: []string{"buildspec.yml"}, set: func(t *testing.T, r *room) {
			r.write(t, "buildspec.yml", strings.Replace(plainBuildspec, "PASSWORD", `'`+secret+`'`, 1), 0o644)
		}},
	}
	return rows
}
