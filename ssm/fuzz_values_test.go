package ssm

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/resource"
)

// readings are the ways in which a value is read, of which the fuzzer chooses one.
var readings = []settings.Location{
	{Kind: settings.BelowPrefix},
	{Kind: settings.Whole, Value: resource.Resource{Service: resource.ParameterStore, Name: "/team/hub"}},
	{Kind: settings.Whole, Value: resource.Resource{Service: resource.SecretsManager, Name: "hub", ReadOnly: "it is a secret"}},
	{Kind: settings.Whole, Value: resource.Resource{Service: resource.ParameterStore, Name: "/team/hub"}, Reading: credential.Reading{UsernameField: "user", PasswordField: "deep.token"}},
	{Kind: settings.Whole, Value: resource.Resource{Service: resource.ParameterStore, Name: "/team/hub"}, Reading: credential.Reading{Username: "alice"}},
	{Kind: settings.Whole, Shared: true, Value: resource.Resource{Service: resource.ParameterStore, Name: "/team/all"}},
	{Kind: settings.Pair, Username: resource.Resource{Service: resource.ParameterStore, Name: "/team/user"}, Password: resource.Resource{Service: resource.ParameterStore, Name: "/team/pass"}},
	{Kind: settings.Pair, Reading: credential.Reading{Username: "alice"}, Password: resource.Resource{Service: resource.SecretsManager, Name: "pass", ReadOnly: "it is a secret"}},
}

