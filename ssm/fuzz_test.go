package ssm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/settings"
)

// mark is the text in place of every secret in the answers of sources of credentials:
// the fuzzer puts its own text around it, and cuts that anywhere.
const mark = "s3cretMARK"

var callerARN = regexp.MustCompile(`arn:aws[a-zA-Z0-9/_+=,.@-]*:(iam|sts)::[0-9]{12}:(user|role|assumed-role|federated-user)/[a-zA-Z0-9:/_+=,.@-]+`)

// Where the text goes.
const (
	fromProcess = iota
	fromFailingProcess
	fromContainer
	fromContainerRefusing
	fromContainerTokenFile
	fromSSOFile
	fromSSO
	fromSSORefusing
	fromLoginFile
	fromLogin
	fromConfig
	fromCredentialsFile
	fromWebIdentityFile
	fromSTS
	fromSTSRefusing
	fromMetadata
	places
)

// FuzzCredentialSources: whatever a source of credentials says or holds, the marked
// secret is in no text that a person reads, and not in the debug log.
func FuzzCredentialSources(f *testing.F) {
	for place := range byte(places) {
		for _, text := range []string{
			`{"Version":"1","AccessKeyId":"AKIA","SecretAccessKey":"` + mark + `"}`,
			`{"Version":1,"AccessKeyId":"` + mark + `","SecretAccessKey":"x","Expiration":"` + mark + `"}`,
			`{"Version":1,"AccessKeyId":["` + mark + `"]}`,
			mark,
			`{"code":"` + mark + `","message":"` + mark + `"}`,
			`{"AccessKeyId":"` + mark + `","SecretAccessKey":"` + mark + `","Token":"` + mark + `","Expiration":"2099-01-01T00:00:00Z"}`,
			`{"accessToken":"` + mark + `","expiresAt":"` + mark + `"}`,
			`{"accessToken":{"accessKeyId":"` + mark + `","expiresAt":"2020-01-01T00:00:00Z"},"refreshToken":"` + mark + `"}`,
			`{"roleCredentials":{"accessKeyId":"` + mark + `"}}`,
			"[default]\naws_access_key_id = " + mark + "\nretry_mode = " + mark + "\n",
			"[default]\naws_access_key_id = AKIA\naws_secret_access_key = " + mark + "\nmax_attempts = " + mark + "\n[profile",
			"<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::111122223333:user/" + mark + " is not</Message></Error></ErrorResponse>",
			"<ErrorResponse><Error><Code>" + mark + "</Code><Message>" + mark + "</Message></Error></ErrorResponse>",
		} {
			f.Add(place, text)
		}
	}
	// Without connections that stay open: each execution has a transport of its own.
	serve := func(handler http.HandlerFunc) *httptest.Server {
		s := httptest.NewUnstartedServer(handler)
		s.Config.SetKeepAlivesEnabled(false)
		s.Start()
		f.Cleanup(s.Close)
		return s
	}
	server := serve(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `{"__type":"InvalidKeyId"}`)
	})
	home := testenv.Isolate(f)
	f.Setenv("AWS_ENDPOINT_URL", server.URL)
	f.Setenv("AWS_REGION", "eu-central-1")
	f.Setenv("AWS_MAX_ATTEMPTS", "1")

	var (
		mu     sync.Mutex
		status int
		body   string
	)
	says := func(to int, text string) {
		mu.Lock()
		defer mu.Unlock()
		status, body = to, text
	}
	other := serve(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		if status >= 400 && len(body) < 200 {
			w.Header()["X-Amzn-Errortype"] = []string{strings.ToValidUTF8(strings.NewReplacer("\r", "", "\n", "").Replace(body), "")}
		}
		if r.URL.Path == "/latest/api/token" {
			w.Header().Set("x-aws-ec2-metadata-token-ttl-seconds", "300")
			_, _ = fmt.Fprint(w, "token")
			return
		}
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	})

	// All that a place may need, beside the one thing that differs.
	config, credentialsFile, file := filepath.Join(home, ".aws", "config"), filepath.Join(home, ".aws", "credentials"), filepath.Join(home, "file")
	const role = "[default]\nrole_arn = arn:aws:iam::111122223333:role/pull\nsource_profile = p\n[profile p]\naws_access_key_id = AKIATEST\naws_secret_access_key = x\n"
	f.Fuzz(func(t *testing.T, place byte, text string) {
		if !strings.Contains(text, mark) || len(text) > 4096 {
			t.Skip()
		}
		_, _ = os.Remove(config), os.Remove(credentialsFile)
		set := func(name, value string) { t.Setenv(name, value) }
		read := "cat " + file
		write(t, file, text)
		says(200, text)
		switch place % places {
		case fromProcess:
			write(t, config, "[default]\ncredential_process = "+read+"\n")
		case fromFailingProcess:
			write(t, config, "[default]\ncredential_process = "+read+"; exit 1\n")
		case fromContainerRefusing:
			says(400, text)
			set("AWS_CONTAINER_CREDENTIALS_FULL_URI", other.URL)
		case fromContainer:
			set("AWS_CONTAINER_CREDENTIALS_FULL_URI", other.URL)
		case fromContainerTokenFile:
			says(403, text)
			set("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file)
			set("AWS_CONTAINER_CREDENTIALS_FULL_URI", other.URL)
		case fromSSOFile, fromSSO, fromSSORefusing:
			write(t, config, ssoConfig)
			set("AWS_ENDPOINT_URL_SSO", other.URL)
			set("AWS_ENDPOINT_URL_SSO_OIDC", other.URL)
			token := `{"accessToken":"t","expiresAt":"2099-01-01T00:00:00Z"}`
			if place%places == fromSSOFile {
				token = text
			}
			if place%places == fromSSORefusing {
				says(400, text)
			}
			ssoSession(t, token)
		case fromLoginFile, fromLogin:
			write(t, config, loginConfig)
			set("AWS_ENDPOINT_URL_SIGNIN", other.URL)
			token := text
			if place%places == fromLogin {
				says(400, text)
				token = loginToken(t)
			}
			loginSession(t, token)
		case fromConfig:
			if strings.Contains(text, "[") && (strings.Contains(text, "_process") || strings.Contains(text, "_endpoint") || strings.Contains(text, "services")) {
				t.Skip() // it would run what the fuzzer writes, or ask whom it names
			}
			write(t, config, text)
		case fromCredentialsFile:
			if strings.Contains(text, "_process") || strings.Contains(text, "_endpoint") {
				t.Skip()
			}
			write(t, credentialsFile, text)
		case fromWebIdentityFile:
			set("AWS_WEB_IDENTITY_TOKEN_FILE", file)
			set("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/pull")
			set("AWS_ENDPOINT_URL_STS", other.URL)
			says(400, text)
		case fromSTS, fromSTSRefusing:
			write(t, config, role)
			set("AWS_ENDPOINT_URL_STS", other.URL)
			if place%places == fromSTSRefusing {
				says(403, text)
			}
		case fromMetadata:
			set("AWS_EC2_METADATA_DISABLED", "false")
			set("AWS_EC2_METADATA_SERVICE_ENDPOINT", other.URL)
		}
		var log bytes.Buffer
		s, err := settings.Load([]string{"DOCKER_CREDENTIAL_SSM_TIMEOUT=5s"}, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = New(s, "test", slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))).Get(context.Background(), "docker.io")
		shown := log.String()
		if err != nil {
			shown += err.Error() + message.Hint(err) + message.Line(err)
			var e *Error
			if errors.As(err, &e) {
				shown += e.Why + e.Advice + e.Action + e.Resource
			}
		}
		// The ARN of who was denied is shown, as AWS names it, whatever is in it.
		shown = callerARN.ReplaceAllString(shown, "")
		for _, secret := range []string{mark, strings.ToUpper(mark), mark[:7]} {
			if strings.Contains(shown, secret) {
				t.Errorf("%q of place %d is shown: %s", text, place%places, shown)
			}
		}
	})
}
