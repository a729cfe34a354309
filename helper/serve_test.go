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
	"docker-credential-ssm/internal/output"

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

// over is a helper over a store that opens.
func over(ctx context.Context, s Store) *Helper {
	h := New(ctx)
	h.Open = func(string, string) (Store, error) { return s, nil }
	return h
}

func serve(f fake, verb, in string) (ok bool, stdout, stderr string) {
	var out, errs strings.Builder
	ok = Serve(over(context.Background(), f), verb, strings.NewReader(in), &output.Output{Out: &out, Err: &errs})
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
		{"never a credential without a secret", "get", "docker.io", fake{username: "alice"}, false, "", ""},
		{"nor without a user name", "get", "docker.io", fake{secret: "s3cret"}, false, "", ""},
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
		if ok, stdout, _ := serve(fake{}, "store", in); ok || strings.Contains(stdout, "s3") || strings.Contains(stdout, "'s'") || strings.Contains(stdout, "Go ") {
			t.Errorf("store of %q: %v, %q", in, ok, stdout)
		}
	}
}

// TestServeFullDisk: an answer that cannot be written is a failure.
func TestServeFullDisk(t *testing.T) {
	r, w := io.Pipe()
	_ = r.CloseWithError(errors.New("closed"))
	var errs strings.Builder
	if Serve(over(context.Background(), fake{username: "a", secret: "b"}), "get", strings.NewReader("docker.io"), &output.Output{Out: w, Err: &errs}) {
		t.Error("a credential that nobody got is a success")
	}
	if !strings.Contains(errs.String(), "get docker.io failed: the answer cannot be written to standard output: closed. ") {
		t.Errorf("standard error: %q", errs.String())
	}
}

// TestExactTexts: clients compare the library's own texts with all of standard output.
func TestExactTexts(t *testing.T) {
	for _, tt := range []struct{ verb, in, want, line string }{
		{"get", "", "no credentials server URL", "get failed: no credentials server URL. Write a server URL to standard input, as in echo docker.io | docker-credential-ssm get"},
		{"get", " \t\r\n", "no credentials server URL", "get failed: no credentials server URL. Write a server URL to standard input, as in echo docker.io | docker-credential-ssm get"},
		{"erase", "\n", "no credentials server URL", "erase failed: no credentials server URL. Write a server URL to standard input, as in echo docker.io | docker-credential-ssm erase"},
		{"store", `{"ServerURL":"\t","Username":"a","Secret":"b"}`, "no credentials server URL", `store failed: no credentials server URL. Write {"ServerURL":"…","Username":"…","Secret":"…"} to standard input`},
		{"store", `{"Username":"a","Secret":"b"}`, "no credentials server URL", `store failed: no credentials server URL. Write {"ServerURL":"…","Username":"…","Secret":"…"} to standard input`},
		{"store", `{"ServerURL":"ghcr.io","Secret":"b"}`, "no credentials username", `store ghcr.io failed: no credentials username. Write {"ServerURL":"…","Username":"…","Secret":"…"} to standard input`},
	} {
		ok, stdout, stderr := serve(fake{username: "a", secret: "b"}, tt.verb, tt.in)
		if ok || stdout != tt.want || stderr != "docker-credential-ssm: "+tt.line+"\n" {
			t.Errorf("%s of %q: %v, %q, %q", tt.verb, tt.in, ok, stdout, stderr)
		}
	}
}

// TestInput: what standard input may hold, and no more of it is read than that.
func TestInput(t *testing.T) {
	pad := func(n int) string { return strings.Repeat(" ", n) }
	json := func(secret string) string { return `{"ServerURL":"ghcr.io","Username":"a","Secret":"` + secret + `"}` }
	for _, tt := range []struct{ name, verb, in, problem string }{
		{"most for a server URL", "get", "docker.io" + pad(64<<10-9), ""},
		{"more than that", "get", "docker.io" + pad(64<<10-8), "standard input has more than 64 KB"},
		{"more than that to erase", "erase", "docker.io" + pad(64<<10-8), "standard input has more than 64 KB"},
		{"without an end", "get", "\x00endless", "standard input has more than 64 KB"},
		{"long for a credential, in one line", "store", json(strings.Repeat("s3cret!", 100_000)), ""},
		{"too long for a credential", "store", json(strings.Repeat("s3cret!", 150_000)), "standard input has more than 1 MB"},
		{"a line's end", "get", "docker.io\r\n", ""},
		{"a byte order mark", "get", "\ufeffdocker.io\r\n", ""},
		{"UTF-16", "get", "d\x00o\x00", "standard input has a NUL byte in it, as UTF-16 has"},
		{"not UTF-8", "get", "docker.io\xff", "standard input is not UTF-8"},
		{"a secret that is not UTF-8", "store", json("s3cret\xff"), "standard input is not UTF-8"},
		{"two lines", "get", "docker.io\ns3cret", "standard input has more than one line"},
		{"a password of two lines", "store", json("s3cret\ns3cret"), "standard input holds no credential in JSON"},
		{"a control character", "get", "docker.io\x1b[31ms3cret", "bad server URL: it has a control character"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := io.Reader(strings.NewReader(tt.in))
			if tt.in == "\x00endless" {
				in = endless{}
			}
			var out, errs strings.Builder
			ok := Serve(over(context.Background(), fake{username: "a", secret: "b"}), tt.verb, in, &output.Output{Out: &out, Err: &errs})
			if tt.problem == "" {
				if want := `{"ServerURL":"docker.io","Username":"a","Secret":"b"}` + "\n"; !ok || tt.verb == "get" && out.String() != want {
					t.Errorf("%v, %.200s", ok, out.String())
				}
				return
			}
			if ok || out.String() != errs.String() || !strings.HasPrefix(out.String(), "docker-credential-ssm: "+tt.verb+" failed: "+tt.problem) || strings.Contains(out.String(), "s3cret") {
				t.Errorf("%v, %.200q, %.200q", ok, out.String(), errs.String())
			}
		})
	}
}

