// Package keyring stores short-lived secrets in the Linux kernel: in memory that is
// never swapped to a disk. They are removed when their time is over, or when the
// session or the machine ends. There is no file.
//
// The keys are in the session's keyring, as keyctl_session(7) has it: that of the login
// or, in a container, of that container alone. Processes without one share the user's.
// Each keyring key can be read by its possessor, which is the processes of that
// session, and not by other processes of the same user.
//
// Where the kernel refuses (the seccomp profile of an unprivileged container, no
// keyrings compiled in, a quota used up, another system) every function says so in an
// error, and the caller continues without a cache.
package keyring

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	keyType = "user" // holds up to 32 KB that a process may read back

	// view, read, write, search, link and setattr, for the possessor.
	// Source: https://man7.org/linux/man-pages/man3/keyctl_setperm.3.html
	possessorOnly = 0x3f000000
)

// ErrNone says that there is no such key, or none any more.
var ErrNone = errors.New("no such key")

// session returns the session keyring's own number. By its alias alone, the
// kernel would make a new session for a process without one, and the key would
// end with the process.
func session() (int, error) {
	ring, err := unix.KeyctlGetKeyringID(unix.KEY_SPEC_SESSION_KEYRING, false)
	if err != nil {
		return 0, fmt.Errorf("no session keyring: %w", err)
	}
	return ring, nil
}

// Get returns the data of a key.
func Get(name string) ([]byte, error) {
	defer lock()()
	ring, err := session()
	if err != nil {
		return nil, err
	}
	id, err := unix.KeyctlSearch(ring, keyType, name, 0)
	if errors.Is(err, unix.ENOKEY) || errors.Is(err, unix.EKEYEXPIRED) || errors.Is(err, unix.EKEYREVOKED) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("searching the keyring: %w", err)
	}
	return read(id)
}

func read(id int) ([]byte, error) {
	buf := make([]byte, 1024)
	for {
		n, err := unix.KeyctlBuffer(unix.KEYCTL_READ, id, buf, 0)
		if err != nil {
			return nil, fmt.Errorf("reading a key: %w", err)
		}
		if n <= len(buf) {
			return buf[:n], nil
		}
		buf = make([]byte, n) // nothing is read in part
	}
}

// Put keeps data under a name for a time, in the kernel's steps of a second.
// What was there under that name is replaced.
func Put(name string, data []byte, ttl time.Duration) error {
	defer lock()()
	ring, err := session()
	if err != nil {
		return err
	}
	// It is made ready in this process's own keyring, and linked when it has its
	// time-out and its permissions: an interruption leaves nothing for ever.
	id, err := unix.AddKey(keyType, name, data, unix.KEY_SPEC_PROCESS_KEYRING)
	if err != nil {
		return fmt.Errorf("adding a key: %w", err)
	}
	if _, err := unix.KeyctlInt(unix.KEYCTL_SET_TIMEOUT, id, seconds(ttl), 0, 0); err != nil {
		return fmt.Errorf("setting a key's time-out: %w", err)
	}
	if err := unix.KeyctlSetperm(id, possessorOnly); err != nil {
		return fmt.Errorf("setting a key's permissions: %w", err)
	}
	if _, err := unix.KeyctlInt(unix.KEYCTL_LINK, id, ring, 0, 0); err != nil {
		return fmt.Errorf("linking a key: %w", err)
	}
	return nil
}

// seconds is a time in the kernel's steps, rounded up: 0 would be no time-out at
// all. The kernel takes 32 bits of it.
func seconds(ttl time.Duration) int {
	whole := ttl / time.Second
	if ttl%time.Second > 0 {
		whole++
	}
	return int(min(whole, math.MaxInt32))
}

// Drop removes every key whose name begins with a prefix.
func Drop(prefix string) error {
	return DropAll(func(name string) bool { return strings.HasPrefix(name, prefix) })
}

// DropAll removes every key of the session whose name is chosen.
func DropAll(chosen func(name string) bool) error {
	defer lock()()
	ring, err := session()
	if err != nil {
		return err
	}
	ids, err := read(ring)
	if err != nil {
		return err
	}
	for ; len(ids) >= 4; ids = ids[4:] {
		id := int(int32(binary.NativeEndian.Uint32(ids)))
		// "user;0;0;3f000000;NAME"
		description, err := unix.KeyctlString(unix.KEYCTL_DESCRIBE, id)
		if err != nil {
			continue // somebody else's, or gone meanwhile
		}
		fields := strings.SplitN(description, ";", 5)
		if len(fields) == 5 && fields[0] == keyType && chosen(fields[4]) {
			if _, err := unix.KeyctlInt(unix.KEYCTL_UNLINK, id, ring, 0, 0); err != nil {
				return fmt.Errorf("unlinking a key: %w", err)
			}
		}
	}
	return nil
}

// lock keeps the calls on one thread: the kernel counts a process's keyrings
// by thread.
func lock() (unlock func()) {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
