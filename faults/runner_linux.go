//go:build linux

package faults

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// job is what a process between the tests and the program does: it gives the program a
// network where that is wanted, runs it, and measures it. A child inherits the greatest
// size of the process that started it, and a test is large, so that a small process has
// to be between the two.
type job struct {
	Program string
	Args    []string
	Env     []string
	Dir     string
	Names   string // how the name server answers, in a network of its own
	Result  string // where the result goes
}

// outcome is what came of it.
type outcome struct {
	Status int
	Signal string
	Peak   int64 // the greatest size in memory, in bytes
	Err    string
}

// runnerVariable has the job, in the environment of the process between.
const runnerVariable = "FAULTS_JOB"

// Runner is the process between, where the tests' binary was started as that. TestMain
// has to call it first.
func Runner() {
	text := os.Getenv(runnerVariable)
	if text == "" {
		return
	}
	var j job
	must(json.Unmarshal([]byte(text), &j))
	if j.Names != "" {
		if err := j.network(); err != nil {
			j.report(outcome{Err: err.Error()})
			os.Exit(0)
		}
	}
	cmd := exec.Command(j.Program, j.Args...)
	cmd.Env, cmd.Dir = j.Env, j.Dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		j.report(outcome{Err: err.Error()})
		os.Exit(0)
	}
	o := outcome{Status: cmd.ProcessState.ExitCode(), Peak: cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10}
	if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); ws.Signaled() {
		o.Signal = ws.Signal().String()
	}
	j.report(o)
	os.Exit(0)
}

func (j job) report(o outcome) {
	text, err := json.Marshal(o)
	must(err)
	must(os.WriteFile(j.Result, text, 0o600))
}

// between is the process that does a job.
func between(j job) (*exec.Cmd, error) {
	own, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(own)
	cmd.Env = []string{runnerVariable + "=" + string(text), "GOMAXPROCS=1"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if j.Names != "" {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWNS
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	return cmd, nil
}

// network makes the network of a namespace: this machine alone, and a name server.
func (j job) network() error {
	runtime.LockOSThread()
	if err := loopbackUp(); err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	servers := "nameserver 127.0.0.1\n"
	if j.Names == "EMPTY" {
		servers = ""
	}
	for path, text := range map[string]string{
		"/etc/resolv.conf":   servers + "options timeout:1 attempts:1\n",
		"/etc/hosts":         "127.0.0.1 localhost\n",
		"/etc/nsswitch.conf": "hosts: files dns\n",
	} {
		own := fmt.Sprintf("%s/%x", j.Dir, path)
		if err := os.WriteFile(own, []byte(text), 0o600); err != nil {
			return err
		}
		if err := unix.Mount(own, path, "", unix.MS_BIND, ""); err != nil {
			if errors.Is(err, unix.ENOENT) {
				continue
			}
			return fmt.Errorf("mount over %s: %w", path, err)
		}
	}
	if j.Names == "NONE" || j.Names == "EMPTY" {
		return nil
	}
	conn, err := net.ListenPacket("udp4", "127.0.0.1:53")
	if err != nil {
		return err
	}
	go serveNames(conn, j.Names)
	return nil
}

func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	r, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, r); err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	return nil
}

// Isolates reports why the program cannot have a network of its own here; nil where it
// can.
func Isolates(dir string) error {
	cmd, err := between(job{Program: "/bin/true", Names: "NONE", Dir: dir, Result: dir + "/result"})
	if err != nil {
		return err
	}
	if err := cmd.Run(); err != nil {
		return err
	}
	o, err := result(dir + "/result")
	if err == nil && o.Err != "" {
		err = errors.New(o.Err)
	}
	return err
}

func result(path string) (o outcome, err error) {
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &o)
	}
	_ = os.Remove(path)
	return o, err
}

// enough is far more than a run takes: whoever needs it hangs.
const enough = 2 * time.Minute
