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
	dir, err := os.MkdirTemp("/tmp", "engine") // a socket's path has 108 bytes at most
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(dockerd, "--data-root", dir+"/data", "--exec-root", dir+"/exec", "--pidfile", dir+"/pid",
		"-H", "unix://"+dir+"/sock", "--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs")
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
	t.Setenv("DOCKER_HOST", "unix://"+dir+"/sock")
	for range 300 {
		if exec.Command("docker", "version").Run() == nil {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	text, _ := os.ReadFile(filepath.Join(dir, "log"))
	t.Fatalf("the engine does not answer: %s", text)
}
