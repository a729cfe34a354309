//go:build e2e && linux

package systems

import (
	"maps"
	"syscall"

	"golang.org/x/sys/unix"
)

// refused proves that the kernel refuses calls of [tryCalls] here, and allows the others.
func (p *place) refused(want map[string]string) {
	p.t.Helper()
	text, err := confined(p.t, p.confinement, probe).CombinedOutput()
	must(p.t, err)
	if got := errorsOf(string(text)); !maps.Equal(got, want) {
		p.t.Errorf("the kernel refuses %v, want %v", got, want)
	}
}

// awsSaw is how many calls AWS has seen since it was asked last.
func (p *place) awsSaw(calls int) {
	p.t.Helper()
	if got := len(p.aws.Calls()); got != calls {
		p.t.Errorf("AWS saw %d calls, want %d", got, calls)
	}
	p.aws.ResetCalls()
}

// kernelCircumstances are those of a kernel, or of a sandbox, that refuses system calls.
var kernelCircumstances = []circumstance{
	{"seccomp refuses the keyring", func(p *place) {
		// EPERM comes from Docker's and podman's profiles, ENOSYS from a kernel or a sandbox
		// without keyrings.
		for _, errno := range []syscall.Errno{unix.EPERM, unix.ENOSYS} {
			p.Refuse = nil
			for _, call := range []uintptr{unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY} {
				p.Refuse = append(p.Refuse, refusal{Call: call, Error: errno})
			}
			p.refused(map[string]string{"keyctl": errno.Error()})
			p.env["HOME"], p.env["DOCKER_CREDENTIAL_SSM_CACHE_TTL"] = "/root", "5m"
			p.get()
			p.get()
			p.awsSaw(2)
			p.list()
			p.configure("/root/.docker/config.json", "", "")
			p.doctor(true, "--offline").step("options", "!", "cacheTTL keeps nothing here: the kernel does not let this process use its keyring", "unset DOCKER_CREDENTIAL_SSM_CACHE_TTL")
			delete(p.env, "DOCKER_CREDENTIAL_SSM_CACHE_TTL")
			p.doctor(true, "--offline").step("options", "✓")
			p.aws.ResetCalls()
			must(p.t, unix.Unlink(p.outside("/root/.docker/config.json")))
		}
	}},
	{"seccomp refuses madvise and prctl", func(p *place) {
		p.env["HOME"] = "/root"
		for _, errno := range []syscall.Errno{unix.EPERM, unix.ENOSYS} {
			p.Refuse = nil
			for _, call := range []uintptr{unix.SYS_MADVISE, unix.SYS_PRCTL, unix.SYS_PRLIMIT64} {
				p.Refuse = append(p.Refuse, refusal{Call: call, Error: errno})
			}
			p.refused(map[string]string{"madvise dontneed": errno.Error(), "madvise populate": errno.Error(), "prctl": errno.Error()})
			p.get()
			p.list()
		}
		p.configure("/root/.docker/config.json", "", "")
		p.doctor(true, "--offline").step("parameter", "✓")
	}},
	{"seccomp refuses what came later", func(p *place) {
		// Profiles of 2020 and before answer EPERM to every call that they do not know.
		p.Refuse = []refusal{{Call: unix.SYS_IO_PGETEVENTS, Later: true, Error: unix.EPERM}}
		p.refused(map[string]string{"openat2": unix.EPERM.Error(), "pidfd_open": unix.EPERM.Error()})
		p.env["HOME"] = "/root"
		p.get()
		p.list()
		p.configure("/root/.docker/config.json", "", "")
		p.doctor(true, "--offline").step("helper", "✓").step("parameter", "✓")
		p.keysOfProcess()
		p.get()
	}},
}

// linux414 is what a kernel of 2017 does not know: the system calls that came later, the
// advice MADV_COLD and later ones, and names for memory.
var linux414 = []refusal{
	{Call: unix.SYS_IO_PGETEVENTS, Later: true, Error: unix.ENOSYS},
	{Call: unix.SYS_MADVISE, Arg: 3, From: unix.MADV_COLD, Error: unix.EINVAL},
	{Call: unix.SYS_PRCTL, Arg: 1, From: unix.PR_SET_VMA, Error: unix.EINVAL},
}

var linux414Refuses = map[string]string{
	"madvise populate": unix.EINVAL.Error(), "openat2": unix.ENOSYS.Error(), "pidfd_open": unix.ENOSYS.Error(),
}