// holding answers every call with that value for the first name that is asked for, and
// alice for a name of a user.
func holding(value, kind string) fakeAWS {
	return func(r *http.Request) (*http.Response, error) {
		var asked struct {
			Names    []string
			SecretID string `json:"SecretId"`
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			return nil, err
		}
		if asked.SecretID != "" {
			body, _ := json.Marshal(map[string]any{"Name": asked.SecretID, "ARN": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:" + asked.SecretID + "-a1b2c3", "SecretString": value, "VersionId": "v"})
			return answerWith(r, 200, http.Header{"Content-Type": {"application/x-amz-json-1.1"}}, string(body)), nil
		}
		answer := struct {
			Parameters        []map[string]any
			InvalidParameters []string
		}{[]map[string]any{}, []string{}}
		for i, name := range asked.Names {
			switch {
			case strings.HasSuffix(name, "/user"):
				answer.Parameters = append(answer.Parameters, map[string]any{"Name": name, "Type": "String", "Value": "alice", "Version": 1})
			case i == 0 || strings.HasSuffix(name, "/pass"):
				answer.Parameters = append(answer.Parameters, map[string]any{"Name": name, "Type": kind, "Value": value, "Version": 1})
			default:
				answer.InvalidParameters = append(answer.InvalidParameters, name)
			}
		}
		body, _ := json.Marshal(answer)
		return answerWith(r, 200, http.Header{"Content-Type": {"application/x-amz-json-1.1"}}, string(body)), nil
	}
}

// texts are the strings that stand in a JSON value, and what auth holds in base64,
// without the line ends after them; those below the name of another registry than
// Docker Hub are left out. It reads with other means than the program.
func texts(value any) (all []string) {
	switch value := value.(type) {
	case string:
		all = append(all, strings.TrimRight(value, "\r\n"))
		if decoded, err := base64.StdEncoding.DecodeString(value); err == nil {
			user, secret, _ := strings.Cut(strings.TrimRight(string(decoded), "\x00"), ":")
			all = append(all, user, strings.TrimRight(secret, "\r\n"))
		}
	case map[string]any:
		for name, inner := range value {
			if key, err := registry.Key(name); err == nil && key != registry.DockerHub && strings.ContainsAny(name, ".:") {
				if _, deeper := inner.(map[string]any); deeper {
					continue
				}
			}
			all = append(all, texts(inner)...)
		}
	}
	return all
}

// FuzzValue: whatever a parameter or secret holds, a get gives the user name and the
// password that stand in it for Docker Hub, or an error that shows nothing of it but the
// names of its fields.
func FuzzValue(f *testing.F) {
	auth := base64.StdEncoding.EncodeToString([]byte("alice:" + marked))
	for how := range readings {
		for _, value := range []string{
			`{"username":"alice","password":"` + marked + `"}`, `{"username":"alice","password":"` + marked + `","password":"x"}`, `{"USERNAME":"alice","passWord":"` + marked + `\r\n"}`, "{\"u\u017fername\":\"alice\",\"password\":\"" + marked + "\"}",
			`{"user":"alice","deep":{"token":"` + marked + `"}}`, `{"user":"alice","deep.token":"` + marked + `","deep":["` + marked + `"]}`, `{"username":["` + marked + `"],"password":7}`, `{"username":"` + marked + `"}`,
			`{"auths":{"https://index.docker.io/v1/":{"auth":"` + auth + `"},"ghcr.io":{"auth":"Ym9iOm90aGVy"}}}`, `{"auths":{"docker.io":{"auth":"` + auth + `"},"index.docker.io":{"auth":"Ym9iOm90aGVy"}}}`,
			`{"auths":{"docker.io":{"auth":"` + auth + `?"}}}`, `{"auths":{"docker.io":{"identitytoken":"` + marked + `"}}}`, `{"auths":{"docker.io":"` + marked + `"}}`, `{"auths":"` + marked + `"}`, `{"auths":{},"Auths":{"docker.io":{"auth":"` + auth + `"}}}`,
			`{"docker.io":{"username":"alice","password":"` + marked + `"},"d` + "\u043e" + `cker.io":{"username":"eve","password":"evil"}}`, `{"docker.io.":{"username":"eve","password":"evil"}}`, `{"docker.io@evil.example":{"username":"eve","password":"` + marked + `"}}`,
			`{"docker.io":{"username":"a","password":"b"},"DOCKER.IO":{"username":"c","password":"d"}}`, `{"ghcr.io":{"username":"eve","password":"` + marked + `"}}`, `{"docker.io\u0000":{"username":"eve","password":"evil"}}`,
			marked, marked + "\r\n", "", "\n", "\ufeff", `"` + marked + `"`, "null", "[]", "{", "AQICAH" + strings.Repeat("A", 80), "alice:" + marked, "\x1b[31m" + marked, `{"\u001b[31m":"` + marked + `"}`,
		} {
			f.Add(byte(how), "SecureString", value)
		}
		f.Add(byte(how), "StringList", marked)
		f.Add(byte(how), marked, marked)
	}
	f.Fuzz(func(t *testing.T, how byte, kind, value string) {
		if !utf8.ValidString(kind + value) {
			t.Skip("no answer can hold it")
		}
		l := readings[int(how)%len(readings)]
		if l.Kind == settings.BelowPrefix {
			l, _ = settings.BelowPrefixOf("/CodeBuild/docker-credentials", registry.DockerHub, "eu-central-1")
		}
		var log bytes.Buffer
		c := &client{
			log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), version: "test", region: "eu-central-1", sources: map[resource.Service]source{},
			signed: aws.Credentials{AccessKeyID: "ASIATEST", SecretAccessKey: "x"},
		}
		c.aws = aws.Config{
			Region: c.region, HTTPClient: holding(value, kind), Logger: sdkLogger{c.log}, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
			Credentials: credentials.NewStaticCredentialsProvider("ASIATEST", "x", ""),
		}
		got, err := place{c, registry.DockerHub, settings.Options{Location: l}}.read(t.Context())
		if strings.Contains(log.String(), marked) {
			t.Fatalf("the log has %q", log.String())
		}
		if err != nil {
			line := message.Line(&message.Error{What: "get docker.io", Err: err})
			var absent *NotFoundError
			if errors.As(err, &absent) && !l.Shared {
				t.Fatalf("%q is said not to exist", value)
			}
			if strings.ContainsFunc(line+err.Error()+message.Hint(err), unicode.IsControl) {
				t.Fatalf("a control character in %q", line)
			}
			var field *credential.FieldError
			named := errors.As(err, &field) && slices.ContainsFunc(field.Has, func(name string) bool { return strings.Contains(name, marked) })
			if strings.Contains(line+fmt.Sprint(err), marked) && !named {
				t.Fatalf("%q of %q", line, value)
			}
			return
		}
		var parsed any
		standing := []string{strings.TrimRight(strings.TrimPrefix(value, "\ufeff"), "\r\n")}
		_ = json.Unmarshal([]byte(strings.TrimPrefix(value, "\ufeff")), &parsed)
		if object, ok := parsed.(map[string]any); ok && l.Kind != settings.Pair {
			standing = texts(object)
		}
		if got.Username == "" || got.Secret == "" || !slices.Contains(standing, got.Secret) ||
			got.Username != "alice" && got.Username != "<token>" && !slices.Contains(standing, got.Username) {
			t.Fatalf("%+v of %q", got, value)
		}
	})
}
