//go:build e2e

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"docker-credential-ssm/internal/testenv"
)

// engine starts a Docker engine of the test's own and points DOCKER_HOST at it.
// The test is skipped where there is none, or no right to start one.
func engine(t *testing.T) {
	t.Helper()
	testenv.Need(t, "docker")
	dockerd := testenv.Need(t, "dockerd")
	if os.Geteuid() != 0 {
		t.Skip("a Docker engine wants root")
	}
	dir := daemon(t, func(dir string) bool {
		return exec.Command("docker", "--host", "unix://"+dir+"/sock", "version").Run() == nil
	}, dockerd, "--data-root", "DIR/data", "--exec-root", "DIR/exec", "--pidfile", "DIR/pid",
		"-H", "unix://DIR/sock", "--iptables=false", "--ip6tables=false", "--bridge=none")
	t.Setenv("DOCKER_HOST", "unix://"+dir+"/sock")
}

// daemon starts a program in a folder of its own, DIR in its arguments, waits
// until it is ready, and stops it at the end of the test.
func daemon(t *testing.T, ready func(dir string) bool, program string, args ...string) (dir string) {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "daemon") // a socket's path has 108 bytes at most
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd := exec.Command(program)
	for _, arg := range args {
		cmd.Args = append(cmd.Args, strings.ReplaceAll(arg, "DIR", dir))
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		go func() { <-ctx.Done(); _ = cmd.Process.Kill() }()
		_ = cmd.Wait()
		mounts, _ := os.ReadFile("/proc/mounts")
		for line := range strings.Lines(string(mounts)) {
			if f := strings.Fields(line); strings.HasPrefix(f[1], dir+"/") {
				_ = syscall.Unmount(f[1], syscall.MNT_DETACH)
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("left behind: %v", err)
		}
	})
	for range 300 {
		if ready(dir) {
			return dir
		}
		time.Sleep(100 * time.Millisecond)
	}
	text, _ := os.ReadFile(log.Name())
	t.Fatalf("%s does not answer: %s", program, text)
	return ""
}
