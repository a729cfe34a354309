package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docker-credential-ssm/internal/keyring"
	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// asking is a machine with a source of AWS credentials, which gives alice's or bob's.
// Nothing that a process is started with differs between the two.
type asking struct {
	t       *testing.T
	home    string
	environ []string
	who     string // alice, bob, or "" for nobody
}

// write writes a file below the home folder, with the size and the time of modification
// that it always has.
func (a *asking) write(path, text string) {
	a.t.Helper()
	path = filepath.Join(a.home, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		a.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		a.t.Fatal(err)
	}
	if err := os.Chtimes(path, time.Unix(1e9, 0), time.Unix(1e9, 0)); err != nil {
		a.t.Fatal(err)
	}
}

// key is the access key of who asks; all have one length.
func (a *asking) key() string { return fmt.Sprintf("AKIA%016s", strings.ToUpper(a.who)) }

// serve starts a server of credentials, and sets a variable to its URL.
func (a *asking) serve(variable, path string, handler func(w http.ResponseWriter, r *http.Request)) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.who == "" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		handler(w, r)
	}))
	a.t.Cleanup(s.Close)
	a.environ = append(a.environ, variable+"="+s.URL+path)
}

func (a *asking) answer(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintf(w, `{"AccessKeyId":%q,"SecretAccessKey":"s3cret","Token":"token","AccountId":"111122223333","Expiration":"2099-01-01T00:00:00Z"}`, a.key())
}

// instance is EC2's metadata service.
func (a *asking) instance(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/latest/api/token":
		w.Header().Set("x-aws-ec2-metadata-token-ttl-seconds", "300")
		fmt.Fprint(w, "token")
	case strings.HasSuffix(r.URL.Path, "/security-credentials/"):
		fmt.Fprint(w, "pull")
	default:
		fmt.Fprintf(w, `{"Code":"Success","AccessKeyId":%q,"SecretAccessKey":"s3cret","Token":"token","Expiration":"2099-01-01T00:00:00Z"}`, a.key())
	}
}

