package testenv

import (
	_ "embed"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

//go:embed moto_iam.py
var motoIAM []byte

// IAM is moto's server with IAM's policies in force once [IAM.Enforce] was called.
type IAM struct {
	URL string
	t   testing.TB
}

// MotoAccount is the account that all of moto's callers belong to.
const MotoAccount = "123456789012"

// MotoIAM starts it on loopback, for as long as the test lasts. The test is skipped
// where there is no moto.
func MotoIAM(t testing.TB) *IAM {
	t.Helper()
	Need(t, "moto_server")
	python := Need(t, "python3")
	if out, err := exec.Command(python, "-c", "import moto.server").CombinedOutput(); err != nil {
		Lacking(t, "moto_server", "python3 has no moto: "+string(out))
	}
	script := filepath.Join(t.TempDir(), "moto_iam.py")
	if err := os.WriteFile(script, motoIAM, 0o600); err != nil {
		t.Fatal(err)
	}
	return &IAM{motoServer(t, python, script), t}
}

// Role makes a role that every caller of the account may assume, with one policy,
// and returns credentials for it. It is called before [IAM.Enforce].
func (m *IAM) Role(name, policy string) (accessKey, secretKey, token string) {
	m.t.Helper()
	m.iam("CreateRole", "RoleName", name, "AssumeRolePolicyDocument", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}`)
	m.iam("PutRolePolicy", "RoleName", name, "PolicyName", "only", "PolicyDocument", policy)
	var out struct {
		Credentials struct{ AccessKeyId, SecretAccessKey, SessionToken string } `xml:"AssumeRoleResult>Credentials"`
	}
	answer := m.query("sts", "2011-06-15", "AssumeRole", "RoleArn", "arn:aws:iam::"+MotoAccount+":role/"+name, "RoleSessionName", "test")
	if err := xml.Unmarshal(answer, &out); err != nil || out.Credentials.AccessKeyId == "" {
		m.t.Fatalf("AssumeRole: %v: %s", err, answer)
	}
	return out.Credentials.AccessKeyId, out.Credentials.SecretAccessKey, out.Credentials.SessionToken
}

// Enforce begins to ask the policies.
func (m *IAM) Enforce() {
	m.t.Helper()
	resp, err := http.Post(m.URL+"/moto-api/reset-auth", "text/plain", strings.NewReader("0"))
	if err != nil || resp.StatusCode != http.StatusOK {
		m.t.Fatalf("reset-auth: %v, %v", resp, err)
	}
	_ = resp.Body.Close()
}

// Call makes a call of a JSON service as an administrator, before [IAM.Enforce].
func (m *IAM) Call(target string, in any) (answer []byte) {
	m.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		m.t.Fatal(err)
	}
	service := map[string]string{"AmazonSSM": "ssm", "secretsmanager": "secretsmanager", "TrentService": "kms"}[strings.Split(target, ".")[0]]
	return m.send(service, "application/x-amz-json-1.1", target, string(body))
}

// Secret makes a secret and returns its ARN.
func (m *IAM) Secret(name, value string) (arn string) {
	m.t.Helper()
	var made struct{ ARN string }
	if err := json.Unmarshal(m.Call("secretsmanager.CreateSecret", map[string]string{"Name": name, "SecretString": value}), &made); err != nil {
		m.t.Fatal(err)
	}
	return made.ARN
}

func (m *IAM) iam(action string, parameters ...string) {
	m.query("iam", "2010-05-08", action, parameters...)
}

func (m *IAM) query(service, version, action string, parameters ...string) []byte {
	m.t.Helper()
	form := url.Values{"Action": {action}, "Version": {version}}
	for i := 0; i < len(parameters); i += 2 {
		form.Set(parameters[i], parameters[i+1])
	}
	return m.send(service, "application/x-www-form-urlencoded", "", form.Encode())
}

func (m *IAM) send(service, kind, target, body string) []byte {
	m.t.Helper()
	r, err := http.NewRequest(http.MethodPost, m.URL, strings.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=admin/20260101/eu-central-1/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	if target != "" {
		r.Header.Set("X-Amz-Target", target)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		m.t.Fatalf("%s %s: %s: %s", service, target, resp.Status, answer)
	}
	return answer
}
