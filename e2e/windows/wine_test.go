//go:build linux && wine

package windows

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"docker-credential-ssm/e2e/windows/wire"
	"docker-credential-ssm/internal/testenv"
)

// prefix is Wine's folder, with its drive C:, and the agent in it.
type prefix struct {
	dir   string
	agent *exec.Cmd
	stdin io.Closer
	addr  string
	err   error
}

var (
	wine  prefix
	begun sync.Once
)

// program is where the tests put the program, as Windows and as Linux call it.
const program = `C:\Program Files\Docker Tools\docker-credential-ssm.exe`

// needWine starts Wine for all tests, once.
func needWine(t testing.TB) *prefix {
	t.Helper()
	for _, tool := range []string{"wine", "x86_64-w64-mingw32-dlltool", "x86_64-w64-mingw32-ld"} {
		testenv.Need(t, tool)
	}
	begun.Do(func() { wine.err = wine.start() })
	if wine.err != nil {
		t.Fatal(wine.err)
	}
	return &wine
}

func (p *prefix) start() (err error) {
	if p.dir, err = os.MkdirTemp("", "wine"); err != nil {
		return err
	}
	// Its exit status is that of a step which fails without the 32-bit libraries.
	out, err := p.command("wineboot", "--init").CombinedOutput()
	if _, missing := os.Stat(filepath.Join(p.dir, "system.reg")); missing != nil {
		return fmt.Errorf("wineboot: %w: %s", errors.Join(err, missing), out)
	}
	if err := p.random(); err != nil {
		return err
	}
	agent := filepath.Join(p.dir, "agent.exe")
	build := exec.Command("go", "build", "-tags", "wine", "-o", agent, "./agent")
	build.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("the agent: %w: %s", err, out)
	}
	if err := copyFile(os.Getenv("RELEASE"), p.unix(program)); err != nil {
		return fmt.Errorf("RELEASE does not name the program to test; run make wine: %w", err)
	}
	p.agent = p.command("wine", agent)
	if p.stdin, err = p.agent.StdinPipe(); err != nil {
		return err
	}
	said, err := p.agent.StdoutPipe()
	if err != nil {
		return err
	}
	var errs strings.Builder
	p.agent.Stderr = &errs
	if err := p.agent.Start(); err != nil {
		return err
	}
	if p.addr, err = bufio.NewReader(said).ReadString('\n'); err != nil {
		_ = p.agent.Wait()
		return fmt.Errorf("the agent: %w: %s", err, errs.String())
	}
	p.addr = strings.TrimSpace(p.addr)
	return nil
}

// stop ends the agent, waits until the last process of Wine's has ended, and removes
// the prefix.
func (p *prefix) stop() {
	if p.agent != nil {
		_ = p.stdin.Close()
		_ = p.agent.Wait()
	}
	if p.dir != "" {
		_ = p.command("/usr/lib/wine/wineserver", "--kill", "--wait").Run()
		_ = os.RemoveAll(p.dir)
	}
}

// random adds the library that Go takes random numbers from, which Wine has from
// version 9 on: it passes its one function on to another library.
func (p *prefix) random() error {
	dll := filepath.Join(p.dir, "drive_c", "windows", "system32", "bcryptprimitives.dll")
	if _, err := os.Stat(dll); err == nil {
		return nil
	}
	exports := filepath.Join(p.dir, "exports")
	if err := os.WriteFile(exports+".def", []byte("LIBRARY bcryptprimitives.dll\nEXPORTS\n ProcessPrng = advapi32.SystemFunction036\n"), 0o600); err != nil {
		return err
	}
	for _, line := range [][]string{
		{"x86_64-w64-mingw32-dlltool", "-d", exports + ".def", "-e", exports + ".o"},
		{"x86_64-w64-mingw32-ld", "-shared", "-o", dll, exports + ".o"},
	} {
		if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", line[0], err, out)
		}
	}
	return nil
}

// command is a command of Wine's, with no display and nothing of this environment.
func (p *prefix) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir, "LANG=C.UTF-8", // the encoding of file names
		"WINEPREFIX=" + p.dir, "WINEARCH=win64", "WINEDEBUG=-all", "WINEDLLOVERRIDES=winemenubuilder.exe,mscoree,mshtml=",
	}
	return cmd
}

// windows is the name that Windows has for a path in the prefix.
func (p *prefix) windows(path string) string {
	if rest, ok := strings.CutPrefix(path, filepath.Join(p.dir, "drive_c")); ok {
		return `C:` + strings.ReplaceAll(rest, "/", `\`)
	}
	return `Z:` + strings.ReplaceAll(path, "/", `\`)
}

// unix is the inverse, for a path on C:.
func (p *prefix) unix(path string) string {
	return filepath.Join(p.dir, "drive_c", strings.ReplaceAll(path[2:], `\`, "/"))
}

// ask sends a request to an agent, and waits for the reply.
func ask(addr string, request wire.Request) (reply wire.Reply, err error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return reply, err
	}
	defer conn.Close()
	if err := json.NewEncoder(conn).Encode(request); err != nil {
		return reply, err
	}
	if err = json.NewDecoder(conn).Decode(&reply); err == nil && reply.Error != "" {
		err = errors.New(reply.Error)
	}
	return reply, err
}

// hold has a file open until the function that it returns is called.
func (p *prefix) hold(path string) (release func(), err error) {
	conn, err := net.Dial("tcp", p.addr)
	if err != nil {
		return nil, err
	}
	var reply wire.Reply
	err = json.NewEncoder(conn).Encode(wire.Request{Hold: p.windows(path)})
	in := json.NewDecoder(conn)
	if err == nil {
		err = in.Decode(&reply)
	}
	if err == nil && reply.Error != "" {
		err = errors.New(reply.Error)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return func() { // the last reply says that the file is closed
		_ = conn.(*net.TCPConn).CloseWrite()
		_ = in.Decode(&reply)
		_ = conn.Close()
	}, nil
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o700)
	}
	if err == nil {
		err = os.WriteFile(to, data, 0o700)
	}
	return err
}
