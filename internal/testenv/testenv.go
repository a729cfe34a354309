// Package testenv is what the tests of several packages need: an environment without
// what the user's own has for Docker and AWS ([Isolate]), programs that may not be on the
// machine ([Need]), and moto, another project's stand-in for AWS, where it is installed.
package testenv

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// Isolate gives a test an empty home, and takes from its environment whatever
// Docker, the AWS SDKs, Go's TLS or the program itself would read there. AWS's files
// are those of that home, and do not exist.
func Isolate(t testing.TB) (home string) {
	t.Helper()
	home = t.TempDir()
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		if Foreign(name) {
			t.Setenv(name, "") // remembers the value for afterwards
			_ = os.Unsetenv(name)
		}
	}
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	// The SDK has taken the places of these two from HOME before any test runs.
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(home, ".aws", "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(home, ".aws", "credentials"))
	return home
}

// Foreign reports whether a variable is one that a test must not inherit.
func Foreign(name string) bool {
	name = strings.ToUpper(name)
	for _, prefix := range []string{"AWS_", "DOCKER_", "CODEBUILD_", "SSL_CERT_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return slices.Contains([]string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REGISTRY_AUTH_FILE", "CI", "GITHUB_ACTIONS", "KUBERNETES_SERVICE_HOST"}, name)
}

// required lists, with blanks, the programs that a machine should have: a test
// that wants one of them and does not find it fails there instead of being
// skipped.
const required = "TEST_REQUIRES"

// Need returns a program's path, and skips the test where there is none.
func Need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		Lacking(t, program, program+" is not on the PATH")
	}
	return path
}

// NeedPOSIX skips the test on Windows: what it runs, such as the commands of a hint or of
// a buildspec, is for a POSIX shell.
func NeedPOSIX(t testing.TB) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the commands are for a POSIX shell")
	}
}

// Required reports whether the machine should have something.
func Required(what string) bool {
	return slices.Contains(strings.Fields(os.Getenv(required)), what)
}

// Lacking skips the test, or fails it where the machine should have what it
// is named by in [required].
func Lacking(t testing.TB, program, why string) {
	t.Helper()
	if Required(program) {
		t.Fatalf("%s, and %s asks for it", why, required)
	}
	t.Skip(why)
}

// environment is the one that the tests began with: after [Isolate], Go would find neither
// its cache nor its modules.
var environment = os.Environ()

// Build builds the program, for as long as the test lasts, and returns its
// path. The test is skipped where there is no go command.
func Build(t testing.TB) string {
	t.Helper()
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command to build the program with")
	}
	program := filepath.Join(t.TempDir(), "docker-credential-ssm")
	if runtime.GOOS == "windows" {
		program += ".exe" // or nothing there runs it
	}
	build := exec.Command(goTool, "build", "-o", program, "docker-credential-ssm")
	build.Env = environment
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// Vacate closes a listener, and keeps its port from others until the function that it
// returns is called: whoever connects there is refused. A port that is only closed may be
// that of another test's server a moment later.
func Vacate(l net.Listener) (release func(), err error) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	_ = l.Close()
	conn, err := (&net.Dialer{LocalAddr: l.Addr()}).Dial("tcp", other.Addr().String())
	if err != nil {
		_ = other.Close()
		return nil, err
	}
	return func() { _ = conn.Close(); _ = other.Close() }, nil
}

// Moto starts moto's server on loopback, for as long as the test lasts, and
// returns its URL. The test is skipped where there is no moto_server.
func Moto(t testing.TB) string {
	t.Helper()
	return motoServer(t, Need(t, "moto_server"))
}

// motoServer starts moto by a command that takes a host and a port, with -H and -p
// unless it is a script of one's own.
func motoServer(t testing.TB, command ...string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	host, port, _ := net.SplitHostPort(address)
	args := append(command[1:], host, port)
	if len(command) == 1 {
		args = []string{"-H", host, "-p", port}
	}
	cmd := exec.Command(command[0], args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if resp, err := http.Get("http://" + address + "/moto-api/"); err == nil {
			_ = resp.Body.Close()
			return "http://" + address
		}
	}
	t.Fatal("moto_server does not answer")
	return ""
}
