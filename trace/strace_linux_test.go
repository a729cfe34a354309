package trace

import (
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// traced are the system calls that strace writes down: all with which a program can
// write something somewhere, or start another one.
const traced = "trace=%file,%process,%network,write,pwrite64,writev,pwritev,pwritev2,sendfile,splice,vmsplice,tee," +
	"copy_file_range,memfd_create,fchmod,fchown,ftruncate,fsetxattr,add_key,keyctl,shmget,msgsnd,mq_open,io_uring_setup,process_vm_writev,ptrace"

// straced is the beginning of a command line that traces the rest, with every string as
// hexadecimal digits, whole.
func straced(t *testing.T, log string) []string {
	t.Helper()
	return []string{testenv.Need(t, "strace"), "-f", "-qq", "-xx", "-v", "-yy", "-s", "1048576", "-e", "signal=none", "-e", traced, "-o", log, "--"}
}

// call is a system call of the program, or of a child before that runs a program of its
// own.
type call struct {
	name string
	text string   // the arguments, as strace writes them
	args []string // the strings among them
	fd   string   // what the first argument is, where it is a file
}

var (
	line   = regexp.MustCompile(`^(\d+) +(\w+)\((.*)$`)
	quoted = regexp.MustCompile(`"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?`)
	file   = regexp.MustCompile(`^\d+<((?:\\x[0-9a-f]{2})+|\w+:\[[^\]]*\])`)
	made   = regexp.MustCompile(`^(\d+) +(?:<\.\.\. )?(?:clone|clone3|vfork|fork)\b.*= (\d+)$`)
)

// calls reads what strace has written. Other programs that the program has started are
// left out, for what they do is theirs.
func calls(t *testing.T, log, program string) (all []call) {
	t.Helper()
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	foreign := map[string]bool{}
	for _, l := range strings.Split(string(text), "\n") {
		if m := made.FindStringSubmatch(l); m != nil && foreign[m[1]] {
			foreign[m[2]] = true
		}
		m := line.FindStringSubmatch(l)
		if m == nil || foreign[m[1]] {
			continue
		}
		c := call{name: m[2], text: m[3]}
		for _, s := range quoted.FindAllStringSubmatch(m[3], -1) {
			if s[2] != "" {
				t.Fatalf("strace has cut a string: %.200s", l)
			}
			c.args = append(c.args, unhex(s[1]))
		}
		if f := file.FindStringSubmatch(m[3]); f != nil {
			if c.fd = f[1]; strings.HasPrefix(c.fd, `\x`) {
				c.fd = unhex(c.fd)
			}
		}
		all = append(all, c)
		if c.name == "execve" && c.args[0] != program && !strings.HasSuffix(l, "ENOENT (No such file or directory)") {
			foreign[m[1]] = true
		}
	}
	return all
}

func unhex(s string) string {
	b, _ := hex.DecodeString(strings.ReplaceAll(s, `\x`, ""))
	return string(b)
}

// opens reports whether a call opens a file for writing, or makes or changes one, and
// which.
func (c call) opens() (path string, ok bool) {
	switch c.name {
	case "open", "openat", "openat2":
		if !strings.Contains(c.text, "O_WRONLY") && !strings.Contains(c.text, "O_RDWR") && !strings.Contains(c.text, "O_CREAT") && !strings.Contains(c.text, "O_TRUNC") {
			return "", false
		}
		return c.args[0], true
	case "creat", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir",
		"mknod", "mknodat", "truncate", "chmod", "fchmodat", "fchmodat2", "chown", "fchownat", "lchown", "setxattr", "lsetxattr", "utimensat", "mount":
		return strings.Join(c.args, " -> "), true
	case "memfd_create", "shmget", "mq_open", "msgsnd", "io_uring_setup", "process_vm_writev", "ptrace", "sendfile", "splice", "vmsplice", "tee", "copy_file_range":
		return fmt.Sprintf("%s(%s)", c.name, c.text), true
	}
	return "", false
}

// writes reports whether a call writes something, and where to.
func (c call) writes() (to string, ok bool) {
	switch c.name {
	case "write", "pwrite64", "writev", "pwritev", "pwritev2", "sendto", "sendmsg", "sendmmsg":
		return c.fd, true
	case "add_key", "keyctl":
		return "the keyring", true
	}
	return "", false
}
