package dockerconfig

import (
	"strings"
	"testing"

	"docker-credential-ssm/internal/message"
)

// TestRefusedTexts: what is not all of it a Docker configuration is not edited, and
// a text behind it is shown the place.
func TestRefusedTexts(t *testing.T) {
	for text, want := range map[string]string{
		"{\n  \"a\": 1,\n}":  "is not a valid",
		`{"a": 1`:            "is not a valid",
		"{\n // remark\n}":   "is not a valid",
		`[]`:                 "is not a valid",
		`null`:               "is not a valid",
		"{}\n\nsome text {}": "has text after the JSON, at line 3, column 1",
		"{\"ä\": 1} {}":      "has text after the JSON, at line 1, column 10",
		"\ufeff{}":           "is not a valid",
		`{"auths": []}`:      "is not a valid",
		`{"auths": {"a": {}, "b": {"auth": "s3cret!"}}}`: "is not a valid",
		`{"auths": {}, "AUTHS": null}`:                   "has auths 2 times, once with null",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), want) || message.Hint(err) == "" || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	for _, text := range []string{"", " \r\n\t", "{}", "{}\n\n", " {} ", `{"auths": null}`, `{"auths": {"a": {"auth": "YTpi"}, "b": {"auth": ""}}}`} {
		if _, err := Parse([]byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Parse([]byte("\u00a0")); err == nil { // a blank, but not JSON's
		t.Error("a no-break space is taken")
	}
}

// TestRedact: what a screen shows has no secret in it, wherever the file has one.
func TestRedact(t *testing.T) {
	for text, want := range map[string]string{
		`{"auths": {"a": {"auth": "QQ==", "Password": "p", "identitytoken": "i", "email": "e"}}, "b": [1,  2]}`:                                                `{"auths": {"a": {"auth": "…", "Password": "…", "identitytoken": "…", "email": "e"}}, "b": [1,  2]}`,
		`{"auths": {"a": {"auth": "S"}}, "auths": {"a": {"auth": "S"}}, "AUTHS": {"a": {"username": "u", "new": "S", "x": ["S"]}}}`:                            `{"auths": {"a": {"auth": "…"}}, "auths": {"a": {"auth": "…"}}, "AUTHS": {"a": {"username": "u", "new": "…", "x": "…"}}}`,
		`{"auths": {"a": {"pa\u017fsword": "S", "registrytoken": "S", "auth": null}, "b": "S", "c": [{"auth": "S"}]}}`:                                         `{"auths": {"a": {"pa\u017fsword": "…", "registrytoken": "…", "auth": null}, "b": "…", "c": "…"}}`,
		`{"auths": {"https://index.docker.io/v1/access-token": {"auth": "S"}, "https://index.docker.io/v1/refresh-token": {"auth": "S"}}}`:                     `{"auths": {"https://index.docker.io/v1/access-token": {"auth": "…"}, "https://index.docker.io/v1/refresh-token": {"auth": "…"}}}`,
		`{"https://index.docker.io/v1/": {"auth": "S", "email": "e"}}`:                                                                                         `{"https://index.docker.io/v1/": {"auth": "…", "email": "e"}}`,
		`{"x": {"auths": {"a": {"auth": "S"}}}, "y": [{"Auths": {"a": {"auth": "S"}}}]}`:                                                                       `{"x": {"auths": {"a": {"auth": "…"}}}, "y": [{"Auths": {"a": {"auth": "…"}}}]}`,
		`{"proxies": {"default": {"httpProxy": "http://u:S@proxy:8080", "httpsProxy": "u:S@proxy:8080", "noProxy": "a,b"}}}`:                                   `{"proxies": {"default": {"httpProxy": "http://u:…@proxy:8080", "httpsProxy": "…", "noProxy": "a,b"}}}`,
		`{"Proxies": {"tcp://u:S@host:2376": {"allProxy": "socks5://u:S@x@proxy"}}, "aliases": {"a": "--host=tcp://u:S@h"}}`:                                   `{"Proxies": {"tcp://u:…@host:2376": {"allProxy": "socks5://u:…@proxy"}}, "aliases": {"a": "--host=tcp://u:…@h"}}`,
		`{"HttpHeaders": {"X-Auth": "S", "Y": "S"}, "httpheaders": {"Z": "S"}}`:                                                                                `{"HttpHeaders": {"X-Auth": "…", "Y": "…"}, "httpheaders": {"Z": "…"}}`,
		`{"plugins": {"other": {"token": "S", "url": "https://x/y"}, "docker-credential-ssm/docker.io": {"secret": "docker-hub", "replaced": "docker.io=a"}}}`: `{"plugins": {"other": {"token": "…", "url": "https://x/y"}, "docker-credential-ssm/docker.io": {"secret": "docker-hub", "replaced": "docker.io=a"}}}`,
	} {
		// Not all of these are what Docker takes; the screen must not show them either.
		d, err := parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		redact(&d.root, "")
		if got := string(d.Text()); got != want {
			t.Errorf("%s\nbecomes\n%s, want\n%s", text, got, want)
		}
	}
	if got := string(Redact([]byte(`{"auths": {"a": {"auth": "YTpi"}}}`))); got != `{"auths": {"a": {"auth": "…"}}}` {
		t.Errorf("%s", got)
	}
}
