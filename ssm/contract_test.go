package ssm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm/ssmtest"
)

// The contract: what the store relies on, tried on every Parameter Store that
// there is. A stand-in that drifts from the others is found out.

func TestContractStandIn(t *testing.T) {
	server := ssmtest.NewServer()
	defer server.Close()
	testenv.Isolate(t)
	useServer(t, server.URL)
	contract(t, "/contract", nil)
}

// TestContractMoto skips what moto 5 does otherwise than AWS: it takes no ARN
// in GetParameters, and no limit to a name's levels.
func TestContractMoto(t *testing.T) {
	testenv.Isolate(t)
	useServer(t, testenv.Moto(t))
	contract(t, "/contract", map[string]string{
		"an ARN":     "moto knows no ARN in GetParameters",
		"too deep":   "moto does not count levels",
		"no decrypt": "moto answers an unencrypted value with kms:alias/aws/ssm: before it",
	})
}

func TestContractAWS(t *testing.T) {
	if os.Getenv("SSM_CONTRACT_AWS") != "1" {
		t.Skip("SSM_CONTRACT_AWS=1 runs the contract against AWS, with the credentials in the environment")
	}
	contract(t, fmt.Sprintf("/docker-credential-ssm-contract-%d", time.Now().UnixNano()), map[string]string{
		"a secret": "the contract makes no Secrets Manager secrets",
	})
}

func useServer(t testing.TB, url string) {
	t.Helper()
	t.Setenv("AWS_ENDPOINT_URL", url)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_REGION", "eu-central-1")
}

// open makes a store with options, given as variables without their prefix and
// as sections of config.json.
func open(t testing.TB, sections map[string]map[string]string, env ...string) *Store {
	t.Helper()
	dir := t.TempDir()
	if sections != nil {
		data, err := json.Marshal(map[string]any{"plugins": sections})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/config.json", data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i := range env {
		env[i] = settings.EnvPrefix + env[i]
	}
	s, err := settings.Load(env, dir)
	if err != nil {
		t.Fatal(err)
	}
	return New(s, "test", slog.New(slog.DiscardHandler))
}

