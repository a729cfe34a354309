package keyring

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"docker-credential-ssm/internal/testenv"

	"golang.org/x/sys/unix"
)

// prefix keeps the tests of one run out of another's way.
var prefix = fmt.Sprintf("keyring-test-%d-", os.Getpid())

func need(t *testing.T) {
	t.Helper()
	if err := Put(prefix+"try", []byte("x"), time.Minute); err != nil {
		testenv.Lacking(t, "keyring", fmt.Sprintf("the kernel keeps no keys here: %v", err))
	}
	t.Cleanup(func() { _ = Drop(prefix) })
}

func TestRoundTrip(t *testing.T) {
	need(t)
	for _, data := range [][]byte{[]byte("s3cret"), bytes.Repeat([]byte("x"), 9000)} {
		if err := Put(prefix+"a", data, time.Minute); err != nil {
			t.Fatal(err)
		}
		if got, err := Get(prefix + "a"); err != nil || !bytes.Equal(got, data) {
			t.Errorf("got %d bytes, %v; want %d", len(got), err, len(data))
		}
	}
	if _, err := Get(prefix + "b"); !errors.Is(err, ErrNone) {
		t.Errorf("err = %v, want ErrNone", err)
	}
}

func TestDrop(t *testing.T) {
	need(t)
	for _, name := range []string{"a1", "a2", "b"} {
		if err := Put(prefix+name, []byte(name), time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if err := Drop(prefix + "a"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{"a1": ErrNone, "a2": ErrNone, "b": nil} {
		if _, err := Get(prefix + name); !errors.Is(err, want) {
			t.Errorf("Get(%s): %v, want %v", name, err, want)
		}
	}
}

// TestPossessorOnly: the key has a time-out, and no permission for the user, the
// group or others.
func TestPossessorOnly(t *testing.T) {
	need(t)
	if err := Put(prefix+"a", []byte("s3cret"), 90*time.Second); err != nil {
		t.Fatal(err)
	}
	keys, err := os.ReadFile("/proc/keys")
	if err != nil {
		t.Skip(err)
	}
	for line := range strings.Lines(string(keys)) {
		// By its whole name: another session's keyring may have a longer one.
		if strings.Contains(line, " user ") && strings.Contains(line, " "+prefix+"a: ") {
			// number, flags, usage, time-out, permissions, …
			f := strings.Fields(line)
			if f[4] != "3f000000" || f[3] == "perm" {
				t.Errorf("the key is shown as %s", line)
			}
			return
		}
	}
	t.Error("the key is not in /proc/keys")
}

// TestSeconds: the kernel's time-outs are whole seconds, at least as long as was
// asked for, and none is so long that the kernel's number for it overflows.
func TestSeconds(t *testing.T) {
	for ttl, want := range map[time.Duration]int{
		time.Nanosecond: 1, 999 * time.Millisecond: 1, time.Second: 1, 1001 * time.Millisecond: 2, time.Hour: 3600,
		math.MaxInt64: math.MaxInt32, (math.MaxInt32 + 1) * time.Second: math.MaxInt32,
	} {
		if got := seconds(ttl); got != want {
			t.Errorf("seconds(%v) = %d, want %d", ttl, got, want)
		}
	}
	need(t)
	if err := Put(prefix+"long", []byte("s3cret"), math.MaxInt64); err != nil {
		t.Fatal(err)
	}
	if got, err := Get(prefix + "long"); err != nil || string(got) != "s3cret" {
		t.Errorf("with the longest time-out: %q, %v", got, err)
	}
}

// TestExpired: a key whose time is over is none, long before the kernel removes it; until
// then it is there.
func TestExpired(t *testing.T) {
	need(t)
	if err := Put(prefix+"short", []byte("s3cret"), time.Millisecond); err != nil {
		t.Fatal(err)
	}
	for {
		got, err := Get(prefix + "short")
		if err == nil && string(got) == "s3cret" {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		if !errors.Is(err, ErrNone) {
			t.Errorf("%q, %v", got, err)
		}
		return
	}
}

// TestOtherKind: a key of another kind with such a name is not the program's.
func TestOtherKind(t *testing.T) {
	need(t)
	defer lock()()
	ring, err := session()
	if err != nil {
		t.Fatal(err)
	}
	id, err := unix.AddKey("keyring", prefix+"other", nil, ring)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = unix.KeyctlInt(unix.KEYCTL_UNLINK, id, ring, 0, 0) }()
	if err := Drop(prefix); err != nil {
		t.Fatal(err)
	}
	if found, err := unix.KeyctlSearch(ring, "keyring", prefix+"other", 0); err != nil || found != id {
		t.Errorf("it is gone: %d, %v", found, err)
	}
}

// TestOtherSession: another session of the same user does not meet the key.
func TestOtherSession(t *testing.T) {
	if name := os.Getenv("KEYRING_TEST_NAME"); name != "" {
		runtime.LockOSThread()
		if _, err := unix.KeyctlJoinSessionKeyring(name + "-session"); err != nil {
			t.Fatal(err)
		}
		if _, err := Get(name); !errors.Is(err, ErrNone) {
			t.Fatalf("another session got %v", err)
		}
		return
	}
	need(t)
	if err := Put(prefix+"a", []byte("s3cret"), time.Minute); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=TestOtherSession$")
	cmd.Env = append(os.Environ(), "KEYRING_TEST_NAME="+prefix+"a")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// TestOtherProcess: a later process of the same session does.
func TestOtherProcess(t *testing.T) {
	if name := os.Getenv("KEYRING_TEST_SAME"); name != "" {
		if got, err := Get(name); err != nil || string(got) != "s3cret" {
			t.Fatalf("got %q, %v", got, err)
		}
		return
	}
	need(t)
	if err := Put(prefix+"a", []byte("s3cret"), time.Minute); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=TestOtherProcess$")
	cmd.Env = append(os.Environ(), "KEYRING_TEST_SAME="+prefix+"a")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
