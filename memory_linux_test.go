package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"docker-credential-ssm/internal/testenv"
)

// maxMemory is the most that the program may occupy, in KB, whatever it is sent.
const maxMemory = 40 << 10

// endless writes a beginning, and then the same again and again until nobody reads.
func endless(w io.Writer, beginning, again string) {
	_, err := io.WriteString(w, beginning)
	for block := strings.Repeat(again, 1+64<<10/len(again)); err == nil; {
		_, err = io.WriteString(w, block)
	}
}

func endlessAnswer(header, beginning, again string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if name, value, ok := strings.Cut(header, ": "); ok {
			w.Header().Set(name, value)
		}
		if strings.HasPrefix(header, "status ") {
			w.WriteHeader(http.StatusBadRequest)
		}
		endless(w, beginning, again)
	}
}

// raw takes the connection over and writes to it what need not be HTTP.
func raw(beginning, again string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		var conn net.Conn
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			endless(conn, beginning, again)
			_ = conn.Close()
		}
	}
}

// bomb is an answer that becomes a thousand times as long.
func bomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	z, _ := gzip.NewWriterLevel(w, gzip.BestCompression)
	endless(z, `{"Parameters":[{"Name":"`, "x")
}

// pages are a list without an end: each page is short enough, and names the next one.
func pages() http.HandlerFunc {
	var n atomic.Int64
	value := strings.Repeat("x", 8000)
	return func(w http.ResponseWriter, _ *http.Request) {
		var b bytes.Buffer
		b.WriteString(`{"Parameters":[`)
		page := n.Add(1)
		for i := range 10 {
			if i > 0 {
				b.WriteString(",")
			}
			fmt.Fprintf(&b, `{"Name":"/CodeBuild/docker-credentials/r%d-%d","Type":"SecureString","Value":%q,"Version":1}`, page, i, value)
		}
		fmt.Fprintf(&b, `],"NextToken":"t%d"}`, page)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = w.Write(b.Bytes())
	}
}

