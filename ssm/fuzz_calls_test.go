package ssm

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/resource"
)

// marked is the secret of this test: it is in what is sent with each call, and so in
// what a server can say again.
const marked = "s3cretM4rk"

// fakeAWS answers each call, and remembers nothing.
type fakeAWS func(*http.Request) (*http.Response, error)

func (f fakeAWS) Do(r *http.Request) (*http.Response, error) { return f(r) }

func answerWith(r *http.Request, status int, header http.Header, body string) *http.Response {
	return &http.Response{StatusCode: status, Status: fmt.Sprint(status, " ", marked), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r, ContentLength: -1}
}

// verbsOf are what the fuzzer chooses from.
var verbsOf = []func(ctx context.Context, c *client, run func(place, context.Context) error) error{
	at(settings.Location{}, "get"),
	at(settings.Location{Kind: settings.Whole, Value: resource.Resource{Service: resource.SecretsManager, Name: "team/hub", ReadOnly: "it is a secret"}}, "get"),
	at(settings.Location{Kind: settings.Whole, Value: resource.Resource{Service: resource.ParameterStore, Name: "/aws/reference/secretsmanager/team/hub", ReadOnly: "it is a reference"}}, "get"),
	at(settings.Location{Kind: settings.Whole, Value: resource.Resource{Service: resource.ParameterStore, Name: "arn:aws:ssm:eu-central-1:444455556666:parameter/hub", ReadOnly: "it is an ARN"}}, "get"),
	at(settings.Location{Kind: settings.Pair, Username: resource.Resource{Service: resource.ParameterStore, Name: "/team/user"}, Password: resource.Resource{Service: resource.ParameterStore, Name: "/team/pass"}}, "get"),
	at(settings.Location{Kind: settings.Whole, Shared: true, Value: resource.Resource{Service: resource.ParameterStore, Name: "/team/all"}}, "get"),
	at(settings.Location{}, "store"),
	at(settings.Location{}, "erase"),
	func(ctx context.Context, c *client, _ func(place, context.Context) error) error {
		_, err := c.source(resource.ParameterStore).(*parameterStore).below(ctx, "/CodeBuild/docker-credentials")
		return err
	},
	func(ctx context.Context, c *client, _ func(place, context.Context) error) error {
		_, err := (&Inspection{store: &Store{}, place: place{client: c, key: "docker.io", options: settings.Options{Timeout: 1 << 40}}}).Identity(ctx)
		return err
	},
}

func at(l settings.Location, verb string) func(context.Context, *client, func(place, context.Context) error) error {
	return func(ctx context.Context, c *client, _ func(place, context.Context) error) error {
		if l == (settings.Location{}) {
			l, _ = settings.BelowPrefixOf("/CodeBuild/docker-credentials", "docker.io", "eu-central-1")
		}
		p := place{c, "docker.io", settings.Options{Location: l, Writable: true}}
		switch verb {
		case "store":
			return p.put(ctx, credential.Credential{Username: "bob", Secret: marked})
		case "erase":
			return p.erase(ctx)
		}
		_, err := p.read(ctx)
		return err
	}
}