// sources are the sources of AWS credentials. ask makes the machine answer as a.who.
var sources = []struct {
	name   string
	hit    bool // whether a second get of the same caller is answered from the cache
	begin  func(a *asking)
	change func(a *asking)
}{
	{"a profile's key", true, nil, func(a *asking) {
		a.write(".aws/credentials", "[default]\naws_access_key_id="+a.key()+"\naws_secret_access_key=s3cret\n")
	}},
	{"a profile's key in the config file", true, nil, func(a *asking) {
		a.write(".aws/config", "[default]\nregion=eu-central-1\naws_access_key_id="+a.key()+"\naws_secret_access_key=s3cret\n")
	}},
	{"a source_profile", true, func(a *asking) { a.environ = append(a.environ, "AWS_PROFILE=pull") }, func(a *asking) {
		a.write(".aws/config", "[profile pull]\nrole_arn=arn:aws:iam::111122223333:role/pull\nsource_profile=base\n[profile base]\naws_access_key_id="+a.key()+"\naws_secret_access_key=s3cret\n")
	}},
	{"the option profile", true, func(a *asking) {
		a.environ = append(a.environ, "DOCKER_CREDENTIAL_SSM_PROFILE=base", "AWS_ACCESS_KEY_ID=AKIAENVIRONMENT", "AWS_SECRET_ACCESS_KEY=s3cret")
	}, func(a *asking) {
		a.write(".aws/config", "[profile base]\naws_access_key_id="+a.key()+"\naws_secret_access_key=s3cret\n")
	}},
	{"the option roleArn", true, func(a *asking) {
		a.environ = append(a.environ, "DOCKER_CREDENTIAL_SSM_ROLE_ARN=arn:aws:iam::111122223333:role/pull")
	}, func(a *asking) {
		a.write(".aws/credentials", "[default]\naws_access_key_id="+a.key()+"\naws_secret_access_key=s3cret\n")
	}},
	{"a session of aws sso login", true, func(a *asking) {
		a.write(".aws/config", "[default]\nsso_session=corp\nsso_account_id=111122223333\nsso_role_name=dev\n[sso-session corp]\nsso_start_url=https://corp.awsapps.com/start\nsso_region=eu-central-1\n")
		a.serve("AWS_ENDPOINT_URL_SSO", "", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"roleCredentials":{"accessKeyId":%q,"secretAccessKey":"s3cret","sessionToken":"s3cret","expiration":4070908800000}}`, a.key())
		})
	}, func(a *asking) {
		a.write(".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json", fmt.Sprintf(`{"accessToken":"%10s","expiresAt":"2099-01-02T03:04:05Z"}`, a.who))
	}},
	{"a session of aws sso login, the older form", true, func(a *asking) {
		a.write(".aws/config", "[default]\nsso_start_url=https://corp.awsapps.com/start\nsso_region=eu-central-1\nsso_account_id=111122223333\nsso_role_name=dev\n")
		a.serve("AWS_ENDPOINT_URL_SSO", "", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"roleCredentials":{"accessKeyId":%q,"secretAccessKey":"s3cret","sessionToken":"s3cret","expiration":4070908800000}}`, a.key())
		})
	}, func(a *asking) {
		a.write(".aws/sso/cache/a51746d4aa793ae07b25e90c3a5db96fc7832bd7.json", fmt.Sprintf(`{"accessToken":"%10s","expiresAt":"2099-01-02T03:04:05Z"}`, a.who))
	}},
	{"a session of aws login", true, func(a *asking) {
		a.write(".aws/config", "[default]\nlogin_session=arn:aws:iam::111122223333:user/alice\n")
	}, func(a *asking) {
		a.write(".aws/login/cache/5778c30d3fe8c123cb2ab0d5a82c81b6fdcedfb868a6625f6f5bf6f05a7f129b.json", `{"accessToken": {"accessKeyId": "`+a.key()+`", "secretAccessKey": "s3cret", "sessionToken": "s3cret", "accountId": "111122223333", "expiresAt": "2099-01-02T03:04:05Z"}, "tokenType": "aws_sigv4", "clientId": "x", "refreshToken": "s3cret", "identityToken": "s3cret", "dpopKey": "x"}`)
	}},
	{"a web identity", true, func(a *asking) {
		a.environ = append(a.environ, "AWS_WEB_IDENTITY_TOKEN_FILE="+filepath.Join(a.home, "token"), "AWS_ROLE_ARN=arn:aws:iam::111122223333:role/pull", "AWS_ROLE_SESSION_NAME=test")
	}, func(a *asking) { a.write("token", fmt.Sprintf("token of %10s", a.who)) }},
	{"a profile's web identity", true, func(a *asking) {
		a.write(".aws/config", "[default]\nweb_identity_token_file="+filepath.Join(a.home, "token")+"\nrole_arn=arn:aws:iam::111122223333:role/pull\nrole_session_name=test\n")
	}, func(a *asking) { a.write("token", fmt.Sprintf("token of %10s", a.who)) }},
	{"a container's role", true, func(a *asking) {
		a.serve("AWS_CONTAINER_CREDENTIALS_FULL_URI", "/role", a.answer)
	}, nil},
	{"a pod's role, with a token in a file", true, func(a *asking) {
		a.serve("AWS_CONTAINER_CREDENTIALS_FULL_URI", "/role", a.answer)
		a.environ = append(a.environ, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="+filepath.Join(a.home, "token"))
	}, func(a *asking) { a.write("token", fmt.Sprintf("token-of-%05.5s", a.who+"-----")) }},
	{"the option roleArn over a container's role", true, func(a *asking) {
		a.serve("AWS_CONTAINER_CREDENTIALS_FULL_URI", "/role", a.answer)
		a.environ = append(a.environ, "DOCKER_CREDENTIAL_SSM_ROLE_ARN=arn:aws:iam::111122223333:role/pull")
	}, nil},
	{"a profile's role over a container's", false, func(a *asking) {
		a.write(".aws/config", "[default]\nrole_arn=arn:aws:iam::111122223333:role/pull\ncredential_source=EcsContainer\n")
		a.serve("AWS_CONTAINER_CREDENTIALS_FULL_URI", "/role", a.answer)
	}, nil},
	{"an instance's role", true, func(a *asking) {
		a.environ = append(a.environ, "AWS_EC2_METADATA_DISABLED=false")
		a.serve("AWS_EC2_METADATA_SERVICE_ENDPOINT", "", a.instance)
	}, nil},
	{"a profile's role over an instance's", false, func(a *asking) {
		a.write(".aws/config", "[default]\nrole_arn=arn:aws:iam::111122223333:role/pull\ncredential_source=Ec2InstanceMetadata\n")
		a.environ = append(a.environ, "AWS_EC2_METADATA_DISABLED=false")
		a.serve("AWS_EC2_METADATA_SERVICE_ENDPOINT", "", a.instance)
	}, nil},
	{"a credential_process", true, func(a *asking) {
		a.write(".aws/config", "[default]\ncredential_process=cat "+filepath.Join(a.home, "answer")+"\n")
	}, func(a *asking) {
		a.write("answer", `{"Version":1,"AccessKeyId":"`+a.key()+`","SecretAccessKey":"s3cret"}`)
	}},
	{"a credential_process of a source_profile", false, func(a *asking) {
		a.write(".aws/config", "[default]\nrole_arn=arn:aws:iam::111122223333:role/pull\nsource_profile=base\n[profile base]\ncredential_process=cat "+filepath.Join(a.home, "answer")+"\n")
	}, func(a *asking) {
		a.write("answer", `{"Version":1,"AccessKeyId":"`+a.key()+`","SecretAccessKey":"s3cret"}`)
	}},
	{"a profile chosen by a variable, in a file that is a link", true, func(a *asking) {
		a.environ = append(a.environ, "AWS_PROFILE=team", "AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(a.home, "link"))
	}, func(a *asking) {
		a.write(a.who+".credentials", "[team]\naws_access_key_id="+a.key()+"\naws_secret_access_key=s3cret\n")
		_ = os.Remove(filepath.Join(a.home, "link"))
		if err := os.Symlink(a.who+".credentials", filepath.Join(a.home, "link")); err != nil {
			a.t.Fatal(err)
		}
	}},
}

// TestCacheMeetsAnotherCaller: the cache does not answer bob with what alice was given,
// nor anybody when there are no AWS credentials any more, whatever the source of AWS
// credentials; and it does answer alice again, where that source allows.
func TestCacheMeetsAnotherCaller(t *testing.T) {
	if err := keyring.Put("docker-credential-ssm-test", []byte("x"), time.Second); err != nil {
		testenv.Lacking(t, "keyring", fmt.Sprintf("the kernel keeps no keys here: %v", err))
	}
	program := testenv.Build(t)
	for i, source := range sources {
		t.Run(source.name, func(t *testing.T) {
			// The keyring is shared with other tests: the registry is in none of them.
			serverURL := fmt.Sprintf("caller-%d-%d.test", os.Getpid(), i)
			a := &asking{t: t, home: testenv.Isolate(t)}
			_ = os.Unsetenv("AWS_CONFIG_FILE")
			_ = os.Unsetenv("AWS_SHARED_CREDENTIALS_FILE")
			store := ssmtest.NewServer()
			t.Cleanup(store.Close)
			store.Put(ssmtest.Parameter{Name: "/CodeBuild/docker-credentials/" + serverURL, Value: `{"username":"alice","password":"s3cret"}`})
			a.environ = []string{"AWS_ENDPOINT_URL=" + store.URL, "AWS_ENDPOINT_URL_STS=" + store.URL, "AWS_REGION=eu-central-1", "AWS_MAX_ATTEMPTS=1", "DOCKER_CONFIG=" + a.home, "DOCKER_CREDENTIAL_SSM_CACHE_TTL=5m"}
			if source.begin != nil {
				source.begin(a)
			}
			get := func(who string) (asked bool, err error) {
				t.Helper()
				if a.who = who; source.change != nil && who != "" {
					source.change(a)
				}
				store.ResetCalls()
				cmd := exec.Command(program, "get")
				cmd.Env = append(os.Environ(), a.environ...)
				cmd.Stdin = strings.NewReader(serverURL)
				var out bytes.Buffer
				cmd.Stdout = &out
				err = cmd.Run()
				if err == nil && !strings.Contains(out.String(), `"Secret":"s3cret"`) {
					t.Errorf("%s gets %s", who, out.String())
				} else if err != nil {
					err = fmt.Errorf("%v: %s", err, out.String())
				}
				for _, call := range store.Calls() {
					if call.Action == "GetParameters" {
						asked = true
					}
				}
				return asked, err
			}
			for _, step := range []struct {
				who string
				hit bool
			}{
				{"alice", false}, {"alice", source.hit}, {"bob", false}, {"bob", source.hit},
			} {
				asked, err := get(step.who)
				if err != nil {
					t.Fatalf("%s: %v", step.who, err)
				}
				if asked == step.hit {
					t.Errorf("%s: AWS was asked: %v, want %v", step.who, asked, !step.hit)
				}
			}
			if source.change == nil {
				if _, err := get(""); err == nil {
					t.Error("the cache answers without AWS credentials")
				}
			}
		})
	}
}

// TestCacheAfterAChange: what was stored, erased or replaced by login is gone from the
// cache, under every name of the registry and for every registry that has the same
// parameter.
func TestCacheAfterAChange(t *testing.T) {
	if err := keyring.Put("docker-credential-ssm-test", []byte("x"), time.Second); err != nil {
		testenv.Lacking(t, "keyring", fmt.Sprintf("the kernel keeps no keys here: %v", err))
	}
	program := testenv.Build(t)
	home := testenv.Isolate(t)
	store := ssmtest.NewServer()
	defer store.Close()
	one, two := fmt.Sprintf("change-%d.test", os.Getpid()), fmt.Sprintf("other-%d.test", os.Getpid())
	parameter := fmt.Sprintf("/team/change-%d", os.Getpid())
	config := fmt.Sprintf(`{"plugins":{"docker-credential-ssm":{"cacheTTL":"5m","writable":"true","region":"eu-central-1"},"docker-credential-ssm/%s":{"parameter":%q},"docker-credential-ssm/%s":{"parameter":%q}}}`, one, parameter, two, parameter)
	if err := os.WriteFile(filepath.Join(home, "config.json"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(stdin string, args ...string) string {
		t.Helper()
		cmd := exec.Command(program, args...)
		cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+store.URL, "AWS_ENDPOINT_URL_STS="+store.URL, "AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=s3cret", "DOCKER_CONFIG="+home)
		cmd.Stdin = strings.NewReader(stdin)
		out, _ := cmd.CombinedOutput()
		return string(out)
	}
	for _, change := range []struct {
		name, stdin string
		args        []string
		secret      string // "" for none afterwards
	}{
		{"store", fmt.Sprintf(`{"ServerURL":"https://%s/v2/","Username":"alice","Secret":"st0red"}`, strings.ToUpper(one)), []string{"store"}, "st0red"},
		{"login", "t0ken", []string{"login", "--offline", "--force", "--username", "alice", "--password-stdin", one}, "t0ken"},
		{"erase", one, []string{"erase"}, ""},
	} {
		store.Put(ssmtest.Parameter{Name: parameter, Value: `{"username":"alice","password":"old"}`})
		for _, registry := range []string{one, two} {
			for range 2 {
				if out := run(registry, "get"); !strings.Contains(out, `"old"`) && !strings.Contains(out, change.secret) {
					t.Fatalf("before %s: %s", change.name, out)
				}
			}
		}
		store.ResetCalls()
		if out := run(one, "get"); len(store.Calls()) != 0 {
			t.Fatalf("nothing was kept before %s: %s", change.name, out)
		}
		out := run(change.stdin, change.args...)
		for _, registry := range []string{one, two} {
			got := run(registry, "get")
			if strings.Contains(got, `"old"`) || change.secret != "" && !strings.Contains(got, change.secret) {
				t.Errorf("after %s (%s), %s gets %s", change.name, out, registry, got)
			}
		}
		run(fmt.Sprintf(`{"ServerURL":"%s","Username":"nobody","Secret":"cleared"}`, one), "store") // empties the cache
	}
}
