package doctor

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/keyring"
	"docker-credential-ssm/internal/shell"
	"docker-credential-ssm/settings"
)

// system is the machine, as far as steps ask it for something other than files. A
// test examines another one than its own.
type system struct {
	goos       string
	root       bool // whether whoever runs this is root
	uid        int
	home       string
	env        func(name string) string
	executable func() (string, error)
	lookPath   func(program string) (string, error)
	same       func(a, b string) bool // whether two programs are one, or copies
	keeps      func() bool            // whether the system can keep answers, for cacheTTL
}

func thisSystem(p *cli.Program) system {
	home, _ := os.UserHomeDir()
	return system{
		goos: runtime.GOOS, root: os.Geteuid() == 0, uid: os.Getuid(), home: home,
		env: p.Env, executable: executable, lookPath: exec.LookPath, same: same, keeps: keeps,
	}
}

// executable is this program's own file. Without /proc, as in a root that has the program
// alone, it is what the program was called by.
func executable() (string, error) {
	if self, err := os.Executable(); err == nil {
		return self, nil
	}
	self, err := exec.LookPath(os.Args[0])
	if err != nil {
		return "", err
	}
	return filepath.Abs(self)
}

// keeps tries the kernel's keyring.
func keeps() bool {
	const name = "docker-credential-ssm-doctor"
	if keyring.Put(name, []byte("x"), time.Second) != nil {
		return false
	}
	_, err := keyring.Get(name)
	_ = keyring.Drop(name)
	return err == nil
}

const programName = "docker-credential-" + settings.HelperName

// file is the program's name as a file.
func (s system) file() string {
	if s.goos == "windows" {
		return programName + ".exe"
	}
	return programName
}

// path joins a folder and a name as the system does.
func (s system) path(folder, name string) string {
	if s.goos == "windows" {
		return strings.TrimRight(folder, `\`) + `\` + name
	}
	return filepath.Join(folder, name)
}

// install is the command that puts a program where it belongs.
func (s system) install(from, to string) string {
	if s.goos == "windows" { // cmd and PowerShell both know it
		return "copy " + s.argument(from) + " " + s.argument(to)
	}
	return s.sudo(filepath.Dir(to)) + "install -m 755 " + s.argument(from) + " " + s.argument(to)
}

// sudo is what has to stand before a command that writes into a folder.
func (s system) sudo(folder string) string {
	if s.root || writable(folder) {
		return ""
	}
	return "sudo "
}

func writable(folder string) bool {
	f, err := os.CreateTemp(folder, ".docker-credential-ssm-*")
	if err != nil {
		return false
	}
	_ = f.Close()
	return os.Remove(f.Name()) == nil
}

// installFolder is a folder of the PATH for programs installed by hand: the usual
// one where it is there, else the first.
func (s system) installFolder() string {
	usual, separator := "/usr/local/bin", ":"
	if s.goos == "windows" {
		usual, separator = s.env("LOCALAPPDATA")+`\Microsoft\WindowsApps`, ";"
	}
	folders := strings.Split(s.env("PATH"), separator)
	for _, folder := range folders {
		if strings.EqualFold(strings.TrimRight(folder, `\/`), usual) {
			return usual
		}
	}
	for _, folder := range folders {
		if strings.HasPrefix(folder, "/") || s.goos == "windows" && len(folder) > 2 && folder[1] == ':' {
			return folder
		}
	}
	return usual
}

// argument is a word of a command line in the system's usual shells.
func (s system) argument(word string) string { return shell.WordOn(s.goos, word) }

// unset adds to a result the command that takes a variable away, in each of the
// system's shells.
func (s system) unset(r result, text, variable string) result {
	if s.goos != "windows" {
		return r.run(text, "unset "+variable)
	}
	inPowerShell, inCmd := shell.UnsetWindows(variable)
	return r.run(text+", in PowerShell", inPowerShell).run("In cmd", inCmd)
}
