package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"docker-credential-ssm/internal/testenv"
)

// TestMappedAtOnce: no page of the program's code and constants is left to be
// mapped by a page fault of its own.
func TestMappedAtOnce(t *testing.T) {
	if _, _, err := syscall.Syscall(syscall.SYS_MADVISE, 0, 0, unix.MADV_POPULATE_READ); err != 0 {
		t.Skipf("this kernel has no MADV_POPULATE_READ: %v", err)
	}
	program := testenv.Build(t)
	testenv.Isolate(t)
	cmd := exec.Command(program, "store")
	if _, err := cmd.StdinPipe(); err != nil { // which it waits for
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	// The program's own mappings that cannot be written to, and what is there of them.
	mapping := regexp.MustCompile(`(?m)^\S+ r-.p .*/docker-credential-ssm\nSize: +(\d+) kB\n(?:\w+: .*\n)*?Rss: +(\d+) kB`)
	var smaps []byte
	for range 100 {
		time.Sleep(50 * time.Millisecond)
		var err error
		if smaps, err = os.ReadFile(filepath.Join("/proc", strconv.Itoa(cmd.Process.Pid), "smaps")); err != nil {
			t.Fatal(err)
		}
		found := mapping.FindAllSubmatch(smaps, -1)
		missing := len(found) == 0
		for _, m := range found {
			missing = missing || string(m[1]) != string(m[2])
		}
		if !missing {
			return
		}
	}
	t.Errorf("not all of the program is mapped:\n%.2000s", smaps)
}
