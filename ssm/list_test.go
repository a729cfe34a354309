package ssm

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/settings"
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

// TestListDenied: a registry that is denied does not hide those that are in the same call.
func TestListDenied(t *testing.T) {
	server := ssmtest.NewServer()
	defer server.Close()
	testenv.Isolate(t)
	useServer(t, server.URL)
	sections := map[string]map[string]string{}
	for _, name := range []string{"a", "b", "c"} {
		server.Put(ssmtest.Parameter{Name: "/team/" + name, Value: `{"username":"` + name + `","password":"s3cret"}`})
		sections["docker-credential-ssm/"+name+".test"] = map[string]string{"parameter": "/team/" + name}
	}
	server.Deny("ssm:GetParameters", "/team/b")
	users, err := open(t, sections).List(t.Context())
	if err != nil || len(users) != 2 || users["a.test"] != "a" || users["c.test"] != "c" {
		t.Errorf("%v, %v", users, err)
	}
}

// TestCallsOfTen: no call has more names than AWS takes, and none has fewer than it could.
func TestCallsOfTen(t *testing.T) {
	c := &client{}
	var calls []*call
	for i := range 23 {
		l := settings.Location{Kind: settings.Whole, Value: parameter(fmt.Sprintf("/team/%d", i))}
		calls = add(calls, place{c, fmt.Sprint(i), settings.Options{Location: l}})
	}
	var sizes []int
	for _, c := range calls {
		sizes = append(sizes, len(c.resources))
	}
	if !slices.Equal(sizes, []int{10, 10, 3}) {
		t.Errorf("calls of %v names", sizes)
	}
}

// TestLineEndNotStored: a line end that was typed or piped along is in no parameter, where
// others would read it as a part of the password.
func TestLineEndNotStored(t *testing.T) {
	server := ssmtest.NewServer()
	defer server.Close()
	testenv.Isolate(t)
	useServer(t, server.URL)
	if err := open(t, nil, "WRITABLE=true").Put(t.Context(), "docker.io", "alice", "s3cret\r\n"); err != nil {
		t.Fatal(err)
	}
	if p, _ := server.Parameter("/CodeBuild/docker-credentials/docker.io"); p.Value != `{"username":"alice","password":"s3cret"}` {
		t.Errorf("%q is stored", p.Value)
	}
}
