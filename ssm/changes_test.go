package ssm

import (
	"context"
	"errors"
	"slices"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// TestEraseNamesWhatIsThere: erase names only the parameters that it found, so that a
// policy for the one parameter is enough. (Caught: all three names in the call.)
func TestEraseNamesWhatIsThere(t *testing.T) {
	server := ssmtest.NewServer()
	defer server.Close()
	testenv.Isolate(t)
	useServer(t, server.URL)
	const name = "/CodeBuild/docker-credentials/docker.io"
	for _, there := range [][]string{{name}, {name + "/password", name + "/username"}, {name, name + "/username"}} {
		for _, one := range there {
			server.Put(ssmtest.Parameter{Name: one, Value: `{"username":"alice","password":"s3cret"}`})
		}
		server.ResetCalls()
		if err := open(t, nil, "WRITABLE=true").Delete(context.Background(), "docker.io"); err != nil {
			t.Fatal(err)
		}
		calls := server.Calls()
		named := slices.Sorted(slices.Values(calls[len(calls)-1].Names))
		if calls[len(calls)-1].Action != "DeleteParameters" || !slices.Equal(named, there) {
			t.Errorf("%v was there, and %v was named", there, named)
		}
	}
}

// TestReadOnlyUserName: a pair with a user name that is never written is never
// written at all. (Caught: the user name's part left out of Location.ReadOnly.)
func TestReadOnlyUserName(t *testing.T) {
	server := ssmtest.NewServer()
	defer server.Close()
	testenv.Isolate(t)
	useServer(t, server.URL)
	server.Put(ssmtest.Parameter{Name: "/team/user", Value: "alice"})
	server.Put(ssmtest.Parameter{Name: "/team/pass", Value: "s3cret"})
	server.PutSecret("team/user", "alice")
	for name, user := range map[string]map[string]string{
		"a version":   {"usernameParameter": "/team/user:1"},
		"a reference": {"usernameParameter": "/aws/reference/secretsmanager/team/user"},
		"a secret":    {"usernameSecret": "team/user"},
		"the setting": {"username": "alice"},
	} {
		user["passwordParameter"] = "/team/pass"
		store := func() *Store {
			return open(t, map[string]map[string]string{"docker-credential-ssm/docker.io": user}, "WRITABLE=true")
		}
		var refused *ReadOnlyError
		if err := store().Put(context.Background(), "docker.io", "alice", "new"); !errors.As(err, &refused) {
			t.Errorf("%s: store: %v", name, err)
		}
		if err := store().Delete(context.Background(), "docker.io"); !errors.As(err, &refused) {
			t.Errorf("%s: erase: %v", name, err)
		}
		if p, _ := server.Parameter("/team/pass"); p.Value != "s3cret" {
			t.Errorf("%s: the password is %q now", name, p.Value)
		}
	}
}

// TestLineEndsOfHalves: the line ends that an editor, or Windows, leaves at the end of
// a half are no part of it. (Caught: the CR of CRLF kept.)
func TestLineEndsOfHalves(t *testing.T) {
	server := ssmtest.NewServer()
	defer server.Close()
	testenv.Isolate(t)
	useServer(t, server.URL)
	const name = "/CodeBuild/docker-credentials/docker.io"
	for _, end := range []string{"\n", "\r\n", "\r", "\r\n\r\n"} {
		server.Put(ssmtest.Parameter{Name: name + "/username", Value: "alice" + end})
		server.Put(ssmtest.Parameter{Name: name + "/password", Value: "s3cret" + end})
		username, secret, err := open(t, nil).Get(context.Background(), "docker.io")
		if username != "alice" || secret != "s3cret" || err != nil {
			t.Errorf("with %q: %q, %q, %v", end, username, secret, err)
		}
	}
}
