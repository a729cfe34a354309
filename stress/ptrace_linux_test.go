package stress

import (
	"errors"
	"os/exec"
	"runtime"
	"slices"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ended is how a run under [killAt] went.
type ended struct {
	moments []uint64 // the system calls that were counted
	killed  bool
	ok      bool // it ended by itself, with success
}

// changing are the system calls with which a program changes a file, or tells somebody
// something. Those with a nil are counted whatever their arguments are.
var changing = map[uint64]func(args [6]uint64) bool{
	unix.SYS_OPENAT:     func(a [6]uint64) bool { return a[2]&(unix.O_WRONLY|unix.O_RDWR|unix.O_CREAT) != 0 },
	unix.SYS_WRITE:      nil,
	unix.SYS_PWRITE64:   nil,
	unix.SYS_RENAMEAT:   nil,
	unix.SYS_RENAMEAT2:  nil,
	unix.SYS_LINKAT:     nil,
	unix.SYS_UNLINKAT:   nil,
	unix.SYS_MKDIRAT:    nil,
	unix.SYS_FCHMOD:     nil,
	unix.SYS_FCHMODAT:   nil,
	unix.SYS_FCHOWN:     nil,
	unix.SYS_FSYNC:      nil,
	unix.SYS_FTRUNCATE:  nil,
	unix.SYS_FLOCK:      nil,
	unix.SYS_CONNECT:    nil,
	unix.SYS_EXIT_GROUP: nil,
}

// killAt runs a command, and kills it with SIGKILL just before the nth of its calls of
// [changing], in whichever thread that comes; 0 kills it at none. The call is not made.
func killAt(cmd *exec.Cmd, nth int) (e ended, err error) {
	runtime.LockOSThread() // the tracer is a thread
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return e, err
	}
	main := cmd.Process.Pid
	defer func() { // the process is waited for here; this is for the pipes
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(main, &status, 0, nil); err != nil {
		return e, err
	}
	const options = syscall.PTRACE_O_TRACESYSGOOD | syscall.PTRACE_O_TRACECLONE | unix.PTRACE_O_EXITKILL
	if err := syscall.PtraceSetOptions(main, options); err != nil {
		return e, err
	}
	threads := []int{main}
	_ = syscall.PtraceSyscall(main, 0)
	for {
		tid, err := wait(threads, &status)
		if err != nil {
			return e, err
		}
		if !slices.Contains(threads, tid) {
			threads = append(threads, tid)
		}
		pass := 0
		switch {
		case status.Exited() || status.Signaled():
			if tid == main {
				e.ok = status.Exited() && status.ExitStatus() == 0
				return e, nil
			}
			threads = slices.DeleteFunc(threads, func(t int) bool { return t == tid })
			continue
		case status.Stopped() && status.StopSignal() == syscall.SIGTRAP|0x80:
			if call, ok := at(tid); ok {
				e.moments = append(e.moments, call)
				if len(e.moments) == nth {
					e.killed = true
					_ = syscall.Kill(main, syscall.SIGKILL)
					continue
				}
			}
		case status.Stopped() && status.StopSignal() != syscall.SIGTRAP && status.StopSignal() != syscall.SIGSTOP:
			pass = int(status.StopSignal())
		}
		_ = syscall.PtraceSyscall(tid, pass)
	}
}

// wait waits for one of the threads, or a new one. It waits for children of this thread
// alone, so that other commands of the test are left to their own waiters.
func wait(threads []int, status *syscall.WaitStatus) (int, error) {
	for {
		tid, err := syscall.Wait4(-1, status, unix.WALL|unix.WNOTHREAD, nil)
		if !errors.Is(err, syscall.EINTR) {
			return tid, err
		}
	}
}

// at is the system call that a thread is about to make, where it counts.
func at(tid int) (call uint64, ok bool) {
	const (
		getSyscallInfo = 0x420e // PTRACE_GET_SYSCALL_INFO
		entry          = 1
	)
	var info struct {
		op     uint8
		_      [3]uint8
		arch   uint32
		ip, sp uint64
		nr     uint64
		args   [6]uint64
		_      [2]uint64
	}
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PTRACE, getSyscallInfo, uintptr(tid), unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	if errno != 0 || info.op != entry {
		return 0, false
	}
	counts, known := changing[info.nr]
	wakes := info.nr == unix.SYS_WRITE && info.args[2] <= 8 // of the runtime itself
	return info.nr, known && !wakes && (counts == nil || counts(info.args))
}
