package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"docker-credential-ssm/internal/dockerhub"
	"docker-credential-ssm/internal/keyring"
	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// The stories: the whole program, run as clients run it. Each script in
// testdata/script has a Parameter Store of its own, and these commands besides
// testscript's:
//
//	param NAME VALUE [TYPE]   an administrator stores a parameter
//	secret ID VALUE           an administrator stores a Secrets Manager secret
//	shared NAME VALUE         account 444455556666 shares a parameter of us-west-2
//	holds NAME VALUE          the parameter has that value; - for no such parameter
//	deny ACTION NAME          IAM denies an action on a name, which may have stars
//	denykms NAME              KMS denies the use of the parameter's key
//	disable KEY               KMS has the key disabled
//	throttle TIMES            the next calls are throttled; 0 for all
//	slow DURATION             every answer takes that long
//	drop TIMES                the next connections break off; 0 for all
//	fail ACTION CODE MESSAGE  an action fails
//	garbage TEXT              every answer is that text
//	heal                      all of that is over
//	calls [ACTION…]           exactly these calls were made since the last look
//	asked                     waits until somebody has asked something
//	identity KEY              the last call was signed with this access key
//	region REGION             the last call was signed for this Region
//	notfound                  the last command said exactly that, and nothing else
//	exactly TEXT              the last command failed with that text, which clients compare,
//	                          on standard output, and one line of the usual form on the other
//	refusal REGEXP            the last command failed with one line, the same on both
//	                          streams, of the form that all errors have
//	hub                       Docker Hub is a stand-in, for as long as the story lasts
//	account USER PASSWORD LIMIT REMAINING
//	                          it has a user; a limit of 0 is a paid plan's
//	anonymous LIMIT REMAINING it has this much for everybody else
//	hubdown                   it can no longer be reached
//	registry USER PASSWORD    a registry is at $REGISTRY, for that user alone
//	hold FIFO [TEXT]          a FIFO is being read, as a file or as standard input, has that
//	                          text, and no end
//	terminate                 what runs in the background gets SIGTERM
//	need PROGRAM              the story is skipped where the program is not there
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"docker-credential-ssm": storyMain})
}