func contract(t *testing.T, prefix string, skips map[string]string) {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		t.Fatal(err)
	}
	admin := ssm.NewFromConfig(cfg)
	put := func(t *testing.T, name, value string) string {
		t.Helper()
		_, err := admin.PutParameter(ctx, &ssm.PutParameterInput{Name: aws.String(name), Value: aws.String(value), Type: types.ParameterTypeSecureString, Overwrite: aws.Bool(true)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _, _ = admin.DeleteParameters(ctx, &ssm.DeleteParametersInput{Names: []string{name}}) })
		return name
	}
	value := func(t *testing.T, name string) string {
		t.Helper()
		out, err := admin.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(name), WithDecryption: aws.Bool(true)})
		if err != nil {
			t.Fatal(err)
		}
		return aws.ToString(out.Parameter.Value)
	}
	writer := func(t *testing.T) *Store { return open(t, nil, "PREFIX="+prefix, "WRITABLE=true") }
	reader := func(t *testing.T) *Store { return open(t, nil, "PREFIX="+prefix) }
	run := func(name string, test func(*testing.T)) {
		t.Run(name, func(t *testing.T) {
			if why, ok := skips[name]; ok {
				t.Skip(why)
			}
			test(t)
		})
	}
	want := func(t *testing.T, s *Store, key, username, secret string) {
		t.Helper()
		gotUser, gotSecret, err := s.Get(ctx, key)
		if err != nil || gotUser != username || gotSecret != secret {
			t.Errorf("Get(%q) = %q, %q, %v; want %q, %q", key, gotUser, gotSecret, err, username, secret)
		}
	}
	located := func(t *testing.T, options map[string]string) *Store {
		return open(t, map[string]map[string]string{"docker-credential-ssm/located.test": options}, "PREFIX="+prefix, "WRITABLE=true")
	}

	run("nothing", func(t *testing.T) {
		if _, _, err := reader(t).Get(ctx, "nothing.test"); !errors.Is(err, ErrNotFound) {
			t.Errorf("err = %v, want ErrNotFound", err)
		}
		if users, err := reader(t).List(ctx); err != nil || len(users) != 0 {
			t.Errorf("List() = %v, %v; want none", users, err)
		}
		if err := reader(t).Delete(ctx, "nothing.test"); err != nil {
			t.Errorf("Delete of nothing: %v", err)
		}
	})
	run("one parameter", func(t *testing.T) {
		put(t, prefix+"/json.test", `{"username":"alice","password":"s3cret"}`)
		want(t, reader(t), "json.test", "alice", "s3cret")
	})
	run("a pair", func(t *testing.T) {
		put(t, prefix+"/pair.test/username", "alice")
		put(t, prefix+"/pair.test/password", "s3cret\n")
		want(t, reader(t), "pair.test", "alice", "s3cret")
		for _, half := range []string{"pair.test/username", "pair.test/password"} {
			if _, _, err := reader(t).Get(ctx, half); !errors.Is(err, ErrNotFound) {
				t.Errorf("Get(%q): %v; want ErrNotFound", half, err)
			}
		}
	})
	run("one parameter beats a pair", func(t *testing.T) {
		put(t, prefix+"/both.test", `{"username":"alice","password":"s3cret"}`)
		put(t, prefix+"/both.test/username", "bob")
		put(t, prefix+"/both.test/password", "other")
		want(t, reader(t), "both.test", "alice", "s3cret")
	})
	run("half a pair", func(t *testing.T) {
		for _, half := range []string{"username", "password"} {
			name := put(t, prefix+"/half-"+half+".test/"+half, "s3cret")
			_, _, err := reader(t).Get(ctx, "half-"+half+".test")
			var broken *ValueError
			if !errors.As(err, &broken) || broken.Resource.Name != name || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("err = %v, want a ValueError of %s that hides the value", err, name)
			}
		}
	})
	run("store, change, erase", func(t *testing.T) {
		const key = "stored.test/v1/refresh-token"
		name := prefix + "/" + key
		if err := writer(t).Put(ctx, key, "alice", `s3"cret<&>`); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = writer(t).Delete(ctx, key) })
		if got, want := value(t, name), `{"username":"alice","password":"s3\"cret<&>"}`; got != want {
			t.Errorf("stored %s, want %s", got, want)
		}
		want(t, reader(t), key, "alice", `s3"cret<&>`)
		if err := reader(t).Put(ctx, key, "alice", `s3"cret<&>`); err != nil {
			t.Errorf("storing what is stored: %v", err)
		}
		var refused *ReadOnlyError
		if err := reader(t).Put(ctx, key, "alice", "new"); !errors.As(err, &refused) {
			t.Errorf("err = %v, want a ReadOnlyError", err)
		}
		if err := reader(t).Delete(ctx, key); !errors.As(err, &refused) {
			t.Errorf("err = %v, want a ReadOnlyError", err)
		}
		want(t, reader(t), key, "alice", `s3"cret<&>`)
		if err := writer(t).Put(ctx, key, "alice", "new"); err != nil {
			t.Error(err)
		}
		want(t, reader(t), key, "alice", "new")
		if err := writer(t).Delete(ctx, key); err != nil {
			t.Error(err)
		}
		if _, _, err := reader(t).Get(ctx, key); !errors.Is(err, ErrNotFound) {
			t.Errorf("after erase: %v", err)
		}
	})
	run("no write of what is stored", func(t *testing.T) {
		name := put(t, prefix+"/kept.test", `{"username":"alice","password":"s3cret"}`)
		if err := writer(t).Put(ctx, "kept.test", "alice", "s3cret"); err != nil {
			t.Fatal(err)
		}
		out, err := admin.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(name)})
		if err != nil || out.Parameter.Version != 1 {
			t.Errorf("version %d, %v; want 1", out.Parameter.Version, err)
		}
	})
	run("erase a pair", func(t *testing.T) {
		put(t, prefix+"/gone.test/username", "alice")
		put(t, prefix+"/gone.test/password", "s3cret")
		if err := writer(t).Delete(ctx, "gone.test"); err != nil {
			t.Fatal(err)
		}
		out, err := admin.GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: aws.String(prefix + "/gone.test")})
		if err != nil || len(out.Parameters) != 0 {
			t.Errorf("left: %v, %v", out, err)
		}
	})
	run("over 4 KB", func(t *testing.T) {
		token := strings.Repeat("x", 5000)
		if err := writer(t).Put(ctx, "long.test", "alice", token); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = writer(t).Delete(ctx, "long.test") })
		want(t, reader(t), "long.test", "alice", token)
		out, err := admin.DescribeParameters(ctx, &ssm.DescribeParametersInput{ParameterFilters: []types.ParameterStringFilter{{Key: aws.String("Name"), Values: []string{prefix + "/long.test"}}}})
		if err != nil || len(out.Parameters) != 1 || out.Parameters[0].Tier == types.ParameterTierStandard {
			t.Errorf("described as %+v, %v; want a tier with room for it", out.Parameters, err)
		}
	})
	run("over 8 KB", func(t *testing.T) {
		err := writer(t).Put(ctx, "longer.test", "alice", strings.Repeat("x", 8200))
		if !errors.Is(err, errTooLong) {
			t.Errorf("err = %v, want errTooLong", err)
		}
	})
	run("too deep", func(t *testing.T) {
		key := strings.Repeat("a/", 15-strings.Count(prefix, "/")-1) + "a"
		if err := writer(t).Put(ctx, key, "alice", "s3cret"); err != nil {
			t.Fatalf("the deepest name: %v", err)
		}
		t.Cleanup(func() { _ = writer(t).Delete(ctx, key) })
		want(t, reader(t), key, "alice", "s3cret")
		_, err := admin.PutParameter(ctx, &ssm.PutParameterInput{Name: aws.String(prefix + "/" + key + "/a"), Value: aws.String("x"), Type: types.ParameterTypeString})
		if err == nil {
			t.Error("the store takes a deeper name than this program believes")
		}
	})
	run("no decrypt", func(t *testing.T) {
		name := put(t, prefix+"/cipher.test", "s3cret")
		out, err := admin.GetParameters(ctx, &ssm.GetParametersInput{Names: []string{name}})
		if err != nil || strings.Contains(aws.ToString(out.Parameters[0].Value), "s3cret") {
			t.Errorf("a SecureString is shown without decryption: %v, %v", out, err)
		}
	})
	run("list of 25", func(t *testing.T) {
		for i := range 25 {
			put(t, fmt.Sprintf("%s/r%02d.test", prefix, i), fmt.Sprintf(`{"username":"u%d","password":"p"}`, i))
		}
		put(t, prefix+"/pair.test/username", "alice")
		put(t, prefix+"/pair.test/password", "s3cret")
		put(t, prefix+"/broken.test", "plain")
		s := reader(t)
		var notes []string
		s.Note = func(text string) { notes = append(notes, text) }
		users, err := s.List(ctx)
		if err != nil || len(users) != 26 || users["r24.test"] != "u24" || users["pair.test"] != "alice" {
			t.Errorf("List() = %v, %v", users, err)
		}
		if len(notes) != 1 || !strings.Contains(notes[0], "broken.test") || strings.Contains(notes[0], "plain") {
			t.Errorf("notes: %q", notes)
		}
	})
	run("a version and a label", func(t *testing.T) {
		name := put(t, prefix+"/team/hub", `{"username":"old","password":"s3cret"}`)
		if _, err := admin.LabelParameterVersion(ctx, &ssm.LabelParameterVersionInput{Name: aws.String(name), Labels: []string{"stable"}, ParameterVersion: aws.Int64(1)}); err != nil {
			t.Fatal(err)
		}
		put(t, name, `{"username":"new","password":"s3cret"}`)
		want(t, located(t, map[string]string{"parameter": name}), "located.test", "new", "s3cret")
		for _, selector := range []string{":1", ":stable"} {
			s := located(t, map[string]string{"parameter": name + selector})
			want(t, s, "located.test", "old", "s3cret")
			var refused *ReadOnlyError
			if err := s.Put(ctx, "located.test", "alice", "new"); !errors.As(err, &refused) {
				t.Errorf("Put to %s: %v; want a ReadOnlyError", selector, err)
			}
			if err := s.Delete(ctx, "located.test"); !errors.As(err, &refused) {
				t.Errorf("Delete of %s: %v; want a ReadOnlyError", selector, err)
			}
		}
	})
	run("an ARN", func(t *testing.T) {
		name := put(t, prefix+"/shared", `{"username":"alice","password":"s3cret"}`)
		out, err := admin.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(name)})
		if err != nil {
			t.Fatal(err)
		}
		s := located(t, map[string]string{"parameter": aws.ToString(out.Parameter.ARN)})
		want(t, s, "located.test", "alice", "s3cret")
		var refused *ReadOnlyError
		if err := s.Put(ctx, "located.test", "alice", "new"); !errors.As(err, &refused) {
			t.Errorf("Put: %v; want a ReadOnlyError", err)
		}
	})
	run("two parameters of the team's own", func(t *testing.T) {
		user, pass := put(t, prefix+"/team/user", "alice"), put(t, prefix+"/team/pass", "s3cret")
		s := located(t, map[string]string{"usernameParameter": user, "passwordParameter": pass})
		want(t, s, "located.test", "alice", "s3cret")
		if err := s.Put(ctx, "located.test", "bob", "new"); err != nil {
			t.Fatal(err)
		}
		if u, p := value(t, user), value(t, pass); u != "bob" || p != "new" {
			t.Errorf("stored %q, %q", u, p)
		}
		if err := s.Delete(ctx, "located.test"); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Get(ctx, "located.test"); !errors.Is(err, ErrNotFound) {
			t.Errorf("after erase: %v", err)
		}
	})
	contractLocations(t, prefix, put, run)
}
