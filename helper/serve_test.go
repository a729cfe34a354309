package helper

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"docker-credential-ssm/internal/message"

	"github.com/docker/docker-credential-helpers/credentials"
)

func TestMain(m *testing.M) {
	credentials.Name = "docker-credential-ssm"
	os.Exit(m.Run())
}

// fake is a store with one answer.
type fake struct {
	username, secret string
	err              error
}

func (f fake) Get(context.Context, string) (string, string, error) {
	return f.username, f.secret, f.err
}
func (f fake) Put(context.Context, string, string, string) error { return f.err }
func (f fake) Delete(context.Context, string) error              { return f.err }
func (f fake) List(context.Context) (map[string]string, error) {
	return map[string]string{"docker.io": f.username, "not_a_key": "x"}, f.err
}

type absent struct{ error }

func (absent) NotFound() {}

func serve(f fake, verb, in string) (ok bool, stdout, stderr string) {
	var out, errs strings.Builder
	ok = Serve(New(context.Background(), f), verb, strings.NewReader(in), &out, &errs)
	return ok, out.String(), errs.String()
}

func TestServe(t *testing.T) {
	denied := fake{err: message.Advise(errors.New("denied\nby \x1b[31mmallory"), "Ask somebody")}
	const line = "docker-credential-ssm: get docker.io failed: denied by  [31mmallory. Ask somebody\n"
	for _, tt := range []struct {
		name, verb, in string
		store          fake
		ok             bool
		stdout, stderr string
	}{
		{"a credential", "get", "docker.io", fake{username: "alice", secret: "s3cret"}, true, `{"ServerURL":"docker.io","Username":"alice","Secret":"s3cret"}` + "\n", ""},
		{"not found is exactly that", "get", "docker.io", fake{err: absent{errors.New("x")}}, false, "credentials not found in native keychain", ""},
		{"one line, on both streams", "get", "docker.io", denied, false, line, line},
		{"never half a credential", "get", "docker.io", fake{username: "alice"}, false, "", ""},
		{"only keys are listed", "list", "", fake{username: "alice"}, true, `{"https://index.docker.io/v1/":"alice"}` + "\n", ""},
		{"stored", "store", `{"ServerURL":"docker.io","Username":"a","Secret":"b"}`, fake{}, true, "", ""},
		{"erased", "erase", "docker.io", fake{}, true, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ok, stdout, stderr := serve(tt.store, tt.verb, tt.in)
			if tt.stdout == "" && !tt.ok { // any one line
				if ok || stdout != stderr || strings.Count(stdout, "\n") != 1 || strings.Contains(stdout, "native keychain") {
					t.Errorf("%v, %q, %q", ok, stdout, stderr)
				}
				return
			}
			if ok != tt.ok || stdout != tt.stdout || stderr != tt.stderr {
				t.Errorf("%v, %q, %q; want %v, %q, %q", ok, stdout, stderr, tt.ok, tt.stdout, tt.stderr)
			}
		})
	}
}

// TestServeHidesInput: what JSON says about a broken credential can quote it.
func TestServeHidesInput(t *testing.T) {
	for _, in := range []string{"s3cret", `{"Secret":s3cret`, `{"ServerURL":"docker.io","Username":"a","Secret":["s3cret"]}`, `"s3cret"`} {
		if ok, stdout, _ := serve(fake{}, "store", in); ok || strings.Contains(stdout, "s3") || strings.Contains(stdout, "'s'") {
			t.Errorf("store of %q: %v, %q", in, ok, stdout)
		}
	}
}

// TestServeFullDisk: an answer that cannot be written is a failure.
func TestServeFullDisk(t *testing.T) {
	r, w := io.Pipe()
	_ = r.CloseWithError(errors.New("closed"))
	var errs strings.Builder
	if Serve(New(context.Background(), fake{username: "a", secret: "b"}), "get", strings.NewReader("docker.io"), w, &errs) {
		t.Error("a credential that nobody got is a success")
	}
	if !strings.Contains(errs.String(), "closed") {
		t.Errorf("standard error: %q", errs.String())
	}
}

// TestInputEnds: a client that leaves standard input open does not keep the
// program past its deadline.
func TestInputEnds(t *testing.T) {
	r, _ := io.Pipe()
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	var out, errs strings.Builder
	if Serve(New(ctx, fake{}), "get", WithContext(ctx, r), &out, &errs) || !strings.Contains(out.String(), "did not end before the deadline") {
		t.Errorf("standard output: %q", out.String())
	}
}