// TestMemory: whatever the other side of a connection, a file or a pipe has, the program
// fails with one line, and stays below its limit of memory.
func TestMemory(t *testing.T) {
	if command := os.Getenv("MEMORY_TEST"); command != "" {
		measure(strings.Fields(command))
	}
	program := testenv.Build(t)
	type env []string
	sparse := func(t *testing.T, path, beginning string) string {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(beginning), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, 1<<30); err != nil {
			t.Fatal(err)
		}
		return path
	}
	link := func(t *testing.T, path, to string) string {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	fifo := func(t *testing.T, path, beginning, again string) string {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := unix.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		// Open for both, so that neither end waits for the other; it ends with the pipe.
		f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		go endless(f, beginning, again)
		return path
	}
	file := func(t *testing.T, path, text string) string {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	keys := env{"AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=secret"}
	const sso = "[default]\nsso_session=corp\nsso_account_id=111122223333\nsso_role_name=dev\n[sso-session corp]\nsso_start_url=https://corp.awsapps.com/start\nsso_region=eu-central-1\n"
	const token = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
	type room struct {
		home, url string
	}
	for _, tt := range []struct {
		name  string
		verb  string
		aws   http.HandlerFunc
		stdin func(w io.Writer)
		begin func(t *testing.T, r room) env
	}{
		{name: "an answer without an end", aws: endlessAnswer("", `{"Parameters":[{"Name":"`, "x")},
		{name: "an answer of white space", aws: endlessAnswer("", "", " ")},
		{name: "an answer of parameters", aws: endlessAnswer("", `{"Parameters":[`, `{"Name":"a","Value":"b"},`)},
		{name: "an answer of brackets", aws: endlessAnswer("", "", "[")},
		{name: "an answer of objects", aws: endlessAnswer("", "", `{"a":`)},
		{name: "an error without an end", aws: endlessAnswer("status 400", `{"__type":"`, "x")},
		{name: "an answer that unpacks without an end", aws: bomb},
		{name: "a header without an end", aws: raw("HTTP/1.1 200 OK\r\nX: ", "x")},
		{name: "headers without an end", aws: raw("HTTP/1.1 200 OK\r\n", "X: x\r\n")},
		{name: "a status without an end", aws: raw("HTTP/1.1 ", "2")},
		{name: "answers that are none yet", aws: raw("", "HTTP/1.1 103 Early Hints\r\nX: x\r\n\r\n")},
		{name: "chunks with extensions", aws: raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1;xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\nx\r\n")},
		{name: "trailers", aws: raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\n{}\r\n0\r\n", "X: xxxxxxxxxxxxxxxxxxxx\r\n")},
		{name: "something other than HTTP", aws: raw("", "x")},
		{name: "list, pages without an end", verb: "list", aws: pages()},
		{name: "a secret without an end", aws: endlessAnswer("", `{"SecretString":"`, "x"), begin: func(t *testing.T, r room) env {
			file(t, r.home+"/config.json", `{"plugins":{"docker-credential-ssm/docker.io":{"secret":"hub"}}}`)
			return nil
		}},
		{name: "STS without an end", aws: endlessAnswer("Content-Type: text/xml", "<AssumeRoleResponse>", "<a>"), begin: func(t *testing.T, r room) env {
			return env{"DOCKER_CREDENTIAL_SSM_ROLE_ARN=arn:aws:iam::111122223333:role/pull", "AWS_ENDPOINT_URL_STS=" + r.url}
		}},
		{name: "a container's credentials without an end", aws: endlessAnswer("", `{"AccessKeyId":"`, "x"), begin: func(t *testing.T, r room) env {
			return env{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_CONTAINER_CREDENTIALS_FULL_URI=" + r.url + "/role"}
		}},
		{name: "an instance's metadata without an end", aws: endlessAnswer("X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 300", "", "x"), begin: func(t *testing.T, r room) env {
			return env{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_EC2_METADATA_DISABLED=false", "AWS_EC2_METADATA_SERVICE_ENDPOINT=" + r.url}
		}},
		{name: "SSO without an end", aws: endlessAnswer("Content-Type: application/json", `{"roleCredentials":{"accessKeyId":"`, "x"), begin: func(t *testing.T, r room) env {
			file(t, r.home+"/.aws/config", sso)
			file(t, r.home+"/"+token, `{"accessToken":"s3cret","expiresAt":"2099-01-02T03:04:05Z"}`)
			return env{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_ENDPOINT_URL_SSO=" + r.url}
		}},

		{name: "standard input without an end", stdin: func(w io.Writer) { endless(w, "", "x") }},
		{name: "standard input of lines", stdin: func(w io.Writer) { endless(w, "docker.io", "\n") }},
		{name: "store, standard input without an end", verb: "store", stdin: func(w io.Writer) { endless(w, `{"ServerURL":"docker.io","Username":"a","Secret":"`, "x") }},
		{name: "store, the longest standard input", verb: "store", stdin: func(w io.Writer) {
			_, _ = io.WriteString(w, `{"ServerURL":"docker.io","Username":"a","Secret":"`+strings.Repeat(`\u0001`, 1<<20/6-20)+`"}`)
		}},

		{name: "a config.json of 1 GB", begin: func(t *testing.T, r room) env { sparse(t, r.home+"/config.json", `{"plugins":"`); return nil }},
		{name: "a config.json of blanks", begin: func(t *testing.T, r room) env {
			fifo(t, r.home+"/config.json", "", " ")
			return nil
		}},
		{name: "a config.json without an end", begin: func(t *testing.T, r room) env {
			fifo(t, r.home+"/config.json", `{"auths":{"a":{}`, `,"a":{"auth":"YTpi"}`)
			return nil
		}},
		{name: "a config.json that is /dev/zero", begin: func(t *testing.T, r room) env { link(t, r.home+"/config.json", "/dev/zero"); return nil }},
		{name: "configure, a config.json of 1 GB", verb: "configure", begin: func(t *testing.T, r room) env { sparse(t, r.home+"/config.json", `{"a":"`); return nil }},
		{name: "doctor, a config.json of 1 GB", verb: "doctor", begin: func(t *testing.T, r room) env { sparse(t, r.home+"/config.json", `{"a":"`); return nil }},
		{name: "AWS's config of 1 GB", begin: func(t *testing.T, r room) env { sparse(t, r.home+"/.aws/config", "[default]\n"); return nil }},
		{name: "AWS's config that is /dev/zero", begin: func(t *testing.T, r room) env { link(t, r.home+"/.aws/config", "/dev/zero"); return nil }},
		{name: "AWS's config without an end", begin: func(t *testing.T, r room) env {
			fifo(t, r.home+"/.aws/config", "[default]\n", "a=b\n")
			return nil
		}},
		{name: "AWS's credentials of 1 GB", begin: func(t *testing.T, r room) env { sparse(t, r.home+"/.aws/credentials", "[default]\n"); return nil }},
		{name: "AWS's credentials that are /dev/zero", begin: func(t *testing.T, r room) env { link(t, r.home+"/.aws/credentials", "/dev/zero"); return nil }},
		{name: "AWS's config of 1 GB, with the cache on", begin: func(t *testing.T, r room) env {
			sparse(t, r.home+"/.aws/config", "[default]\n")
			return env{"DOCKER_CREDENTIAL_SSM_CACHE_TTL=5m"}
		}},
		{name: "a web identity without an end", begin: func(t *testing.T, r room) env {
			return env{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_WEB_IDENTITY_TOKEN_FILE=/dev/zero", "AWS_ROLE_ARN=arn:aws:iam::111122223333:role/pull"}
		}},
		{name: "a profile's web identity of 1 GB", begin: func(t *testing.T, r room) env {
			file(t, r.home+"/.aws/config", "[default]\nrole_arn=arn:aws:iam::111122223333:role/pull\nweb_identity_token_file="+sparse(t, r.home+"/token", "x")+"\n")
			return env{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="}
		}},
		{name: "a container's token without an end", begin: func(t *testing.T, r room) env {
			return env{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_CONTAINER_CREDENTIALS_FULL_URI=" + r.url + "/role", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/dev/zero"}
		}},
		{name: "a session of aws sso login of 1 GB", begin: func(t *testing.T, r room) env {
			file(t, r.home+"/.aws/config", sso)
			sparse(t, r.home+"/"+token, `{"accessToken":"`)
			return env{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="}
		}},
		{name: "a session of aws sso login without an end", begin: func(t *testing.T, r room) env {
			file(t, r.home+"/.aws/config", sso)
			link(t, r.home+"/"+token, "/dev/zero")
			return env{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="}
		}},
		{name: "a credential_process without an end", begin: func(t *testing.T, r room) env {
			file(t, r.home+"/.aws/config", "[default]\ncredential_process=yes '{\"Version\":1,'\n")
			return env{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="}
		}},
		{name: "a credential_process whose standard error has no end", begin: func(t *testing.T, r room) env {
			file(t, r.home+"/.aws/config", "[default]\ncredential_process=yes >&2\n")
			return env{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "DOCKER_CREDENTIAL_SSM_TIMEOUT=1s"}
		}},
		{name: "certificates without an end", begin: func(t *testing.T, r room) env { return env{"AWS_CA_BUNDLE=/dev/zero"} }},
		{name: "certificates of 1 GB", begin: func(t *testing.T, r room) env { return env{"AWS_CA_BUNDLE=" + sparse(t, r.home+"/ca.pem", "x")} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home := testenv.Isolate(t)
			_ = os.Unsetenv("AWS_CONFIG_FILE")
			_ = os.Unsetenv("AWS_SHARED_CREDENTIALS_FILE")
			aws := tt.aws
			if aws == nil {
				aws = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }
			}
			s := httptest.NewServer(aws)
			defer s.Close()
			defer s.CloseClientConnections()
			verb := tt.verb
			if verb == "" {
				verb = "get"
			}
			// What a process has occupied includes what its parent had when it started it:
			// a small parent starts the program, and says how much it was.
			says, measured, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer says.Close()
			cmd := exec.Command(os.Args[0], "-test.run=TestMemory$")
			cmd.ExtraFiles = []*os.File{measured}
			cmd.Env = append(os.Environ(), append(keys, "MEMORY_TEST="+program+" "+verb, "AWS_ENDPOINT_URL="+s.URL, "AWS_REGION=eu-central-1", "AWS_MAX_ATTEMPTS=2", "DOCKER_CONFIG="+home, "DOCKER_CREDENTIAL_SSM_TIMEOUT=10s")...)
			if tt.begin != nil {
				cmd.Env = append(cmd.Env, tt.begin(t, room{home, s.URL})...)
			}
			in, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stdin = in
			var out bytes.Buffer
			cmd.Stdout = &out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			_ = in.Close()
			go func() {
				defer w.Close()
				if tt.stdin == nil {
					_, _ = io.WriteString(w, "docker.io")
				} else {
					tt.stdin(w)
				}
			}()
			_ = measured.Close()
			err = cmd.Wait()
			_ = w.Close()
			var rss int64
			if _, err := fmt.Fscan(says, &rss); err != nil || rss == 0 {
				t.Fatalf("nothing is measured: %v: %s", err, head(out.String()))
			}
			if err == nil || strings.Contains(out.String(), "native keychain") {
				t.Errorf("%v: %s", err, head(out.String()))
			}
			if rss > maxMemory {
				t.Errorf("it occupies %d KB, more than %d: %s", rss, maxMemory, head(out.String()))
			} else {
				t.Logf("%d KB: %s", rss, head(out.String()))
			}
		})
	}
}

// measure runs the program, says how much memory it occupied, and ends as it did.
func measure(command []string) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	_ = cmd.Run()
	fmt.Fprintln(os.NewFile(3, "measured"), cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	os.Exit(cmd.ProcessState.ExitCode())
}

func head(text string) string { return strings.TrimSpace(text[:min(len(text), 300)]) }
