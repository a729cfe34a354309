// The command floor is the least that a credential helper for Parameter Store can do:
// it reads a server URL, makes the one GetParameters call with net/http and a Signature
// V4 of its own, and prints the protocol's answer. It has no AWS SDK, no options, no
// second form of a credential and no error messages: the helper's speed is compared
// with it.
package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func run() error {
	serverURL, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	roots, err := os.ReadFile(os.Getenv("BENCH_ROOTS"))
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(roots)

	const name = "/CodeBuild/docker-credentials/docker.io"
	body, err := json.Marshal(map[string]any{"Names": []string{name, name + "/username", name + "/password"}, "WithDecryption": true})
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, os.Getenv("AWS_ENDPOINT_URL_SSM")+"/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AmazonSSM.GetParameters")
	sign(r, body, os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_REGION"), time.Now())

	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var out struct {
		Parameters []struct{ Value string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		return err
	}
	if len(out.Parameters) == 0 {
		return fmt.Errorf("%s", resp.Status)
	}
	var value struct{ Username, Password string }
	if err := json.Unmarshal([]byte(out.Parameters[0].Value), &value); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]string{"ServerURL": strings.TrimSpace(string(serverURL)), "Username": value.Username, "Secret": value.Password})
}

// sign adds a Signature V4 for Systems Manager.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
func sign(r *http.Request, body []byte, keyID, secret, region string, now time.Time) {
	stamp := now.UTC().Format("20060102T150405Z")
	day := stamp[:8]
	r.Header.Set("X-Amz-Date", stamp)
	const signed = "content-type;host;x-amz-date;x-amz-target"
	canonical := strings.Join([]string{
		r.Method, "/", "",
		"content-type:" + r.Header.Get("Content-Type"),
		"host:" + r.URL.Host,
		"x-amz-date:" + stamp,
		"x-amz-target:" + r.Header.Get("X-Amz-Target"),
		"", signed, hash(body),
	}, "\n")
	scope := day + "/" + region + "/ssm/aws4_request"
	key := mac(mac(mac(mac([]byte("AWS4"+secret), day), region), "ssm"), "aws4_request")
	signature := mac(key, "AWS4-HMAC-SHA256\n"+stamp+"\n"+scope+"\n"+hash([]byte(canonical)))
	r.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%x", keyID, scope, signed, signature))
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	_, _ = io.WriteString(h, text)
	return h.Sum(nil)
}