// FuzzExplain: whatever the server says, the explanation, the hint and the debug log
// hold nothing of what was sent in secret, are one line without control characters,
// and are "not found" for no other answer than the one that means it.
func FuzzExplain(f *testing.F) {
	denial := func(user, action, on, why string) string {
		return "User: " + user + " is not authorized to perform: " + action + " on resource: " + on + " " + why
	}
	for verb := range verbsOf {
		v := byte(verb)
		for how := range byte(5) {
			f.Add(v, how, 400, "AccessDeniedException", denial("arn:aws:sts::111122223333:assumed-role/"+marked+"/x", "ssm:GetParameters", "arn:aws:ssm:eu-central-1:111122223333:parameter/"+marked, "because no "+marked+" policy allows"), "text/html")
		}
		f.Add(v, byte(0), 400, "AccessDeniedException", denial("arn:aws:iam::111122223333:user/x"+marked+"y", "kms:"+marked, "arn:aws:kms:eu-central-1:111122223333:key/"+marked, "with an explicit deny in a service control policy: "+marked), "")
		f.Add(v, byte(0), 400, "AccessDeniedException", denial(marked, "secretsmanager:GetSecretValue", marked, "Service: Kms"), marked)
		f.Add(v, byte(0), 400, marked+"Exception", "Value "+marked+" is bad, "+base64.StdEncoding.EncodeToString([]byte(marked)), "")
		f.Add(v, byte(0), 403, "IncompleteSignatureException", "Authorization header: AWS4-HMAC-SHA256 Credential="+marked+"\x1b[31m\n", "")
		f.Add(v, byte(0), 500, "InternalServerError", strings.Repeat(marked, 1000), "")
		f.Add(v, byte(1), 200, "", `{"Parameters":[{"Name":"`+marked+`","Type":"`+marked+`","Value":"`+marked+`"}],"InvalidParameters":["`+marked+`"]}`, "")
		f.Add(v, byte(1), 200, "", `{"Parameters":[],"InvalidParameters":["/CodeBuild/docker-credentials/docker.io","/CodeBuild/docker-credentials/docker.io/username","/CodeBuild/docker-credentials/docker.io/password"]}`, "")
		f.Add(v, byte(1), 200, "", `{"Name":"team/hub","ARN":"arn:aws:secretsmanager:eu-central-1:111122223333:secret:team/hub-a1b2c3","SecretString":"`+marked+`"}`, "")
		f.Add(v, byte(1), 200, "", `{"Parameters":[{"Name":"/CodeBuild/docker-credentials/docker.io","Type":"SecureString","Value":"{\"username\":\"`+marked+`\",\"password\":7}","Version":1}],"InvalidParameters":["/CodeBuild/docker-credentials/docker.io/username","/CodeBuild/docker-credentials/docker.io/password"]}`, "")
		f.Add(v, byte(1), 200, "", `{"a":[1e999,{"b":[]}]}`, "")
		f.Add(v, byte(1), 407, "", "<html>"+marked, "text/html")
		f.Add(v, byte(2), 0, "", `malformed HTTP response "`+marked+`"`, "")
		f.Add(v, byte(3), 200, "", "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>"+marked+"</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>", "")
		f.Add(v, byte(3), 403, "", "<ErrorResponse><Error><Code>"+marked+"</Code><Message>"+marked+"</Message></Error></ErrorResponse>", "")
	}
	leftover := regexp.MustCompile(`\{[a-z][a-z ]*\}`)
	f.Fuzz(func(t *testing.T, verb, how byte, status int, code, said, header string) {
		if status < 100 || status > 999 {
			status = 200
		}
		verb %= byte(len(verbsOf))
		reads := 0
		answer := func(r *http.Request) (*http.Response, error) {
			h := http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amzn-Requestid": {header}}
			target := r.Header.Get("X-Amz-Target")
			if (verb == 6 || verb == 7) && strings.HasSuffix(target, "GetParameters") {
				// A store and an erase read first, and the fuzzer answers what comes then.
				if reads++; reads > 1 {
					return nil, io.EOF
				}
				const one, user, pass = "/CodeBuild/docker-credentials/docker.io", "/CodeBuild/docker-credentials/docker.io/username", "/CodeBuild/docker-credentials/docker.io/password"
				return answerWith(r, 200, http.Header{}, `{"Parameters":[{"Name":"`+one+`","Type":"SecureString","Value":"x","Version":1}],"InvalidParameters":["`+user+`","`+pass+`"]}`), nil
			}
			switch how % 5 {
			case 0:
				body, _ := json.Marshal(map[string]string{"__type": code, "message": said})
				return answerWith(r, status, h, string(body)), nil
			case 1:
				h.Set("Content-Type", header)
				return answerWith(r, status, h, said), nil
			case 2:
				return nil, &url.Error{Op: "Post", URL: "https://user:" + marked + "@host.test/" + marked, Err: errors.New(said)}
			case 3:
				h.Set("Content-Type", "text/xml")
				return answerWith(r, status, h, said), nil
			}
			h.Set("X-Amzn-Errortype", code)
			return answerWith(r, status, h, said), nil
		}
		var log bytes.Buffer
		c := &client{
			log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), version: "test", region: "eu-central-1", sources: map[resource.Service]source{},
			signed: aws.Credentials{AccessKeyID: "ASIATEST", SecretAccessKey: marked, SessionToken: "token" + marked + "token"},
		}
		c.aws = aws.Config{
			Region: c.region, HTTPClient: fakeAWS(answer), Logger: sdkLogger{c.log}, Retryer: func() aws.Retryer { return aws.NopRetryer{} },
			Credentials: credentials.NewStaticCredentialsProvider(c.signed.AccessKeyID, c.signed.SecretAccessKey, c.signed.SessionToken),
		}
		err := verbsOf[verb](context.Background(), c, nil)
		shown := log.String()
		if err != nil {
			line := message.Line(&message.Error{What: "get docker.io", Err: err})
			shown += line
			if strings.ContainsFunc(line, unicode.IsControl) || strings.ContainsFunc(err.Error()+message.Hint(err), unicode.IsControl) {
				t.Errorf("a control character in %q", line)
			}
			if message.Hint(err) == "" || leftover.MatchString(line) {
				t.Errorf("no hint, or a part that is not filled in: %q", line)
			}
			shown += err.Error()
		}
		var field *credential.FieldError
		if errors.As(err, &field) && slices.ContainsFunc(field.Has, func(name string) bool { return strings.Contains(name, marked) }) {
			shown = log.String() // the names of an object's fields are shown
		}
		for _, form := range []string{marked, strings.ToLower(marked), base64.StdEncoding.EncodeToString([]byte(marked)), url.QueryEscape(said + "\x00")} {
			if strings.Contains(shown, form) {
				t.Errorf("%s is in %q", form, shown)
			}
		}
		var absent *NotFoundError
		if errors.As(err, &absent) && !meansNotFound(verb, how%5, status, said) {
			t.Errorf("%v is taken for %q", err, said)
		}
	})
}

// meansNotFound reads an answer with other means than the program.
func meansNotFound(verb, how byte, status int, body string) bool {
	var fields map[string]json.RawMessage
	if how == 0 || how == 2 || status/100 != 2 || json.Unmarshal([]byte(body), &fields) != nil {
		return false
	}
	if verb == 5 {
		return fields["Parameters"] != nil // the common value, without this registry
	}
	var found []any
	var missing []string
	_ = json.Unmarshal(fields["Parameters"], &found)
	_ = json.Unmarshal(fields["InvalidParameters"], &missing)
	slices.Sort(missing)
	const name = "/CodeBuild/docker-credentials/docker.io"
	return verb == 0 && len(found) == 0 && slices.Equal(missing, []string{name, name + "/password", name + "/username"})
}