func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: begin,
		Condition: func(condition string) (bool, error) {
			if condition != "keyring" {
				return false, fmt.Errorf("unknown condition %q", condition)
			}
			err := keyring.Put("docker-credential-ssm-test", []byte("x"), time.Second)
			if err != nil && testenv.Required("keyring") {
				return false, err
			}
			return err == nil, nil
		},
		Cmds: withCredentials(withCalls(map[string]func(*testscript.TestScript, bool, []string){
			"param": func(ts *testscript.TestScript, neg bool, args []string) {
				p := ssmtest.Parameter{Name: args[0], Value: args[1]}
				if len(args) > 2 {
					p.Type = args[2]
				}
				server(ts).Put(p)
			},
			"secret": func(ts *testscript.TestScript, neg bool, args []string) { server(ts).PutSecret(args[0], args[1]) },
			"shared": func(ts *testscript.TestScript, neg bool, args []string) {
				server(ts).PutShared("444455556666", "us-west-2", ssmtest.Parameter{Name: args[0], Value: args[1]})
			},
			"holds": func(ts *testscript.TestScript, neg bool, args []string) {
				p, ok := server(ts).Parameter(args[0])
				switch {
				case args[1] == "-" && ok:
					ts.Fatalf("there is a parameter %s", args[0])
				case args[1] != "-" && p.Value != args[1]:
					ts.Fatalf("%s holds %q, want %q", args[0], p.Value, args[1])
				}
			},
			"deny":    func(ts *testscript.TestScript, neg bool, args []string) { server(ts).Deny(args[0], args[1]) },
			"denykms": func(ts *testscript.TestScript, neg bool, args []string) { server(ts).DenyKMS(args[0]) },
			"disable": func(ts *testscript.TestScript, neg bool, args []string) { server(ts).DisableKey(args[0]) },
			"throttle": func(ts *testscript.TestScript, neg bool, args []string) {
				server(ts).Throttle(number(ts, args[0]))
			},
			"slow": func(ts *testscript.TestScript, neg bool, args []string) {
				d, err := time.ParseDuration(args[0])
				ts.Check(err)
				server(ts).Fail(ssmtest.Fault{Delay: d})
			},
			"drop": func(ts *testscript.TestScript, neg bool, args []string) {
				server(ts).Fail(ssmtest.Fault{Drop: true, Times: number(ts, args[0])})
			},
			"fail": func(ts *testscript.TestScript, neg bool, args []string) {
				server(ts).Fail(ssmtest.Fault{Action: args[0], Code: args[1], Message: args[2]})
			},
			"notfound": func(ts *testscript.TestScript, neg bool, args []string) {
				if out := ts.ReadFile("stdout"); out != "credentials not found in native keychain" {
					ts.Fatalf("standard output: %q", out)
				}
			},
			"garbage": func(ts *testscript.TestScript, neg bool, args []string) {
				server(ts).Fail(ssmtest.Fault{Body: args[0]})
			},
			"heal":  func(ts *testscript.TestScript, neg bool, args []string) { server(ts).ClearFaults() },
			"calls": calls,
			"asked": func(ts *testscript.TestScript, neg bool, args []string) {
				for range 1000 {
					if len(server(ts).Calls()) > 0 {
						return
					}
					time.Sleep(10 * time.Millisecond)
				}
				ts.Fatalf("nobody asks")
			},
			"identity": func(ts *testscript.TestScript, neg bool, args []string) {
				calls := server(ts).Calls()
				if last := calls[len(calls)-1]; last.AccessKeyID != args[0] {
					ts.Fatalf("the last call was signed with %s", last.AccessKeyID)
				}
			},
			"region": func(ts *testscript.TestScript, neg bool, args []string) {
				calls := server(ts).Calls()
				if last := calls[len(calls)-1]; last.Region != args[0] {
					ts.Fatalf("the last call was signed for %s", last.Region)
				}
			},
			"refusal": refusal,
			"exactly": exactly,
			"hold":    hold,
			"terminate": func(ts *testscript.TestScript, neg bool, args []string) {
				for _, cmd := range ts.BackgroundCmds() {
					ts.Check(cmd.Process.Signal(syscall.SIGTERM))
				}
			},
			"hub": startHub,
			"account": func(ts *testscript.TestScript, neg bool, args []string) {
				hub(ts).SetAccount(args[0], dockerhub.Account{Password: args[1], Quota: dockerhub.Quota{Limit: number(ts, args[2]), Remaining: number(ts, args[3])}})
			},
			"anonymous": func(ts *testscript.TestScript, neg bool, args []string) {
				hub(ts).SetAnonymous(dockerhub.Quota{Limit: number(ts, args[0]), Remaining: number(ts, args[1])})
			},
			"hubdown":  func(ts *testscript.TestScript, neg bool, args []string) { hub(ts).Close() },
			"registry": startRegistry,
			"need": func(ts *testscript.TestScript, neg bool, args []string) {
				testenv.Need(ts.Value("t").(testing.TB), args[0])
			},
		})),
	})
}

func begin(env *testscript.Env) error {
	s := ssmtest.NewServer()
	env.Defer(s.Close)
	env.Values["server"] = s
	env.Values["t"] = env.T()
	env.Values["values"] = map[string]any{} // what a story's commands keep
	if program, err := exec.LookPath("docker-credential-ssm"); err == nil {
		env.Setenv("BIN", filepath.Dir(program))
	}
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("USERPROFILE", env.WorkDir)
	env.Setenv("DOCKER_CONFIG", env.WorkDir)
	env.Setenv("AWS_ENDPOINT_URL", s.URL)
	env.Setenv("AWS_ENDPOINT_URL_STS", s.URL) // the SDK knows no other for the role of a profile
	env.Setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
	env.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	env.Setenv("AWS_REGION", "eu-central-1")
	env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return nil
}

