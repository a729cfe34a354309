package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// TestKilledMigration kills configure --migrate at many moments: while each of
// its calls is under way, and at times spread over a whole run. The file is
// always the old one or the new one, and the credential always in the file or in
// Parameter Store.
func TestKilledMigration(t *testing.T) {
	program := testenv.Build(t)
	const (
		before    = "{\n\t\"auths\": {\"https://index.docker.io/v1/\": {\"auth\": \"YWxpY2U6czNjcmV0\"}},\n\t\"kept\": 1\n}\n"
		after     = "{\n\t\"auths\": {},\n\t\"kept\": 1,\n\t\"credHelpers\": {\n\t\t\"https://index.docker.io/v1/\": \"ssm\",\n\t\t\"docker.io\": \"ssm\",\n\t\t\"index.docker.io\": \"ssm\"\n\t}\n}\n"
		parameter = "/CodeBuild/docker-credentials/docker.io"
		value     = `{"username":"alice","password":"s3cret"}`
	)
	home := testenv.Isolate(t)
	t.Setenv("DOCKER_CONFIG", home)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_REGION", "eu-central-1")
	path := filepath.Join(home, "config.json")

	// migrate runs it once, and ends it when the moment has come.
	migrate := func(store *ssmtest.Server, moment func(done <-chan struct{})) {
		t.Helper()
		if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program, "configure", "--migrate")
		cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+store.URL)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() { _ = cmd.Wait(); close(done) }()
		moment(done)
		_ = cmd.Process.Kill()
		<-done
	}
	check := func(store *ssmtest.Server, when string) (moved bool) {
		t.Helper()
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p, _ := store.Parameter(parameter)
		if string(text) != before && (string(text) != after || p.Value != value) {
			t.Errorf("killed %s: the file has %q, the parameter %q", when, text, p.Value)
		}
		var any map[string]json.RawMessage
		if err := json.Unmarshal(text, &any); err != nil {
			t.Errorf("killed %s: %v", when, err)
		}
		return string(text) == after
	}

	for calls := 1; calls <= 3; calls++ { // a look, the write, the look back
		store := ssmtest.NewServer()
		store.Fail(ssmtest.Fault{Delay: 200 * time.Millisecond})
		migrate(store, func(done <-chan struct{}) {
			for len(store.Calls()) < calls {
				select {
				case <-done:
					t.Fatal("it ended too soon")
				case <-time.After(time.Millisecond):
				}
			}
		})
		if check(store, "at call "+strings.Repeat("I", calls)) {
			t.Errorf("the file was changed before call %d was answered", calls)
		}
		store.Close()
	}

	// How long a whole run takes here, and moments spread over it.
	store := ssmtest.NewServer()
	defer store.Close()
	start := time.Now()
	migrate(store, func(done <-chan struct{}) { <-done })
	whole := time.Since(start)
	if !check(store, "at its end") {
		t.Fatal("nothing was moved")
	}
	const moments = 40
	for i := range moments {
		store := ssmtest.NewServer()
		after := whole * time.Duration(i) / moments
		migrate(store, func(<-chan struct{}) { time.Sleep(after) })
		check(store, after.String()+" after its start")
		store.Close()
	}
	// Whatever is left of an attempt, the next one succeeds.
	migrate(store, func(done <-chan struct{}) { <-done })
	if !check(store, "at its end") {
		t.Error("what a killed run left behind hinders the next one")
	}
}
