package ssmtest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

func TestBody(t *testing.T) {
	s, c := serve(t)
	s.Fail(Fault{Body: "<html>", Times: 1})
	if _, err := get(c, "/a"); err == nil || !strings.Contains(err.Error(), "deserialization failed") {
		t.Errorf("err = %v", err)
	}
	s.Fail(Fault{Body: `{"__type":"Teapot"}`, Status: 418, Times: 1})
	_, err := get(c, "/a")
	wantCode(t, err, "Teapot")
	s.Fail(Fault{Code: "InternalServerError", Status: 500})
	_, err = get(c, "/a")
	wantCode(t, err, "InternalServerError")
}

// TestAnswer changes what a call answers, and sees it on the wire.
func TestAnswer(t *testing.T) {
	add := func(text string) func([]byte) []byte {
		return func(body []byte) []byte { return append(bytes.TrimSpace(body), text...) }
	}
	drop := func(body []byte) []byte {
		var fields map[string]any
		_ = json.Unmarshal(body, &fields)
		delete(fields, "InvalidParameters")
		body, _ = json.Marshal(fields)
		return body
	}
	const nothing = `{"InvalidParameters":["/a"],"Parameters":[]}`
	for name, tt := range map[string]struct {
		faults []Fault
		status int
		body   string
		header string // the content type
	}{
		"as it is":            {nil, 200, nothing, "application/x-amz-json-1.1"},
		"a field less":        {[]Fault{{Answer: drop}}, 200, `{"Parameters":[]}`, "application/x-amz-json-1.1"},
		"a second document":   {[]Fault{{Answer: add("{}")}}, 200, nothing + "{}", "application/x-amz-json-1.1"},
		"one after the other": {[]Fault{{Answer: add("1")}, {Answer: add("2")}}, 200, nothing + "12", "application/x-amz-json-1.1"},
		"another status too":  {[]Fault{{Answer: add(""), Status: 202}}, 202, nothing, "application/x-amz-json-1.1"},
		"of an error":         {[]Fault{{Answer: add("!")}, {Code: "Teapot", Status: 200}}, 200, `{"__type":"Teapot"}!`, "application/x-amz-json-1.1"},
		"its own error":       {[]Fault{{Answer: add("!"), Code: "Teapot"}}, 400, `{"__type":"Teapot"}!`, "application/x-amz-json-1.1"},
		"a header":            {[]Fault{{Header: http.Header{"content-type": {"text/html"}}}}, 200, nothing, "text/html"},
		"no header":           {[]Fault{{Header: http.Header{"Content-Type": nil}}}, 200, nothing, ""},
		"a page":              {[]Fault{{Status: 503, Body: "<html>", Header: http.Header{"Content-Type": {"text/html"}}}}, 503, "<html>", "text/html"},
		"nothing":             {[]Fault{{Status: 200}}, 200, "", ""},
		"another call's":      {[]Fault{{Action: "PutParameter", Answer: drop, Status: 500}}, 200, nothing, "application/x-amz-json-1.1"},
		"the next one's":      {[]Fault{{Answer: drop, Times: 1}}, 200, `{"Parameters":[]}`, "application/x-amz-json-1.1"},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := serve(t)
			for _, f := range tt.faults {
				s.Fail(f)
			}
			ask := func() (int, string, string) {
				req, _ := http.NewRequest(http.MethodPost, s.URL, strings.NewReader(`{"Names":["/a"]}`))
				req.Header.Set("X-Amz-Target", "AmazonSSM.GetParameters")
				req.Header.Set("Authorization", signed)
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				body, _ := io.ReadAll(resp.Body)
				return resp.StatusCode, strings.TrimSpace(string(body)), resp.Header.Get("Content-Type")
			}
			if status, body, header := ask(); status != tt.status || body != tt.body || header != tt.header {
				t.Errorf("%d %q, %q; want %d %q, %q", status, body, header, tt.status, tt.body, tt.header)
			}
			if name == "the next one's" {
				if _, body, _ := ask(); body != nothing {
					t.Errorf("then %q", body)
				}
			}
		})
	}
}

// TestCutOff declares more than it sends.
func TestCutOff(t *testing.T) {
	s, c := serve(t)
	s.Fail(Fault{Body: `{"Parameters":[`, Header: http.Header{"Content-Length": {"100"}}})
	if _, err := getAll(c, "/a"); err == nil || !strings.Contains(err.Error(), "unexpected EOF") {
		t.Errorf("err = %v", err)
	}
}

func TestRaw(t *testing.T) {
	s, c := serve(t)
	s.Fail(Fault{Raw: "SSH-2.0-OpenSSH_9.2\r\n\r\n", Times: 1})
	if _, err := get(c, "/a"); err == nil || !strings.Contains(err.Error(), "malformed HTTP response \"SSH-2.0") {
		t.Errorf("err = %v", err)
	}
	_, err := c.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String("/a")})
	wantCode(t, err, "ParameterNotFound")
}
