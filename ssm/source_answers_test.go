package ssm

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// TestSourceAnswers: an answer with AWS credentials is one whole document, or none. The
// SDK's decoders take the first document of an answer, whatever follows it.
func TestSourceAnswers(t *testing.T) {
	const right = `{"AccessKeyId":"AKIATEST","SecretAccessKey":"secret","Token":"token","Expiration":"2100-01-01T00:00:00Z"}`
	for name, tt := range map[string]struct {
		body  string
		whole bool
	}{
		"right":              {right, true},
		"blanks around it":   {" \r\n" + right + "\n\n", true},
		"twice":              {right + right, false},
		"a page behind it":   {right + "<html>", false},
		"a key twice":        {strings.Replace(right, "{", `{"SecretAccessKey":"other",`, 1), false},
		"an object not ours": {strings.Replace(right, "{", `{"Tags":{"a":1,"a":2},`, 1), false},
		"breaks off":         {right + "breaks off", false},
	} {
		t.Run(name, func(t *testing.T) {
			server := ssmtest.NewServer()
			defer server.Close()
			server.Put(ssmtest.Parameter{Name: "/CodeBuild/docker-credentials/docker.io", Value: `{"username":"alice","password":"s3cret"}`})
			container := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				body, broken := strings.CutSuffix(tt.body, "breaks off")
				_, _ = w.Write([]byte(body))
				if broken {
					_ = http.NewResponseController(w).Flush()
					panic(http.ErrAbortHandler) // without the last chunk
				}
			}))
			defer container.Close()
			testenv.Isolate(t)
			useServer(t, server.URL)
			t.Setenv("AWS_ACCESS_KEY_ID", "")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "")
			t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", container.URL)
			username, _, err := open(t, nil).Get(context.Background(), "docker.io")
			if tt.whole != (err == nil) || tt.whole != (username == "alice") {
				t.Errorf("user name %q, err = %v", username, err)
			}
			if calls := len(server.Calls()); !tt.whole && calls != 0 {
				t.Errorf("%d calls with credentials that cannot be relied on", calls)
			}
		})
	}
}
