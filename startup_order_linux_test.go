package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"docker-credential-ssm/internal/testenv"
)

// What internal/start relies on: Go initialises packages that are ready in the
// order of their paths, so that the start comes before the services of the SDK, whose
// tables of endpoints take the time. The specification asks only that a package comes
// after those it imports.

// initialised are the packages of a trace, in their order.
func initialised(trace []byte) (packages []string) {
	for _, m := range regexp.MustCompile(`(?m)^init (\S+) @`).FindAllSubmatch(trace, -1) {
		packages = append(packages, string(m[1]))
	}
	return packages
}

const (
	startPackage   = "docker-credential-ssm/internal/start"
	processPackage = "docker-credential-ssm/internal/process"
	sdkPackages    = "github.com/aws/aws-sdk-go-v2/service/"
)

// TestInitialisationOrder: the start comes before the services of the SDK, and what
// keeps the memory from others before the start.
func TestInitialisationOrder(t *testing.T) {
	program := testenv.Build(t)
	testenv.Isolate(t)
	cmd := exec.Command(program, "version")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var trace bytes.Buffer
	cmd.Stderr = &trace
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	sdk := -1
	for i, name := range initialised(trace.Bytes()) {
		at[name] = i
		if sdk < 0 && strings.HasPrefix(name, sdkPackages) {
			sdk = i
		}
	}
	start, ok := at[startPackage]
	if !ok || sdk < 0 || start > sdk {
		t.Errorf("the start is initialised as number %d (%v), the SDK from number %d on", start, ok, sdk)
	}
	if closed, ok := at[processPackage]; !ok || closed > start {
		t.Errorf("the memory is closed to others as number %d (%v), after the settings are read as number %d", closed, ok, start)
	}
}

// TestConnectionBegins: a get has begun its connection before the first of the
// SDK's services is initialised. The trace of initialisation goes to a pipe that is
// full once the start's line is in it, so that the program stands still there.
func TestConnectionBegins(t *testing.T) {
	if runtime.NumCPU() < 2 {
		t.Skip("the connection is opened on a second processor")
	}
	program := testenv.Build(t)
	home := testenv.Isolate(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accepted := make(chan struct{})
	go func() {
		if conn, err := l.Accept(); err == nil {
			close(accepted)
			_ = conn.Close()
		}
	}()
	get := func(stderr *os.File) *exec.Cmd {
		cmd := exec.Command(program, "get")
		cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1", "DOCKER_CONFIG="+home, "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=secret",
			"AWS_ENDPOINT_URL_SSM=http://"+l.Addr().String(), "DOCKER_CREDENTIAL_SSM_TIMEOUT=20s")
		cmd.Stdin = strings.NewReader("docker.io")
		cmd.Stderr = stderr
		return cmd
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	room := traceUpToStart(t, program)
	size, err := unix.FcntlInt(w.Fd(), unix.F_SETPIPE_SZ, 2*os.Getpagesize())
	if err != nil || size <= room {
		t.Skipf("a pipe of %d bytes cannot be filled after %d: %v", size, room, err)
	}
	if _, err := w.Write(bytes.Repeat([]byte("\n"), size-room)); err != nil {
		t.Fatal(err)
	}
	cmd := get(w)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	select {
	case <-accepted:
	case <-time.After(10 * time.Second):
		t.Error("no connection was begun while the program stood before the SDK's packages")
	}
	// It did stand there: what the pipe holds so far has no package of the SDK.
	var held bytes.Buffer
	buffer := make([]byte, size)
	n, _ := r.Read(buffer)
	held.Write(buffer[:n])
	for _, name := range initialised(held.Bytes()) {
		if strings.HasPrefix(name, sdkPackages) {
			t.Fatalf("%s was initialised before the program stood still", name)
		}
	}
}

// traceUpToStart is how many bytes the trace has up to the start's line, and a
// little more.
func traceUpToStart(t *testing.T, program string) int {
	t.Helper()
	cmd := exec.Command(program, "version")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	var trace bytes.Buffer
	cmd.Stderr = &trace
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	i := bytes.Index(trace.Bytes(), []byte("init "+startPackage+" @"))
	if i < 0 {
		t.Fatalf("the start is not in the trace:\n%s", trace.Bytes())
	}
	return i + len("init "+startPackage+" @0.00 ms, 0.000 ms clock, 0000 bytes, 00 allocs\n")
}
