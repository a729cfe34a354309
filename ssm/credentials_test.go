package ssm

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/logincreds"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"

	"docker-credential-ssm/internal/testenv"
)

// noKeys is an environment in which no source has credentials, with AWS's config file.
func noKeys(t *testing.T, config string) (home string) {
	t.Helper()
	home = testenv.Isolate(t)
	t.Setenv("AWS_REGION", "eu-central-1")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	write(t, filepath.Join(home, ".aws", "config"), config)
	return home
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// answer is a server that gives one answer to everything.
func answer(t testing.TB, status int, body string, header ...string) (url string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, field := range header {
			name, value, _ := strings.Cut(field, ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// causeOf gets a credential, which must fail, and returns the row of the error.
func causeOf(t testing.TB, s *Store) string {
	t.Helper()
	_, _, err := s.Get(context.Background(), "docker.io")
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("err = %v, want an *Error", err)
	}
	if regexp.MustCompile(`\{[a-z]+\}`).MatchString(e.Why + " " + e.Advice) {
		t.Errorf("a part of %s is not filled in: %s. %s", e.Cause, e.Why, e.Advice)
	}
	return e.Cause
}

const ssoConfig = `[default]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = dev
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-central-1
`

const loginConfig = "[default]\nlogin_session = arn:aws:iam::111122223333:user/alice\n"

func ssoSession(t testing.TB, token string) {
	t.Helper()
	file, err := ssocreds.StandardCachedTokenFilepath("corp")
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, token)
}

func loginSession(t testing.TB, token string) {
	t.Helper()
	file, err := logincreds.StandardCachedTokenFilepath("arn:aws:iam::111122223333:user/alice", "")
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, token)
}

// TestSources: the SDK says itself where it gets credentials from, for each of them.
// Which source failed is taken from there.
func TestSources(t *testing.T) {
	for name, tt := range map[string]struct {
		config string
		env    []string
		want   aws.CredentialSource
	}{
		"keys in the environment":     {env: []string{"AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=secret"}, want: aws.CredentialSourceEnvVars},
		"keys in a profile":           {config: "[default]\naws_access_key_id = AKIATEST\naws_secret_access_key = secret\n", want: aws.CredentialSourceProfile},
		"a process":                   {config: "[default]\ncredential_process = true\n", want: aws.CredentialSourceProcess},
		"a process behind a role":     {config: "[default]\nrole_arn = arn:aws:iam::111122223333:role/pull\nsource_profile = p\n[profile p]\ncredential_process = true\n", want: aws.CredentialSourceProcess},
		"SSO":                         {config: ssoConfig, want: aws.CredentialSourceSSOLegacy},
		"SSO, the older form":         {config: "[default]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-central-1\nsso_account_id = 111122223333\nsso_role_name = dev\n", want: aws.CredentialSourceSSOLegacy},
		"aws login":                   {config: loginConfig, want: aws.CredentialSourceLogin},
		"a container":                 {env: []string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/role"}, want: aws.CredentialSourceHTTP},
		"Pod Identity":                {env: []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/v1/credentials"}, want: aws.CredentialSourceHTTP},
		"web identity":                {env: []string{"AWS_WEB_IDENTITY_TOKEN_FILE=token", "AWS_ROLE_ARN=arn:aws:iam::111122223333:role/pull"}, want: aws.CredentialSourceEnvVarsSTSWebIDToken},
		"web identity in a profile":   {config: "[default]\nweb_identity_token_file = token\nrole_arn = arn:aws:iam::111122223333:role/pull\n", want: aws.CredentialSourceProfileSTSWebIDToken},
		"EC2":                         {want: aws.CredentialSourceIMDS},
		"a container, for a profile":  {config: "[default]\nrole_arn = arn:aws:iam::111122223333:role/pull\ncredential_source = EcsContainer\n", env: []string{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/role"}, want: aws.CredentialSourceHTTP},
		"an instance, for a profile":  {config: "[default]\nrole_arn = arn:aws:iam::111122223333:role/pull\ncredential_source = Ec2InstanceMetadata\n", want: aws.CredentialSourceIMDS},
		"a process, with our role on": {config: "[default]\ncredential_process = true\n", env: []string{"ours"}, want: aws.CredentialSourceProcess},
	} {
		t.Run(name, func(t *testing.T) {
			noKeys(t, tt.config)
			var ours []string
			for _, entry := range tt.env {
				variable, value, ok := strings.Cut(entry, "=")
				if ok {
					t.Setenv(variable, value)
				} else {
					ours = []string{"ROLE_ARN=arn:aws:iam::111122223333:role/ours"}
				}
			}
			s := open(t, nil, ours...)
			i, err := s.Inspect(context.Background(), "docker.io")
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(i.place.chain, tt.want) {
				t.Errorf("the SDK lists %v, without %v", i.place.chain, tt.want)
			}
		})
	}
}

// TestAnswersWithoutCredentials: an answer that is of the protocol, and lacks what it
// is about, is an error. The SDK dereferences what is not there, in a goroutine.
func TestAnswersWithoutCredentials(t *testing.T) {
	const (
		role  = "[default]\nrole_arn = arn:aws:iam::111122223333:role/pull\nsource_profile = p\n[profile p]\naws_access_key_id = AKIATEST\naws_secret_access_key = secret\n"
		token = `{"accessToken":"t","expiresAt":"2099-01-01T00:00:00Z"}`
		json  = "Content-Type: application/json"
	)
	container := func(body string) func(*testing.T) {
		return func(t *testing.T) {
			noKeys(t, "")
			t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", answer(t, 200, body))
		}
	}
	sts := func(body string) func(*testing.T) {
		return func(t *testing.T) {
			noKeys(t, role)
			t.Setenv("AWS_ENDPOINT_URL_STS", answer(t, 200, body))
		}
	}
	sso := func(body string) func(*testing.T) {
		return func(t *testing.T) {
			noKeys(t, ssoConfig)
			ssoSession(t, token)
			t.Setenv("AWS_ENDPOINT_URL_SSO", answer(t, 200, body, json))
		}
	}
	for name, tt := range map[string]struct {
		prepare func(*testing.T)
		want    string
	}{
		"a container's null":     {container("null"), "container-answer"},
		"a container's {}":       {container("{}"), "container-answer"},
		"half a container's key": {container(`{"AccessKeyId":"ASIATEST"}`), "container-answer"},
		"STS's nothing":          {sts("<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>"), "sts-unreachable"},
		"STS's half":             {sts("<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIATEST</AccessKeyId></Credentials></AssumeRoleResult></AssumeRoleResponse>"), "sts-unreachable"},
		"STS's web identity": {func(t *testing.T) {
			home := noKeys(t, "")
			write(t, filepath.Join(home, "token"), "token")
			t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", filepath.Join(home, "token"))
			t.Setenv("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/pull")
			t.Setenv("AWS_ENDPOINT_URL_STS", answer(t, 200, "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult/></AssumeRoleWithWebIdentityResponse>"))
		}, "sts-unreachable"},
		"SSO's {}":   {sso("{}"), "sso-unreachable"},
		"SSO's null": {sso("null"), "sso-unreachable"},
		"SSO's half": {sso(`{"roleCredentials":null}`), "sso-unreachable"},
		"a session of aws login that is null": {func(t *testing.T) {
			noKeys(t, loginConfig)
			loginSession(t, "null\n")
		}, "login-broken"},
		"SSO's session that is null": {func(t *testing.T) {
			noKeys(t, ssoConfig)
			ssoSession(t, "null\n")
		}, "sso-broken"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.prepare(t)
			if got := causeOf(t, open(t, nil)); got != tt.want {
				t.Errorf("the cause is %q, want %q", got, tt.want)
			}
		})
	}
}

// TestAWSConfig: the SDK's error for a value that it does not accept names the
// variable, or the setting of the profile.
func TestAWSConfig(t *testing.T) {
	for name, tt := range map[string]struct{ variable, setting, want string }{
		"a number":          {variable: "AWS_MAX_ATTEMPTS", want: "the value of AWS_MAX_ATTEMPTS"},
		"one of several":    {variable: "AWS_RETRY_MODE", want: "the value of AWS_RETRY_MODE"},
		"a bool":            {variable: "AWS_USE_FIPS_ENDPOINT", want: "the value of AWS_USE_FIPS_ENDPOINT"},
		"a setting":         {setting: "retry_mode", want: "the value of retry_mode in "},
		"a setting, number": {setting: "max_attempts", want: "the value of max_attempts in "},
	} {
		t.Run(name, func(t *testing.T) {
			config := "[default]\n"
			if tt.setting != "" {
				config += tt.setting + " = s3cret\n"
			}
			noKeys(t, config)
			t.Setenv("AWS_MAX_ATTEMPTS", "")
			if tt.variable != "" {
				t.Setenv(tt.variable, "s3cret")
			}
			_, _, err := open(t, nil).Get(context.Background(), "docker.io")
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
}

// TestLoginDenied: of the refusals to renew a session of aws login, the SDK gives
// none a type, and one a text that names the action.
func TestLoginDenied(t *testing.T) {
	for code, want := range map[string]string{"INSUFFICIENT_PERMISSIONS": "login-denied", "TOKEN_EXPIRED": "login-expired", "USER_CREDENTIALS_CHANGED": "login-expired", "AUTHCODE_EXPIRED": "login-expired"} {
		t.Run(code, func(t *testing.T) {
			noKeys(t, loginConfig)
			loginSession(t, loginToken(t))
			t.Setenv("AWS_ENDPOINT_URL_SIGNIN", answer(t, 400, `{"error":"`+code+`","message":"s3cret"}`, "Content-Type: application/json", "X-Amzn-ErrorType: AccessDeniedException"))
			if got := causeOf(t, open(t, nil)); got != want {
				t.Errorf("the cause is %q, want %q", got, want)
			}
		})
	}
}

// TestSituation: who stands where, by what the environment says.
func TestSituation(t *testing.T) {
	testenv.Isolate(t)
	mark := filepath.Join(t.TempDir(), "mark")
	old, oldTerminal := ContainerMarks, openTerminal
	defer func() { ContainerMarks, openTerminal = old, oldTerminal }()
	ContainerMarks = []string{mark}
	openTerminal = func() (in, out *os.File, err error) { return nil, nil, os.ErrNotExist }
	if got := where(); got != unattended {
		t.Errorf("without a terminal: %v", got)
	}
	openTerminal = func() (in, out *os.File, err error) {
		in, err = os.Open(os.DevNull)
		return in, in, err
	}
	if got := where(); got != atMachine {
		t.Errorf("at a terminal: %v", got)
	}
	write(t, mark, "")
	if got := where(); got != inContainer {
		t.Errorf("in a container: %v", got)
	}
	for _, step := range []struct {
		variable string
		want     situation
	}{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", inWorkload}, {"CI", inBuild}, {"CODEBUILD_BUILD_ID", inCodeBuild}} {
		t.Setenv(step.variable, "x")
		if got := where(); got != step.want || !got.building() {
			t.Errorf("with %s: %v", step.variable, got)
		}
	}
}

// TestProcessIsHeard: what a process says on standard error comes to the message as
// one line, and when it succeeds to standard error, without control characters.
func TestProcessIsHeard(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	old := os.Stderr
	defer func() { os.Stderr = old }()
	os.Stderr = file
	speak := func(err error) func() error {
		return func() error {
			_, _ = fmt.Fprint(os.Stderr, "one\x1b[31m\r\ntwo \u202e\xff three")
			return err
		}
	}
	failed := errors.New("failed")
	if said, err := listening(t.Context(), speak(failed)); !errors.Is(err, failed) || said != "one [31m two \ufffd three" {
		t.Errorf("%q, %v", said, err)
	}
	if said, err := listening(t.Context(), speak(nil)); err != nil || said != "" {
		t.Errorf("%q, %v", said, err)
	}
	if os.Stderr != file {
		t.Error("standard error is not what it was")
	}
	if text, _ := os.ReadFile(file.Name()); string(text) != "one [31m \ntwo  \ufffd three" {
		t.Errorf("standard error has %q", text)
	}
}

// loginToken is a session of aws login that has to be renewed.
func loginToken(t testing.TB) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pemKey := strings.ReplaceAll(string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})), "\n", `\n`)
	return `{"accessToken":{"accessKeyId":"ASIALOGIN","secretAccessKey":"s3cret","sessionToken":"s3cret","accountId":"111122223333","expiresAt":"2020-01-02T03:04:05Z"},"tokenType":"aws_sigv4","clientId":"c","refreshToken":"s3cret","identityToken":"s3cret","dpopKey":"` + pemKey + `"}`
}
