//go:build linux

package faults

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Target is the other side that a fault is at: a service, or a source of credentials.
type Target struct {
	Name  string
	Verbs []string
	Plain bool // it is always asked without TLS

	variable string                     // that leads the program to it
	set      func(*Room)                // how the program comes to ask it
	right    func(*http.Request) Answer // its right answers; nil for Parameter Store's and the others' of ssmtest
	first    func(r *http.Request) bool // requests that are answered before those that the fault hits
}

// local reports whether it is asked over no network.
func (t *Target) local() bool { return t.set == nil }

const role = "arn:aws:iam::111122223333:role/pull"

// Targets are all of them.
func Targets() []*Target {
	sources := []string{"get", "list"}
	return []*Target{
		{Name: "parameter store", Verbs: []string{"get", "list", "store", "erase", "get debug"}, variable: "AWS_ENDPOINT_URL_SSM", set: func(*Room) {}},
		{Name: "secrets manager", Verbs: []string{"get", "get debug"}, variable: "AWS_ENDPOINT_URL_SECRETS_MANAGER", set: func(r *Room) {
			r.Config = `{"plugins":{"docker-credential-ssm/docker.io":{"secret":"team/docker-hub"}}}`
		}},
		{Name: "assume role", Verbs: sources, variable: "AWS_ENDPOINT_URL_STS", set: func(r *Room) { r.Env["DOCKER_CREDENTIAL_SSM_ROLE_ARN"] = role }},
		{Name: "web identity", Verbs: sources, variable: "AWS_ENDPOINT_URL_STS", set: func(r *Room) {
			r.withoutKeys()
			r.Env["AWS_ROLE_ARN"] = role
			r.Env["AWS_WEB_IDENTITY_TOKEN_FILE"] = r.file("web-token", WebToken)
		}},
		{Name: "container", Verbs: sources, variable: "AWS_CONTAINER_CREDENTIALS_FULL_URI", set: func(r *Room) {
			r.withoutKeys()
			r.Env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = ContainerToken
		}, right: func(*http.Request) Answer {
			return credentials("AccessKeyId", "SecretAccessKey", "Token", "Expiration", "2099-01-01T00:00:00Z")
		}},
		{Name: "ec2", Verbs: sources, Plain: true, variable: "AWS_EC2_METADATA_SERVICE_ENDPOINT", set: setInstance, right: instance},
		{Name: "ec2 credentials", Verbs: sources, Plain: true, variable: "AWS_EC2_METADATA_SERVICE_ENDPOINT", set: setInstance, right: instance, first: func(r *http.Request) bool {
			return !strings.HasSuffix(r.URL.Path, "/pull")
		}},
		{Name: "sso", Verbs: sources, variable: "AWS_ENDPOINT_URL_SSO", set: func(r *Room) {
			r.setSSO(`{"accessToken":"` + SSOToken + `","expiresAt":"2099-01-02T03:04:05Z"}`)
		}, right: portal},
		{Name: "sso token", Verbs: sources, variable: "AWS_ENDPOINT_URL_SSO_OIDC", set: func(r *Room) {
			r.setSSO(`{"accessToken":"` + SSOToken + `","expiresAt":"2020-01-02T03:04:05Z","refreshToken":"` + SSORefresh + `","clientId":"client","clientSecret":"` + SSOClient + `","registrationExpiresAt":"2099-01-02T03:04:05Z"}`)
			r.Env["AWS_ENDPOINT_URL_SSO"] = r.portal.URL
		}, right: func(*http.Request) Answer {
			return jsonAnswer(map[string]any{"accessToken": SSOToken, "expiresIn": 3600, "refreshToken": SSORefresh, "tokenType": "Bearer"})
		}},
		{Name: "login", Verbs: sources, variable: "AWS_ENDPOINT_URL_SIGNIN", set: func(r *Room) { r.setLogin() }, right: func(*http.Request) Answer {
			a := credentials("accessKeyId", "secretAccessKey", "sessionToken", "", nil)
			a.Body = fmt.Appendf(nil, `{"accessToken":%s,"expiresIn":900,"refreshToken":%q,"tokenType":"urn:aws:params:oauth:token-type:access_token_sigv4"}`, a.Body, SSORefresh)
			return a
		}},
		// With AWS_CA_BUNDLE the SDK has a client of its own for the sources.
		{Name: "web identity, with AWS_CA_BUNDLE", Verbs: []string{"get"}, variable: "AWS_ENDPOINT_URL_STS", set: func(r *Room) {
			r.withoutKeys()
			r.bundle()
			r.Env["AWS_ROLE_ARN"] = role
			r.Env["AWS_WEB_IDENTITY_TOKEN_FILE"] = r.file("web-token", WebToken)
		}},
		{Name: "sso, with AWS_CA_BUNDLE", Verbs: []string{"get"}, variable: "AWS_ENDPOINT_URL_SSO", set: func(r *Room) {
			r.setSSO(`{"accessToken":"` + SSOToken + `","expiresAt":"2099-01-02T03:04:05Z"}`)
			r.bundle()
		}, right: portal},
		{Name: "process", Verbs: sources},
		{Name: "files", Verbs: []string{"get"}},
	}
}

