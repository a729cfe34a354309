package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// The memory of a run that has a secret in it. The user is not root, who may read
// everything; root's tests use the user nobody.

const nobody = 65534

// asUser has a command run as somebody without root's rights.
func asUser(cmd *exec.Cmd) {
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
}

// held is a run of store that has the secret in memory, and waits for AWS.
type held struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
	dir            string // where it runs, and a core file would be
}

const heldSecret = "s3cret-that-stays-in-memory"

// holding starts such a run.
func holding(t *testing.T, program string, environ ...string) *held {
	t.Helper()
	store := ssmtest.NewServer()
	t.Cleanup(store.Close)
	store.Fail(ssmtest.Fault{Delay: time.Minute})
	h := &held{dir: letIn(t, t.TempDir())}
	if os.Getuid() == 0 {
		if err := os.Chown(h.dir, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	// The shell's limit is the one under which a core file would be written.
	h.cmd = exec.Command("sh", "-c", `ulimit -S -c "$(ulimit -H -c)"; exec "$@"`, "sh", program, "store")
	asUser(h.cmd)
	h.cmd.Dir = h.dir
	h.cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+store.URL, "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=secret", "DOCKER_CONFIG="+h.dir, "HOME="+h.dir)
	h.cmd.Env = append(h.cmd.Env, environ...)
	h.cmd.Stdin = strings.NewReader(`{"ServerURL":"docker.io","Username":"alice","Secret":"` + heldSecret + `"}`)
	h.cmd.Stdout, h.cmd.Stderr = &h.stdout, &h.stderr
	if err := h.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.cmd.Process.Kill(); _ = h.cmd.Wait() })
	for i := 0; len(store.Calls()) == 0; i++ {
		if i == 2000 {
			t.Fatal("it never asks")
		}
		time.Sleep(5 * time.Millisecond)
	}
	return h
}

// letIn lets every user into a folder of a test.
func letIn(t *testing.T, dir string) string {
	t.Helper()
	for _, path := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// builtForAll is the program at a place where every user may run it.
func builtForAll(t *testing.T) string {
	t.Helper()
	program := testenv.Build(t)
	letIn(t, filepath.Dir(program))
	return program
}

// TestMemoryIsClosed: while the secret is in memory, another process of the same user
// cannot read it through /proc or attach to it, and the limit of core files is 0.
func TestMemoryIsClosed(t *testing.T) {
	if pid, err := strconv.Atoi(os.Getenv("PROCESS_TEST_PID")); err == nil {
		spy(pid)
	}
	program := builtForAll(t)
	testenv.Isolate(t)
	test, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	spying := filepath.Join(letIn(t, t.TempDir()), "spy")
	if err := os.WriteFile(spying, test, 0o755); err != nil {
		t.Fatal(err)
	}
	look := func(pid int) string {
		cmd := exec.Command(spying, "-test.run=TestMemoryIsClosed$")
		asUser(cmd)
		cmd.Env = append(os.Environ(), fmt.Sprint("PROCESS_TEST_PID=", pid))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	// Of a process that is not closed, the spy reads the environment and the memory.
	other := exec.Command("sleep", "60")
	asUser(other)
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Process.Kill(); _ = other.Wait() }()
	if seen := look(other.Process.Pid); !strings.Contains(seen, "environ: read") {
		t.Fatalf("the spy cannot even read another process:\n%s", seen)
	}
	h := holding(t, program)
	const want = "environ: permission denied\nmem: permission denied\nfd: permission denied\nattach: operation not permitted\n"
	if seen := look(h.cmd.Process.Pid); seen != want {
		t.Errorf("another process of the user has of it:\n%swant\n%s", seen, want)
	}
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", h.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(limits)) {
		if f := strings.Fields(line); strings.HasPrefix(line, "Max core file size") && f[4] != "0" {
			t.Error(line)
		}
	}
}

// spy says what it can have of another process of its user, and ends.
func spy(pid int) {
	say := func(what string, err error) {
		result := "read"
		var number syscall.Errno
		if errors.As(err, &number) {
			result = number.Error()
		}
		fmt.Printf("%s: %s\n", what, result)
	}
	proc := fmt.Sprintf("/proc/%d/", pid)
	_, err := os.ReadFile(proc + "environ")
	say("environ", err)
	f, err := os.Open(proc + "mem")
	if err == nil {
		_ = f.Close()
	}
	say("mem", err)
	_, err = os.ReadDir(proc + "fd")
	say("fd", err)
	err = unix.PtraceSeize(pid)
	say("attach", err)
	os.Exit(0)
}

// TestNoCore: no signal that ends a program with a core file leaves one, nor a trace
// with the secret, also where the Go runtime is asked to crash.
func TestNoCore(t *testing.T) {
	program := builtForAll(t)
	testenv.Isolate(t)
	for _, signal := range []syscall.Signal{syscall.SIGABRT, syscall.SIGQUIT, syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGTRAP, syscall.SIGILL, syscall.SIGFPE, syscall.SIGSYS, syscall.SIGXCPU} {
		for _, environ := range []string{"GOTRACEBACK=crash", "GOTRACEBACK=single"} {
			t.Run(unix.SignalName(signal)+" "+environ, func(t *testing.T) {
				t.Parallel() // the runtime waits five seconds for a thread that does not crash
				h := holding(t, program, environ)
				if err := h.cmd.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
				if err := h.cmd.Wait(); err == nil {
					t.Error("it succeeds")
				}
				if h.cmd.ProcessState.Sys().(syscall.WaitStatus).CoreDump() {
					t.Error("the system has written a core file")
				}
				files, err := os.ReadDir(h.dir)
				if err != nil || len(files) != 0 {
					t.Errorf("it leaves %v, %v", files, err)
				}
				said := h.stdout.String() + h.stderr.String()
				for _, text := range []string{heldSecret, base64.StdEncoding.EncodeToString([]byte(heldSecret))} {
					if strings.Contains(said, text) {
						t.Errorf("it says %q in\n%s", text, said)
					}
				}
				for _, text := range inHex(heldSecret) {
					if strings.Contains(said, text) {
						t.Errorf("the trace has %s of the secret in\n%s", text, said)
					}
				}
				if (signal == syscall.SIGABRT || signal == syscall.SIGQUIT) && strings.Contains(said, "goroutine ") {
					t.Errorf("it prints its stacks:\n%s", said)
				}
			})
		}
	}
}

