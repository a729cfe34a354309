package ssm

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// TestSecretAlone serves the secret of a team whose role may call
// secretsmanager:GetSecretValue on that one secret, and nothing else: what every
// CodeBuild project with env: secrets-manager has.
func TestSecretAlone(t *testing.T) {
	testenv.Isolate(t)
	iam := testenv.MotoIAM(t)
	var made struct{ ARN string }
	if err := json.Unmarshal(iam.Call("secretsmanager.CreateSecret", map[string]string{"Name": "docker-hub", "SecretString": `{"username":"alice","password":"s3cret"}`}), &made); err != nil {
		t.Fatal(err)
	}
	iam.Call("secretsmanager.CreateSecret", map[string]string{"Name": "other", "SecretString": `{"username":"bob","password":"0ther"}`})
	key, secret, token := iam.Role("build", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"`+made.ARN+`"}]}`)
	iam.Enforce()
	useServer(t, iam.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", key)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	t.Setenv("AWS_SESSION_TOKEN", token)

	at := func(options map[string]string) *Store {
		return open(t, map[string]map[string]string{"docker-credential-ssm/docker.io": options})
	}
	username, password, err := at(map[string]string{"secret": made.ARN}).Get(context.Background(), "docker.io")
	if err != nil || username != "alice" || password != "s3cret" {
		t.Errorf("Get = %q, %q, %v", username, password, err)
	}
	// Nothing else is open to that role, so that the test above says something.
	for _, options := range []map[string]string{{"secret": "other"}, {"parameter": "/aws/reference/secretsmanager/docker-hub"}, {}} {
		_, password, err := at(options).Get(context.Background(), "docker.io")
		if !errors.Is(err, ErrDenied) || strings.Contains(err.Error(), "0ther") {
			t.Errorf("%v: %q, %v; want ErrDenied", options, password, err)
		}
	}
}