// startHub leads the program to a stand-in for Docker Hub, under Docker Hub's
// own names, by way of a proxy.
func startHub(ts *testscript.TestScript, neg bool, args []string) {
	s, err := dockerhub.Start("127.0.0.1:0", dockerhub.New())
	ts.Check(err)
	ts.Defer(s.Close)
	proxy, err := s.Proxy()
	ts.Check(err)
	ca := filepath.Join(ts.Getenv("WORK"), "hub.pem")
	ts.Check(os.WriteFile(ca, s.CA, 0o600))
	ts.Setenv("HTTPS_PROXY", proxy)
	ts.Setenv("SSL_CERT_FILE", ca)
	ts.Setenv("SSL_CERT_DIR", filepath.Dir(ca))
	ts.Value("values").(map[string]any)["hub"] = s
}

func hub(ts *testscript.TestScript) *dockerhub.Server {
	return ts.Value("values").(map[string]any)["hub"].(*dockerhub.Server)
}

// startRegistry starts one with basic authentication, as `registry` has it.
func startRegistry(ts *testscript.TestScript, neg bool, args []string) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != args[0] || password != args[1] {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	ts.Defer(s.Close)
	host := strings.TrimPrefix(s.URL, "http://")
	ts.Setenv("REGISTRY", host)
	ts.Setenv("REGISTRY_KEY", strings.ReplaceAll(host, ":", "_3A"))
}

func server(ts *testscript.TestScript) *ssmtest.Server { return ts.Value("server").(*ssmtest.Server) }

func number(ts *testscript.TestScript, s string) int {
	n, err := strconv.Atoi(s)
	ts.Check(err)
	return n
}

func calls(ts *testscript.TestScript, neg bool, args []string) {
	var got []string
	for _, c := range server(ts).Calls() {
		got = append(got, c.Action)
	}
	server(ts).ResetCalls()
	if strings.Join(got, " ") != strings.Join(args, " ") {
		ts.Fatalf("calls: %q, want %q", got, args)
	}
}

var form = regexp.MustCompile(`^docker-credential-ssm: [^\n]+ failed: [^\n]+\. [^\n]+\n$`)

func refusal(ts *testscript.TestScript, neg bool, args []string) {
	stdout, stderr := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	switch {
	case stdout != stderr:
		ts.Fatalf("standard output has\n%sstandard error has\n%s", stdout, stderr)
	case !form.MatchString(stdout):
		ts.Fatalf("not of the form WHAT failed: WHY. HINT, in one line:\n%s", stdout)
	case strings.Contains(stdout, "native keychain"):
		ts.Fatalf("a failure is called not found:\n%s", stdout)
	case strings.Contains(stdout, "s3cret"):
		ts.Fatalf("a secret is in the message:\n%s", stdout)
	case !regexp.MustCompile("(?m)" + forShell(args[0])).MatchString(stdout):
		ts.Fatalf("no match of %s:\n%s", args[0], stdout)
	}
}

// forShell is a pattern with the commands of the system's shell: the stories have
// those of sh.
func forShell(pattern string) string {
	if runtime.GOOS != "windows" {
		return pattern
	}
	return regexp.MustCompile(`unset ([A-Z_]+)`).ReplaceAllString(pattern, "Remove-Item Env:$1 in PowerShell, set $1= in cmd")
}

// exactly wants one of the protocol's own texts, which have no end of a line.
func exactly(ts *testscript.TestScript, neg bool, args []string) {
	if out := ts.ReadFile("stdout"); out != args[0] {
		ts.Fatalf("standard output: %q", out)
	}
	if line := ts.ReadFile("stderr"); !form.MatchString(line) || !strings.Contains(line, " failed: "+args[0]+". ") {
		ts.Fatalf("standard error: %q", line)
	}
}

func TestVersion(t *testing.T) {
	module := func(version string) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}}
	}
	for _, tt := range []struct {
		stamp string
		info  *debug.BuildInfo
		want  string
	}{
		{"v1.2.3", module("v0.0.0"), "v1.2.3"}, // a release build
		{"", module("v1.2.4"), "v1.2.4"},       // go install
		{"", module("(devel)"), "(devel)"},     // go build
		{"", module(""), "(devel)"},            // go test
		{"", nil, "(devel)"},                   // built without modules
	} {
		if got := buildVersion(tt.stamp, tt.info); got != tt.want {
			t.Errorf("buildVersion(%q, %v) = %q, want %q", tt.stamp, tt.info, got, tt.want)
		}
	}
}
