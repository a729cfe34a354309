//go:build e2e && linux

package systems

import (
	"os"

	"golang.org/x/sys/unix"
)

// former is a config.json that is there before, with something that has to stay.
const former = `{"psFormat": "table {{.ID}}"}`

// readOnly makes the root, or what is mounted at a path, one that cannot be written.
func (p *place) readOnly(path string, flags uintptr) {
	p.t.Helper()
	must(p.t, unix.Mount("none", p.outside(path), "", unix.MS_REMOUNT|unix.MS_RDONLY|flags, ""))
}

// memory mounts a folder that can be written by everybody.
func (p *place) memory(path string) {
	p.t.Helper()
	must(p.t, os.MkdirAll(p.outside(path), 0o755))
	mount(p.t, "tmpfs", p.outside(path), "tmpfs", 0, "mode=1777")
}

// untouched is a case: a file has a text still, and no draft is beside it.
func (p *place) untouched(folder, name, text string) {
	p.t.Helper()
	p.count.cases++
	entries, err := os.ReadDir(p.outside(folder))
	must(p.t, err)
	if got := p.has(folder + "/" + name); got != text || len(entries) != 1 {
		p.t.Errorf("%s has %q, among %v", name, got, entries)
	}
}

// fileCircumstances are those of file systems and of users.
var fileCircumstances = []circumstance{
	{"a read-only root", func(p *place) {
		p.env["HOME"] = "/root"
		p.put("/root/.docker/config.json", former, 0o600)
		p.memory("/run")
		p.readOnly("/", 0)
		p.get()
		p.list()
		p.refuses("/root/\\.docker/config\\.json cannot be changed: read-only file system", "or set DOCKER_CONFIG to another folder", "configure")
		p.untouched("/root/.docker", "config.json", former)
		p.doctor(false, "--offline").step("sign-in", "✗").step("parameter", "✓")
		p.env["DOCKER_CONFIG"] = "/run/docker"
		p.configure("/run/docker/config.json", "", "")
		p.get()
		p.doctor(true, "--offline").step("sign-in", "✓")
	}},
	{"a user without an entry in /etc/passwd", func(p *place) {
		p.UID = 12345
		p.memory("/tmp")
		p.get()
		p.list()
		p.refuses("there is no home directory", "Set HOME", "configure")
		p.env["HOME"] = "/" // as container engines set it then
		p.get()
		p.refuses("/\\.docker/config\\.json cannot be changed: the folder /: permission denied", "Run ls -ld /, which shows who may write it, or set DOCKER_CONFIG to another folder", "configure")
		p.doctor(false, "--offline").step("config.json", "✓").step("sign-in", "✗").step("parameter", "✓")
		p.env["DOCKER_CONFIG"] = "/tmp/docker"
		p.configure("/tmp/docker/config.json", "", "")
		p.get()
		p.doctor(true, "--offline").step("sign-in", "✓")
	}},
	{"config.json is a mount", func(p *place) {
		const path = "/root/.docker/config.json"
		p.env["HOME"] = "/root"
		p.put("/mounted/config.json", former, 0o600)
		p.put(path, "", 0o600)
		mount(p.t, p.outside("/mounted/config.json"), p.outside(path), "", unix.MS_BIND, "")
		before := p.inode(path)
		p.get()
		p.configure(path, `"psFormat": "table {{.ID}}"`, "is a mount of its own, which cannot be replaced in one step: it was written in its place")
		if p.inode(path) != before {
			p.t.Error("it is another file now")
		}
		p.doctor(true, "--offline").step("sign-in", "✓")
		written := p.has("/mounted/config.json")
		p.readOnly(path, unix.MS_BIND)
		p.get()
		p.refuses("config\\.json cannot be changed: read-only file system", "Its file system is read-only here", "configure", "--remove")
		p.untouched("/root/.docker", "config.json", written)
	}},
	{"config.json is a mount that is a folder", func(p *place) {
		const path = "/root/.docker/config.json"
		p.env["HOME"] = "/root"
		must(p.t, os.MkdirAll(p.outside(path), 0o755)) // as docker run -v makes it
		p.refuses("/root/\\.docker/config\\.json", "", "get")
		p.refuses("/root/\\.docker/config\\.json", "It is a folder, which docker run -v makes where there is no file to mount: run rmdir /root/\\.docker/config\\.json", "configure")
		must(p.t, os.Remove(p.outside(path)))
		p.configure(path, "", "")
		p.get()
	}},
}

func (p *place) inode(path string) uint64 {
	p.t.Helper()
	var s unix.Stat_t
	must(p.t, unix.Stat(p.outside(path), &s))
	return s.Ino
}
