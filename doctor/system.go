package doctor

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/keyring"
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
		env: p.Env, executable: os.Executable, lookPath: exec.LookPath, same: same, keeps: keeps,
	}
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
		return fmt.Sprintf(`copy "%s" "%s"`, from, to)
	}
	return s.sudo(filepath.Dir(to)) + "install -m 755 " + quote(from) + " " + quote(to)
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

// quote is a word as a POSIX shell reads it.
func quote(word string) string {
	if word != "" && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// argument is a word of a command line in the system's usual shell.
func (s system) argument(word string) string {
	if s.goos == "windows" {
		if strings.ContainsAny(word, " &()[]{}^=;!'+,`~") {
			return `"` + word + `"`
		}
		return word
	}
	return quote(word)
}

// unset is the command that takes a variable away.
func (s system) unset(variable string) string {
	if s.goos == "windows" {
		return "Remove-Item Env:" + variable
	}
	return "unset " + variable
}
