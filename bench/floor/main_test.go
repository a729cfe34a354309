package main

import (
	"bytes"
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// TestSign compares the floor's signature with the SDK's: a server that checks
// it must not be able to tell the two apart.
func TestSign(t *testing.T) {
	body := []byte(`{"Names":["/a"]}`)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	request := func() *http.Request {
		r, err := http.NewRequest(http.MethodPost, "https://127.0.0.1:4567/", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-amz-json-1.1")
		r.Header.Set("X-Amz-Target", "AmazonSSM.GetParameters")
		return r
	}
	ours, theirs := request(), request()
	sign(ours, body, "AKIATEST", "secret", "eu-central-1", now)
	theirs.ContentLength = -1 // the SDK would sign the length too
	if err := v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: "AKIATEST", SecretAccessKey: "secret"}, theirs, hash(body), "ssm", "eu-central-1", now); err != nil {
		t.Fatal(err)
	}
	if got, want := ours.Header.Get("Authorization"), theirs.Header.Get("Authorization"); got != want {
		t.Errorf("signed with\n%s\nwant\n%s", got, want)
	}
}
