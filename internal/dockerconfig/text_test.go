package dockerconfig

import (
	"strings"
	"testing"

	"docker-credential-ssm/internal/message"
)

// TestRefusedTexts: each fault of a text is one clear line, with its place, in the
// words of JSON, and without a value from the file.
func TestRefusedTexts(t *testing.T) {
	for text, want := range map[string]string{
		"{\n  \"a\": 1,\n}":          `is not valid JSON at line 3, column 1. Correct the file; the Docker CLI cannot read it either`,
		`{"a": 1`:                    `is not valid JSON: it ends too soon. Correct`,
		"{\n // remark\n}":           `is not valid JSON at line 2, column 2. `,
		`[]`:                         `is not a JSON object. `,
		"{}\n\nsome text {}":         `has text after the JSON, at line 3, column 1. Remove that text, which Docker ignores, and loses when it writes the file`,
		"{} {}":                      `has text after the JSON, at line 1, column 4. `,
		"\ufeff{}":                   `begins with a byte order mark. Save it as UTF-8 without one; `,
		"\xff\xfe{\x00}\x00":         `is in UTF-16. `,
		`{"auths": []}`:              `has an array under "auths", before line 1, column 12, where Docker expects an object. `,
		`{"psFormat": 3}`:            `has a number under "psFormat", before line 1, column 15, where Docker expects a string. `,
		`{"proxies": true}`:          `has true or false under "proxies", before line 1, column 17, where Docker expects an object. `,
		`{"pruneFilters":{}}`:        `has an object under "pruneFilters", before line 1, column 18, where Docker expects an array. `,
		`{"credHelpers": {"x": {}}}`: `has an object under "credHelpers", before line 1, column 24, where Docker expects a string. `,
		`{"auths": {"a": {}, "b": {"auth": "s3cret!"}}}`:                                                                   `has an entry "b" under auths whose auth is not the base64 of USER:PASSWORD. Remove that entry; `,
		`{"auths": {"https://bob:s3cret@b.example/": {"auth": "czNjcmV0Og=="}}, "Auths": {"c": {"AUTH": "OnMzY3JldA=="}}}`: `has an entry "c" under auths whose `,
		`{"auths": {"https://bob:s3cret@b.example/": {"auth": "czNjcmV0"}}}`:                                               `has an entry "https://bob:…@b.example/" under auths whose `,
		`{"auths": {}, "AUTHS": null}`:                                                                                     `has auths 2 times, once with null. Leave one of them in the file`,
	} {
		_, err := Parse([]byte(text))
		if err == nil {
			t.Errorf("%q is taken", text)
			continue
		}
		got := err.Error() + ". " + message.Hint(err)
		if !strings.HasPrefix(got, want) || strings.Contains(got, "s3cret") || strings.Contains(got, "map[") || strings.Contains(got, "types.") {
			t.Errorf("%q:\n%s, want\n%s", text, got, want)
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