// inHex are the words of eight bytes in a text, as a trace shows a register.
func inHex(text string) (words []string) {
	for i := range len(text) - 7 {
		var n uint64
		for j := range 8 {
			n |= uint64(text[i+j]) << (8 * j)
		}
		words = append(words, fmt.Sprintf("0x%x", n))
	}
	return words
}

// TestOwnFiles: what the program itself reads below /dev/fd is still open to it, such as
// the pipe of a shell's <(…), also where it is not root's.
func TestOwnFiles(t *testing.T) {
	program := builtForAll(t)
	testenv.Isolate(t)
	store := ssmtest.NewServer()
	defer store.Close()
	store.Put(ssmtest.Parameter{Name: "/CodeBuild/docker-credentials/docker.io", Value: `{"username":"alice","password":"s3cret"}`})
	for _, redirect := range []string{"", "2>&1", "3</dev/null"} {
		cmd := exec.Command("sh", "-c", `printf '[default]\naws_access_key_id=AKIAPIPE\naws_secret_access_key=secret\nregion=eu-central-1\n' | (exec 5<&0; echo docker.io | AWS_CONFIG_FILE=/dev/fd/5 exec "$1" get `+redirect+`)`, "sh", program)
		asUser(cmd)
		cmd.Dir = "/"
		cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+store.URL, "DOCKER_CONFIG=/nowhere", "HOME=/nowhere", "AWS_SHARED_CREDENTIALS_FILE=/nowhere/credentials")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "s3cret") {
			t.Errorf("%s: %v: %s", redirect, err, out)
		}
	}
}

// TestChildrenInherit: what a credential_process has from the program: the user's own
// environment and no more, an empty standard input, no other open file, and nothing of
// the password that login reads.
func TestChildrenInherit(t *testing.T) {
	program := testenv.Build(t)
	home := testenv.Isolate(t)
	store := ssmtest.NewServer()
	defer store.Close()
	process := filepath.Join(home, "process.sh")
	const list = `for fd in /proc/self/fd/*; do n=${fd##*/}; case $n in 0|1|2|9|1?) ;; *) [ -e $fd ] && echo "open: $n $(readlink $fd)";; esac; done`
	inherited, err := exec.Command("sh", "-c", list).Output() // by whatever runs this test
	if err != nil && len(inherited) == 0 {
		inherited = nil
	}
	script := `exec 9>>` + home + `/seen
echo "stdin: $(cat)" >&9
` + list + ` >&9
echo "limit: $(ulimit -S -c)" >&9
env >&9
tr '\0' ' ' </proc/$PPID/cmdline >&9
exec 9>&-
echo '{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"awss3cret","SessionToken":"awss3cret"}'`
	if err := os.WriteFile(process, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".aws", "config"), []byte("[default]\nregion=eu-central-1\ncredential_process=sh "+process+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, run := range []struct {
		args  []string
		stdin string
	}{
		{[]string{"login", "--offline", "--username", "alice", "--password-stdin", "--force"}, heldSecret},
		{[]string{"store"}, `{"ServerURL":"docker.io","Username":"bob","Secret":"` + heldSecret + `"}`},
		{[]string{"get"}, "docker.io"},
		{[]string{"doctor", "docker.io"}, ""},
		{[]string{"erase"}, "docker.io"},
	} {
		_ = os.Remove(filepath.Join(home, "seen"))
		stdin := filepath.Join(home, "stdin") // a file, which a child could read again from its beginning
		if err := os.WriteFile(stdin, []byte(run.stdin), 0o600); err != nil {
			t.Fatal(err)
		}
		in, err := os.Open(stdin)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(program, run.args...)
		cmd.Env = append(os.Environ(), "AWS_ENDPOINT_URL="+store.URL, "AWS_ENDPOINT_URL_STS="+store.URL, "DOCKER_CONFIG="+home, "DOCKER_CREDENTIAL_SSM_WRITABLE=true")
		cmd.Stdin = in
		out, err := cmd.CombinedOutput()
		_ = in.Close()
		if err != nil && run.args[0] != "doctor" {
			t.Errorf("%v: %v: %s", run.args, err, out)
		}
		seen, err := os.ReadFile(filepath.Join(home, "seen"))
		if err != nil {
			t.Fatalf("%v: %v: %s", run.args, err, out)
		}
		if !strings.Contains(string(seen), "stdin: \n") {
			t.Errorf("%v: the process has a standard input", run.args)
		}
		for _, text := range []string{heldSecret, "awss3cret", base64.StdEncoding.EncodeToString([]byte(heldSecret)), "open: "} {
			for line := range strings.Lines(string(seen)) {
				if strings.Contains(line, text) && !strings.Contains(string(inherited), line) {
					t.Errorf("%v: the process has %s", run.args, line)
				}
			}
		}
	}
}
