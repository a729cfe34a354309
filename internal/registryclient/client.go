// Package registryclient asks a registry whether it accepts a credential and, at Docker
// Hub, how many pulls are left with it and without. It signs in as clients do, by the
// challenge of /v2/, and sends a password to https alone, or to this machine; login and
// doctor need it.
package registryclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/registry"
)

// The handshake of a registry is done here, in the few lines that it takes:
// go-containerregistry's would cost every get a millisecond at its start, for
// the tables of a package that it never uses.
// Source: https://distribution.github.io/distribution/spec/auth/token/

// Client is one registry, as somebody with an account there sees it.
type Client struct {
	HTTP *http.Client // its redirects are followed as [follow] allows
	Base string       // "https://registry-1.docker.io"
	hub  bool
}

// ErrRejected says that a registry does not take a user name and a password.
var ErrRejected = errors.New("the registry does not accept the user name and the password")

// ErrOpen says that a registry asks nobody who they are.
var ErrOpen = errors.New("the registry asks for no credential")

// New returns a client of the registry with a key.
func New(key string) *Client {
	// As http.DefaultTransport, with less patience and less room for headers.
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxResponseHeaderBytes = 64 << 10
	r := &Client{HTTP: &http.Client{Timeout: 20 * time.Second, Transport: t}, hub: key == registry.DockerHub}
	if r.hub {
		r.Base = "https://registry-1.docker.io"
		return r
	}
	host, _, _ := strings.Cut(registry.Lookups(key)[0], "/")
	r.Base, t.TLSClientConfig = "https://"+host, trust(host)
	return r
}

// SignIn does what a client does before it pulls. An error of [ErrRejected] is
// the registry's answer, [ErrOpen] too; any other says that there was none.
func (r *Client) SignIn(ctx context.Context, username, secret string) error {
	challenge, err := r.ping(ctx)
	if err != nil {
		return err
	}
	scheme, fields := parseChallenge(challenge)
	authorize := func(q *http.Request) { q.SetBasicAuth(username, secret) }
	switch scheme {
	case "":
		return ErrOpen
	case "bearer":
		token, err := r.token(ctx, fields, username, secret)
		if err != nil {
			return err
		}
		authorize = bearer(token)
	case "basic":
	default:
		return fmt.Errorf("%s asks for a sign-in that is neither Basic nor Bearer", hostOf(r.Base))
	}
	resp, err := r.do(ctx, http.MethodGet, r.Base+"/v2/", authorize)
	if err != nil {
		return err
	}
	return accepted(resp)
}

// ping asks how to sign in. A registry on this machine may speak plain HTTP,
// as for Docker.
func (r *Client) ping(ctx context.Context) (challenge string, err error) {
	resp, err := r.do(ctx, http.MethodGet, r.Base+"/v2/", nil)
	if err != nil && isLocal(r.Base) {
		r.Base = "http://" + strings.TrimPrefix(r.Base, "https://")
		resp, err = r.do(ctx, http.MethodGet, r.Base+"/v2/", nil)
	}
	if err != nil {
		return "", err
	}
	switch resp.StatusCode {
	case http.StatusOK:
		return "", nil
	case http.StatusUnauthorized:
		challenges := resp.Header.Values("WWW-Authenticate")
		for _, c := range challenges { // of several, a client takes the token
			if scheme, _ := parseChallenge(c); scheme == "bearer" {
				return c, nil
			}
		}
		if len(challenges) > 0 {
			return challenges[0], nil
		}
	}
	return "", fmt.Errorf("%s/v2/ answers %s, as no registry does", r.Base, status(resp))
}

// token exchanges a user name and a password, or none, for a token.
func (r *Client) token(ctx context.Context, fields map[string]string, username, secret string) (string, error) {
	realm, err := r.realm(fields["realm"])
	if err != nil {
		return "", err
	}
	query := realm.Query()
	for _, name := range []string{"service", "scope"} {
		if fields[name] != "" {
			query.Set(name, fields[name])
		}
	}
	var authorize func(*http.Request)
	if username != "" {
		query.Set("account", username)
		authorize = func(q *http.Request) { q.SetBasicAuth(username, secret) }
	}
	realm.RawQuery = query.Encode()
	resp, err := r.do(ctx, http.MethodGet, realm.String(), authorize)
	if err != nil {
		return "", err
	}
	if err := accepted(resp); err != nil {
		return "", err
	}
	var answer struct {
		Token       string `json:"token"`
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(resp.text, &answer); err != nil || answer.Token+answer.AccessToken == "" {
		return "", fmt.Errorf("%s gave no token", hostOf(realm.String()))
	}
	if answer.Token == "" {
		return answer.AccessToken, nil
	}
	return answer.Token, nil
}

func accepted(resp *response) error {
	switch resp.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusUnauthorized, http.StatusForbidden:
		return ErrRejected
	}
	return fmt.Errorf("%s answers %s", hostOf(resp.Request.URL.String()), status(resp))
}

// status is the number of an answer's status in HTTP's own words: a server's may
// hold anything.
func status(resp *response) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode)))
}

func bearer(token string) func(*http.Request) {
	return func(q *http.Request) { q.Header.Set("Authorization", "Bearer "+token) }
}

// response is an answer that has been read.
type response struct {
	*http.Response
	text []byte
}

// maxText is how much of an answer is read: tokens have some kilobytes.
const maxText = 1 << 20

func (r *Client) do(ctx context.Context, method, address string, authorize func(*http.Request)) (*response, error) {
	q, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, errors.New("the registry's name makes no address")
	}
	q.Header.Set("User-Agent", "docker-credential-ssm")
	if authorize != nil {
		authorize(q)
	}
	client := *r.HTTP
	client.CheckRedirect = follow
	resp, err := client.Do(q)
	if err != nil {
		return nil, unreachable(hostOf(address), err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxText))
	if err != nil {
		return nil, unreachable(hostOf(address), err)
	}
	return &response{resp, text}, nil
}

// unreachable says why there was no answer. It passes on nothing that a server
// sent, nor the address, which has the account in it.
func unreachable(host string, err error) error {
	var redirect *RedirectError
	if errors.As(err, &redirect) {
		return fmt.Errorf("%s %w", host, redirect)
	}
	d := transport.Diagnose(err)
	why := d.String()
	if d.Kind == transport.Unknown {
		why = "the request failed"
	}
	return &UnreachableError{Host: host, Why: why, Certificate: d.Kind == transport.Certificate}
}

// UnreachableError is a registry that gave no answer.
type UnreachableError struct {
	Host, Why   string
	Certificate bool // whether that is for its certificate
}

func (e *UnreachableError) Error() string { return e.Host + " cannot be reached: " + e.Why }

// parseChallenge takes a WWW-Authenticate header apart. The scheme is in lower
// case.
func parseChallenge(header string) (scheme string, fields map[string]string) {
	scheme, rest, _ := strings.Cut(strings.TrimSpace(header), " ")
	fields = map[string]string{}
	for _, m := range regexp.MustCompile(`(\w+)="([^"]*)"`).FindAllStringSubmatch(rest, -1) {
		fields[strings.ToLower(m[1])] = m[2]
	}
	return strings.ToLower(scheme), fields
}