// Sources are the names of the sources of credentials that are asked over a network.
func Sources() (names []string) {
	for _, t := range Targets() {
		if !t.local() && t.Name != "parameter store" && t.Name != "secrets manager" {
			names = append(names, t.Name)
		}
	}
	return names
}

// portal is AWS SSO's, with a role's credentials.
func portal(*http.Request) Answer {
	a := credentials("accessKeyId", "secretAccessKey", "sessionToken", "expiration", 4070908800000)
	a.Body = fmt.Appendf(nil, `{"roleCredentials":%s}`, a.Body)
	return a
}

func setInstance(r *Room) {
	r.withoutKeys()
	delete(r.Env, "AWS_EC2_METADATA_DISABLED")
}

// instance is EC2's metadata service.
func instance(r *http.Request) Answer {
	text := func(body string) Answer {
		return Answer{200, http.Header{"Content-Type": {"text/plain"}}, []byte(body)}
	}
	switch {
	case r.URL.Path == "/latest/api/token":
		a := text(MetadataToken)
		a.Header.Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "300")
		return a
	case strings.HasSuffix(r.URL.Path, "/security-credentials/"):
		return text("pull")
	}
	a := credentials("AccessKeyId", "SecretAccessKey", "Token", "Expiration", "2099-01-01T00:00:00Z")
	a.Body = append([]byte(`{"Code":"Success",`), a.Body[1:]...)
	return a
}

// credentials are those of a source, under the names that the source has for them.
func credentials(id, secret, token, expiration string, when any) Answer {
	fields := map[string]any{id: "ASIAGIVEN", secret: GivenSecret, token: GivenToken}
	if expiration != "" {
		fields[expiration] = when
	}
	return jsonAnswer(fields)
}

func jsonAnswer(fields any) Answer {
	body, err := json.Marshal(fields)
	must(err)
	return Answer{200, http.Header{"Content-Type": {"application/json"}}, body}
}

// signingKey is a private key as aws login keeps one.
var signingKey = sync.OnceValue(func() string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	der, err := x509.MarshalECPrivateKey(key)
	must(err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}))
})

// forward asks a server for its answer to a request.
func forward(to string) func(*http.Request) Answer {
	return func(r *http.Request) Answer {
		ask, err := http.NewRequest(r.Method, to+r.URL.Path, strings.NewReader(readBody(r)))
		if err != nil {
			return Answer{Status: 500}
		}
		ask.Header = r.Header
		resp, err := http.DefaultClient.Do(ask)
		if err != nil {
			return Answer{Status: 500}
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		h := http.Header{}
		for _, name := range []string{"Content-Type", "X-Amzn-Requestid", "Date"} {
			if v := resp.Header.Get(name); v != "" {
				h.Set(name, v)
			}
		}
		return Answer{resp.StatusCode, h, bytes.Clone(body)}
	}
}

// hits says which requests of a case its fault hits: for a verb that reads before it
// writes, those from the write on.
func (c Case) hits() func(*http.Request, []byte) bool {
	var mu sync.Mutex
	writing := false
	return func(r *http.Request, body []byte) bool {
		if c.Kind.All {
			return true
		}
		if c.Target.first != nil {
			return !c.Target.first(r)
		}
		_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		if c.Target.Name != "parameter store" || !slices.Contains([]string{"store", "erase"}, c.Verb) {
			return true
		}
		mu.Lock()
		defer mu.Unlock()
		writing = writing || !strings.HasPrefix(action, "Get")
		return writing
	}
}

func jsonText(text string) string {
	b, err := json.Marshal(text)
	must(err)
	return string(b)
}
