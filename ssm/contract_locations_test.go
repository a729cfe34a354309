package ssm

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// contractLocations tries every kind of location with every shape of value that it
// takes, and with what it does not take.
func contractLocations(t *testing.T, prefix string, put func(t *testing.T, name, value string) string, run func(string, func(*testing.T))) {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		t.Fatal(err)
	}
	admin := secretsmanager.NewFromConfig(cfg)
	bare := strings.TrimPrefix(prefix, "/")
	secret := func(t *testing.T, name, value string) (arn string) {
		t.Helper()
		out, err := admin.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: aws.String(bare + name), SecretString: aws.String(value)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_, _ = admin.DeleteSecret(ctx, &secretsmanager.DeleteSecretInput{SecretId: out.ARN, ForceDeleteWithoutRecovery: aws.Bool(true)})
		})
		return aws.ToString(out.ARN)
	}
	const auths = `{"auths":{"https://index.docker.io/v1/":{"auth":"YWxpY2U6czNjcmV0"},"ghcr.io":{"username":"bob","password":"other"}}}`
	const byName = `{"index.docker.io":{"username":"alice","password":"s3cret"},"ghcr.io":{"username":"bob","secret":"other"}}`

	// The values in AWS: by the name's end, of a parameter or, behind "secret:", of a
	// secret. In the options {} is the prefix, [NAME] the ARN of that secret.
	type values map[string]string
	type options map[string]string
	for _, tt := range []struct {
		name    string
		has     values
		options options
		common  bool
		bad     string // what the error says; "" for alice and s3cret
	}{
		{"a parameter, plain, with username", values{"/token": "s3cret\n"}, options{"username": "alice", "parameter": "{}/token"}, false, ""},
		{"a parameter's password, with username", values{"/o": `{"password":"s3cret"}`}, options{"username": "alice", "parameter": "{}/o"}, false, ""},
		{"a parameter with fields", values{"/f": `{"u":"alice","p":"s3cret"}`}, options{"parameter": "{}/f", "usernameField": "u", "passwordField": "p"}, false, ""},
		{"a parameter with other fields", values{"/g": `{"u":"alice","p":"s3cret"}`}, options{"parameter": "{}/g"}, false, "its fields are u, p"},
		{"a password parameter with username", values{"/pw": "s3cret\r\n"}, options{"username": "alice", "passwordParameter": "{}/pw"}, false, ""},
		{"a parameter for many", values{"/many": auths}, options{"parameter": "{}/many"}, false, ""},
		{"a parameter that is missing", nil, options{"parameter": "{}/none"}, false, "does not exist"},
		{"a half that is missing", values{"/u": "alice"}, options{"usernameParameter": "{}/u", "passwordParameter": "{}/none"}, false, "does not exist"},
		{"a secret by name", values{"secret:/s": `{"username":"alice","password":"s3cret"}`}, options{"secret": "{}/s"}, false, ""},
		{"a secret by ARN", values{"secret:/t": `{"username":"alice","accessToken":"s3cret"}`}, options{"secret": "[/t]"}, false, ""},
		{"a secret with fields", values{"secret:/v": `{"hub":{"user":"alice","token":"s3cret"}}`}, options{"secret": "{}/v", "usernameField": "hub.user", "passwordField": "hub.token"}, false, ""},
		{"a secret, plain, with username", values{"secret:/w": "s3cret"}, options{"username": "alice", "secret": "{}/w"}, false, ""},
		{"a secret, plain, without", values{"secret:/x": "s3cret"}, options{"secret": "{}/x"}, false, "not a JSON object"},
		{"a password secret with username", values{"secret:/y": "s3cret\n"}, options{"username": "alice", "passwordSecret": "[/y]"}, false, ""},
		{"two secrets", values{"secret:/a": "alice", "secret:/b": "s3cret"}, options{"usernameSecret": "{}/a", "passwordSecret": "{}/b"}, false, ""},
		{"a parameter and a secret", values{"/user": "alice", "secret:/c": "s3cret"}, options{"usernameParameter": "{}/user", "passwordSecret": "{}/c"}, false, ""},
		{"a secret for many", values{"secret:/d": byName}, options{"secret": "{}/d"}, false, ""},
		{"a secret for others", values{"secret:/e": `{"auths":{"ghcr.io":{"auth":"YWxpY2U6czNjcmV0"}}}`}, options{"secret": "{}/e"}, false, "it has none for docker.io"},
		{"a secret that is missing", nil, options{"secret": "{}/none"}, false, "does not exist"},
		{"a reference", values{"secret:/h": `{"username":"alice","password":"s3cret"}`}, options{"parameter": "/aws/reference/secretsmanager/{}/h"}, false, ""},
		{"a reference with a stage", values{"secret:/i": `{"username":"alice","password":"s3cret"}`}, options{"parameter": "/aws/reference/secretsmanager/{}/i:AWSCURRENT"}, false, ""},
		{"a reference to nothing", nil, options{"parameter": "/aws/reference/secretsmanager/{}/none"}, false, "does not exist"},
		{"all registries in a secret", values{"secret:/all": auths}, options{"secret": "{}/all"}, true, ""},
		{"all registries in a parameter", values{"/all": byName}, options{"parameter": "{}/all"}, true, ""},
		{"all registries, this one is not there", values{"secret:/few": `{"auths":{"ghcr.io":{"auth":"YWxpY2U6czNjcmV0"}}}`}, options{"secret": "{}/few"}, true, "has no credential for docker.io"},
		{"one credential for all", values{"secret:/single": `{"username":"alice","password":"s3cret"}`}, options{"secret": "{}/single"}, true, "a single credential"},
	} {
		run(tt.name, func(t *testing.T) {
			arns := map[string]string{}
			for name, value := range tt.has {
				if end, ok := strings.CutPrefix(name, "secret:"); ok {
					arns["["+end+"]"] = secret(t, end, value)
				} else {
					put(t, prefix+name, value)
				}
			}
			section := map[string]string{}
			for option, value := range tt.options {
				of := bare
				if strings.Contains(strings.ToLower(option), "parameter") && !strings.HasPrefix(value, "/aws/") {
					of = prefix
				}
				if section[option] = strings.ReplaceAll(value, "{}", of); arns[value] != "" {
					section[option] = arns[value]
				}
			}
			name := "docker-credential-ssm/docker.io"
			if tt.common {
				name = "docker-credential-ssm"
			}
			s := open(t, map[string]map[string]string{name: section}, "WRITABLE=true")
			username, password, err := s.Get(ctx, "docker.io")
			switch {
			case tt.bad == "" && (err != nil || username != "alice" || password != "s3cret"):
				t.Errorf("Get = %q, %q, %v", username, password, err)
			case tt.bad != "" && (err == nil || !strings.Contains(err.Error(), tt.bad) || strings.Contains(err.Error(), "s3cret")):
				t.Errorf("Get = %q, %v; want an error with %q", username, err, tt.bad)
			}
			var absent *NotFoundError
			if wanted := tt.bad == "has no credential for docker.io"; errors.As(err, &absent) != wanted {
				t.Errorf("not found: %v; %v", !wanted, err)
			}
			users, err := s.List(ctx)
			switch {
			case tt.common && tt.bad == "" && (err != nil || len(users) != 2 || users["docker.io"] != "alice" || users["ghcr.io"] != "bob"):
				t.Errorf("List = %v, %v", users, err)
			case !tt.common && tt.bad == "" && (err != nil || users["docker.io"] != "alice"):
				t.Errorf("List = %v, %v", users, err)
			}
			// What is stored is left alone; anything else is only for a parameter that
			// holds one whole credential, which none of these is.
			if tt.bad == "" {
				if err := s.Put(ctx, "docker.io", "alice", "s3cret"); err != nil {
					t.Errorf("storing what is stored: %v", err)
				}
				var refused *ReadOnlyError
				if err := s.Put(ctx, "docker.io", "alice", "new"); !errors.As(err, &refused) {
					t.Errorf("Put: %v; want a ReadOnlyError", err)
				}
				if err := s.Delete(ctx, "docker.io"); !errors.As(err, &refused) {
					t.Errorf("Delete: %v; want a ReadOnlyError", err)
				}
			}
		})
	}
}