// endless is standard input that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, "docker.io "), nil }

// kept is a store that keeps what it is given.
type kept struct {
	fake
	key, username, secret *string
}

func (k kept) Put(_ context.Context, key, username, secret string) error {
	*k.key, *k.username, *k.secret = key, username, secret
	return nil
}

// TestStoredWhole: a long credential reaches the store as it was written.
func TestStoredWhole(t *testing.T) {
	var key, username, secret string
	want := strings.Repeat("ü€s3cret ", 10_000)
	var out, errs strings.Builder
	if !Serve(over(context.Background(), kept{fake{}, &key, &username, &secret}), "store",
		strings.NewReader(`{"ServerURL":"ghcr.io","Username":"a","Secret":"`+want+`"}`+"\n"), &output.Output{Out: &out, Err: &errs}) {
		t.Fatalf("%.200s", out.String())
	}
	if key != "ghcr.io" || username != "a" || secret != want {
		t.Errorf("%q, %q, a secret of %d bytes instead of %d", key, username, len(secret), len(want))
	}
}

// TestSettings: an error of the settings names the registry, and the store is not
// opened where nothing is asked of it.
func TestSettings(t *testing.T) {
	var opened []string
	h := New(context.Background())
	h.Open = func(what, key string) (Store, error) {
		opened = append(opened, what+"|"+key)
		return nil, message.Advise(errors.New("why"), "Do this")
	}
	for _, tt := range []struct{ verb, in, what, opened string }{
		{"get", "https://index.docker.io/v1/", "get docker.io", "get docker.io|docker.io"},
		{"erase", "localhost:5000", "erase localhost:5000", "erase localhost:5000|localhost_3A5000"},
		{"store", `{"ServerURL":"ghcr.io","Username":"a","Secret":"b"}`, "store ghcr.io", "store ghcr.io|ghcr.io"},
		{"list", "", "list", "list|"},
		{"get", "../x", "get", ""},
		{"store", `{"ServerURL":"docker.io/v1/access-token","Username":"a","Secret":"b"}`, "store docker.io/v1/access-token", ""},
	} {
		opened = nil
		var out, errs strings.Builder
		ok := Serve(h, tt.verb, strings.NewReader(tt.in), &output.Output{Out: &out, Err: &errs})
		if ok || !strings.HasPrefix(out.String(), "docker-credential-ssm: "+tt.what+" failed: ") || strings.Join(opened, " ") != tt.opened {
			t.Errorf("%s of %s: %v, %q, opened %q", tt.verb, tt.in, ok, out.String(), opened)
		}
	}
}

// TestInterruptedInput says what it was doing.
func TestInterruptedInput(t *testing.T) {
	r, _ := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs strings.Builder
	if Serve(over(ctx, fake{}), "get", WithContext(ctx, r), &output.Output{Out: &out, Err: &errs}) || !strings.Contains(out.String(), "get failed: interrupted while reading standard input. ") {
		t.Errorf("standard output: %q", out.String())
	}
}

// TestInputEnds: a client that leaves standard input open does not keep the
// program past its deadline.
func TestInputEnds(t *testing.T) {
	r, _ := io.Pipe()
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	var out, errs strings.Builder
	if Serve(over(ctx, fake{}), "get", WithContext(ctx, r), &output.Output{Out: &out, Err: &errs}) || !strings.Contains(out.String(), "did not end before the deadline") {
		t.Errorf("standard output: %q", out.String())
	}
}
