package helper_test

import (
	"context"
	"errors"
	"os"
	"strings"

	"docker-credential-ssm/helper"
	"docker-credential-ssm/internal/output"
)

// memory is a store that has one credential.
type memory map[string][2]string

// notFound is the error for a credential that does not exist, as [helper.Store] has it.
type notFound struct{ error }

func (notFound) NotFound() {}

func (m memory) Get(_ context.Context, key string) (username, secret string, err error) {
	c, ok := m[key]
	if !ok {
		return "", "", notFound{errors.New("there is no " + key)}
	}
	return c[0], c[1], nil
}

func (m memory) Put(_ context.Context, key, username, secret string) error {
	m[key] = [2]string{username, secret}
	return nil
}

func (m memory) Delete(_ context.Context, key string) error {
	delete(m, key)
	return nil
}

func (m memory) List(context.Context) (map[string]string, error) {
	names := map[string]string{}
	for key, c := range m {
		names[key] = c[0]
	}
	return names, nil
}

// A store with four methods is all that Docker's protocol needs: a client asks for a
// server URL in its own spelling, and gets the credential under that spelling.
func ExampleServe() {
	h := helper.New(context.Background())
	h.Open = func(what, key string) (helper.Store, error) {
		return memory{"docker.io": {"alice", "s3cret"}}, nil
	}
	for _, serverURL := range []string{"https://index.docker.io/v1/", "ghcr.io"} {
		helper.Serve(h, "get", strings.NewReader(serverURL), &output.Output{Out: os.Stdout, Err: os.Stderr})
	}
	// Output:
	// {"ServerURL":"https://index.docker.io/v1/","Username":"alice","Secret":"s3cret"}
	// credentials not found in native keychain
}
