package ssm

import (
	"context"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// TestListTimeout: list has the longest timeout of all registries, since it asks for
// each of them.
func TestListTimeout(t *testing.T) {
	server := ssmtest.NewServer()
	defer server.Close()
	testenv.Isolate(t)
	useServer(t, server.URL)
	server.Put(ssmtest.Parameter{Name: "/team/hub", Value: `{"username":"alice","password":"s3cret"}`})
	users, err := open(t, map[string]map[string]string{
		"docker-credential-ssm":           {"timeout": "1ns"},
		"docker-credential-ssm/docker.io": {"timeout": "1m", "parameter": "/team/hub"},
	}).List(context.Background())
	if err != nil || users["docker.io"] != "alice" {
		t.Errorf("%v, %v", users, err)
	}
}
