package ssm

import (
	"context"
	"sync"
	"testing"
	"time"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// TestFleet: 200 builds that start at once, against the quota that an account
// has by default, all get their credential before the default deadline.
func TestFleet(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some ten seconds")
	}
	const fleet, quota = 200, 40
	server := ssmtest.NewServer()
	defer server.Close()
	testenv.Isolate(t)
	useServer(t, server.URL)
	server.Put(ssmtest.Parameter{Name: "/CodeBuild/docker-credentials/docker.io", Value: `{"username":"alice","password":"s3cret"}`})
	server.Limit(quota)

	stores := make([]*Store, fleet)
	for i := range stores {
		stores[i] = open(t, nil)
	}
	var wg sync.WaitGroup
	start := time.Now()
	for _, s := range stores {
		wg.Go(func() {
			if _, _, err := s.Get(context.Background(), "docker.io"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	calls := len(server.Calls())
	t.Logf("%d helpers, %d calls, %v", fleet, calls, time.Since(start).Round(time.Millisecond))
	if calls > 5*fleet {
		t.Errorf("%d calls for %d credentials: the back-off wastes the quota", calls, fleet)
	}
}

// TestNoRetry: what cannot get better is asked once.
func TestNoRetry(t *testing.T) {
	for _, code := range []string{"InvalidKeyId", "ValidationException", "ExpiredTokenException", "ParameterVersionNotFound"} {
		t.Run(code, func(t *testing.T) {
			server := ssmtest.NewServer()
			defer server.Close()
			testenv.Isolate(t)
			useServer(t, server.URL)
			server.Fail(ssmtest.Fault{Code: code})
			if _, _, err := open(t, nil).Get(context.Background(), "docker.io"); err == nil {
				t.Error("no error")
			}
			if calls := len(server.Calls()); calls != 1 {
				t.Errorf("%d calls, want 1", calls)
			}
		})
	}
}

// TestRetry: what may pass is asked three times, throttling for as long as the
// deadline lasts; and AWS_MAX_ATTEMPTS means what it does everywhere.
func TestRetry(t *testing.T) {
	for name, tt := range map[string]struct {
		fault ssmtest.Fault
		env   string
		most  int
		least int
	}{
		"a broken connection": {fault: ssmtest.Fault{Drop: true}, least: 3, most: 3},
		"an internal error":   {fault: ssmtest.Fault{Code: "InternalServerError", Status: 500}, least: 3, most: 3},
		"throttling":          {fault: ssmtest.Fault{Code: "ThrottlingException", Times: 4}, least: 5, most: 5},
		"AWS_MAX_ATTEMPTS":    {fault: ssmtest.Fault{Code: "ThrottlingException"}, env: "2", least: 2, most: 2},
	} {
		t.Run(name, func(t *testing.T) {
			server := ssmtest.NewServer()
			defer server.Close()
			testenv.Isolate(t)
			useServer(t, server.URL)
			t.Setenv("AWS_MAX_ATTEMPTS", tt.env)
			server.Fail(tt.fault)
			_, _, _ = open(t, nil, "TIMEOUT=60s").Get(context.Background(), "docker.io")
			if calls := len(server.Calls()); calls < tt.least || calls > tt.most {
				t.Errorf("%d calls, want %d to %d", calls, tt.least, tt.most)
			}
		})
	}
}
