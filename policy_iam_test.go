package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// TestPolicyIsEnoughAndNoMore holds what policy prints to IAM as moto enforces it:
// with it each verb works, and without any one of its actions the verb that needs
// the action is denied, by its name.
func TestPolicyIsEnoughAndNoMore(t *testing.T) {
	program := testenv.Build(t)
	home := testenv.Isolate(t)
	iam := testenv.MotoIAM(t)
	t.Setenv("AWS_ENDPOINT_URL", iam.URL)
	t.Setenv("AWS_REGION", "eu-central-1")

	const credential = `{"username":"alice","password":"s3cret"}`
	parameter := func(name, value, key string) {
		in := map[string]any{"Name": name, "Value": value, "Type": "SecureString"}
		if key != "" {
			in["KeyId"] = key
		}
		iam.Call("AmazonSSM.PutParameter", in)
	}
	secret := func(name, value string) (arn string) {
		var out struct{ ARN string }
		if err := json.Unmarshal(iam.Call("secretsmanager.CreateSecret", map[string]any{"Name": name, "SecretString": value}), &out); err != nil {
			t.Fatal(err)
		}
		return out.ARN
	}
	var key struct{ KeyMetadata struct{ Arn string } }
	if err := json.Unmarshal(iam.Call("TrentService.CreateKey", map[string]any{}), &key); err != nil {
		t.Fatal(err)
	}
	parameter("/CodeBuild/docker-credentials/docker.io", credential, "")
	parameter("/team/hub", credential, "")
	parameter("/team/own-key", credential, key.KeyMetadata.Arn)
	parameter("/team/user", "alice", "")
	parameter("/team/password", "s3cret", "")
	arn := secret("docker-hub", credential)
	secret("all", `{"docker.io":`+credential+`}`)

	type run struct {
		config, verb, in string
		missing          string // the action that the role lacks; "" for none
		env              []string
	}
	var runs []run
	roles := 0
	for _, tt := range []struct {
		config string
		flags  []string
		verbs  map[string]string // a verb that needs an action, by the action
	}{
		{`{}`, nil, map[string]string{"ssm:GetParameters": "get"}},
		{`{}`, []string{"--write", "--list"}, map[string]string{"ssm:GetParameters": "get", "ssm:PutParameter": "store", "ssm:DeleteParameters": "erase", "ssm:GetParametersByPath": "list"}},
		{own(`{"parameter":"/team/hub"}`), nil, map[string]string{"ssm:GetParameters": "get"}},
		{own(`{"parameter":"/team/own-key","kmsKeyId":"` + key.KeyMetadata.Arn + `"}`), []string{"--write"}, map[string]string{"ssm:GetParameters": "get", "kms:Decrypt": "get", "ssm:PutParameter": "store", "kms:Encrypt": "store", "ssm:DeleteParameters": "erase"}},
		{own(`{"usernameParameter":"/team/user","passwordParameter":"/team/password"}`), nil, map[string]string{"ssm:GetParameters": "get"}},
		{own(`{"secret":"` + arn + `"}`), nil, map[string]string{"secretsmanager:GetSecretValue": "get"}},
		{own(`{"secret":"docker-hub"}`), nil, map[string]string{"secretsmanager:GetSecretValue": "get"}},
		{own(`{"username":"alice","secret":"docker-hub"}`), nil, map[string]string{"secretsmanager:GetSecretValue": "get"}},
		{own(`{"parameter":"/aws/reference/secretsmanager/docker-hub"}`), nil, map[string]string{"ssm:GetParameters": "get", "secretsmanager:GetSecretValue": "get"}},
		{`{"plugins":{"docker-credential-ssm":{"secret":"all"}}}`, []string{"--list"}, map[string]string{"secretsmanager:GetSecretValue": "list"}},
	} {
		dir := filepath.Join(home, fmt.Sprint(roles))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(tt.config), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program, append([]string{"policy", "--account", testenv.MotoAccount}, tt.flags...)...)
		cmd.Env = append(os.Environ(), "DOCKER_CONFIG="+dir)
		printed, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", tt.config, err)
		}
		as := func(policy string) []string {
			roles++
			key, secret, token := iam.Role(fmt.Sprintf("role-%d", roles), policy)
			return []string{"DOCKER_CONFIG=" + dir, "AWS_ACCESS_KEY_ID=" + key, "AWS_SECRET_ACCESS_KEY=" + secret, "AWS_SESSION_TOKEN=" + token, "DOCKER_CREDENTIAL_SSM_WRITABLE=true"}
		}
		env := as(string(printed))
		for action, verb := range tt.verbs {
			if !strings.Contains(string(printed), `"`+action+`"`) {
				t.Errorf("the policy for %s does not have %s", tt.config, action)
			}
			runs = append(runs, run{tt.config, verb, "docker.io", "", env}, run{tt.config, verb, "docker.io", action, as(without(t, string(printed), action))})
		}
		if strings.Count(string(printed), `"Sid"`) != len(tt.verbs) {
			t.Errorf("the policy for %s has more than is tried here:\n%s", tt.config, printed)
		}
	}
	iam.Enforce()

	tried := 0
	for _, r := range runs {
		if r.missing == "" && r.verb == "erase" {
			continue // there would be nothing left to read
		}
		cmd := exec.Command(program, r.verb)
		cmd.Env = append(os.Environ(), r.env...)
		cmd.Stdin = strings.NewReader(r.in)
		if r.verb == "store" {
			secret := "s3cret"
			if r.missing != "" {
				secret = "other"
			}
			cmd.Stdin = strings.NewReader(`{"ServerURL":"docker.io","Username":"alice","Secret":"` + secret + `"}`)
		}
		out, err := cmd.Output()
		tried++
		switch {
		case r.missing == "" && err != nil:
			t.Errorf("%s with the policy of %s: %s", r.verb, r.config, out)
		case r.missing != "" && (err == nil || !strings.Contains(string(out), r.missing)):
			t.Errorf("%s without %s, with %s: %v, %s", r.verb, r.missing, r.config, err, out)
		case strings.Contains(string(out), "native keychain"):
			t.Errorf("%s without %s is not found", r.verb, r.missing)
		}
	}
	t.Logf("%d roles, %d runs", roles, tried)
}

// own is a config.json with one section, of Docker Hub.
func own(section string) string {
	return `{"plugins":{"docker-credential-ssm/docker.io":` + section + `}}`
}

// without takes an action out of a policy.
func without(t *testing.T, policy, action string) string {
	t.Helper()
	var d struct {
		Version   string
		Statement []map[string]any
	}
	if err := json.Unmarshal([]byte(policy), &d); err != nil {
		t.Fatal(err)
	}
	for _, s := range d.Statement {
		var kept []any
		for _, a := range s["Action"].([]any) {
			if a != action {
				kept = append(kept, a)
			}
		}
		if len(kept) == 0 {
			kept = []any{"none:None"}
		}
		s["Action"] = kept
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
