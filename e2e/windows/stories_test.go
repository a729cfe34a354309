//go:build linux && wine

// Package windows runs the released program for Windows under Wine. The stories in
// testdata run it as clients and people do: a home with blanks and other letters than
// ASCII's in its name, and files that another program has open.
package windows

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"docker-credential-ssm/e2e/windows/wire"
	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// TestMain makes commands of this program that run one inside Wine, so that the
// stories read like those of the other systems: docker-credential-ssm, with both
// streams in one pipe where MERGED is set, and cmd, with a command line.
func TestMain(m *testing.M) {
	testscript.Main(stopping{m}, map[string]func(){
		"docker-credential-ssm": func() {
			inside(wire.Request{Program: program, Args: os.Args[1:], Merged: os.Getenv("MERGED") != ""})
		},
		"cmd": func() { inside(wire.Request{Program: "cmd.exe", Line: `cmd.exe /s /c "` + os.Args[1] + `"`}) },
	})
}

// stopping ends Wine after the tests.
type stopping struct{ m *testing.M }

func (s stopping) Run() int {
	defer wine.stop()
	return s.m.Run()
}

// passedOn are the variables of a story that the program sees.
func passedOn(name string) bool {
	return testenv.Foreign(name) || slices.Contains([]string{"USERPROFILE", "LOCALAPPDATA", "NO_COLOR", "COLUMNS"}, name)
}

// inside runs a request with this process's environment, folder and streams.
func inside(request wire.Request) {
	input, err := io.ReadAll(os.Stdin)
	if err == nil {
		request.Stdin = string(input)
		request.Dir, err = os.Getwd()
	}
	here := prefix{dir: os.Getenv("PREFIX")}
	request.Dir = here.windows(request.Dir)
	for _, entry := range os.Environ() {
		if name, value, _ := strings.Cut(entry, "="); passedOn(name) {
			request.Env = append(request.Env, entry)
		} else if name == "WINDOWS_PATH" {
			request.Env = append(request.Env, "PATH="+value)
		}
	}
	var reply wire.Reply
	if err == nil {
		reply, err = ask(os.Getenv("AGENT"), request)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the agent:", err)
		os.Exit(99)
	}
	fmt.Print(reply.Stdout)
	fmt.Fprint(os.Stderr, reply.Stderr)
	os.Exit(reply.Status)
}

// TestStories: besides testscript's, and the two above, a story has the commands
//
//	param NAME VALUE     an administrator stores a parameter
//	holds NAME VALUE     the parameter has that value; - for no such parameter
//	region REGION        the last call was signed for this Region
//	tls                  AWS is behind TLS, with a certificate in $WORK/ca.pem
//	reset                AWS resets every connection
//	hold FILE            another program has the file open, and lets nobody replace it
//	release              and no longer
func TestStories(t *testing.T) {
	p := needWine(t)
	users := filepath.Join(p.dir, "drive_c", "users")
	testscript.Run(t, testscript.Params{
		Dir:         "testdata",
		WorkdirRoot: users,
		Setup:       p.begin,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"param": func(ts *testscript.TestScript, neg bool, args []string) {
				server(ts).Put(ssmtest.Parameter{Name: args[0], Value: args[1]})
			},
			"holds": func(ts *testscript.TestScript, neg bool, args []string) {
				switch p, ok := server(ts).Parameter(args[0]); {
				case args[1] == "-" && ok:
					ts.Fatalf("there is a parameter %s", args[0])
				case args[1] != "-" && p.Value != args[1]:
					ts.Fatalf("%s holds %q, want %q", args[0], p.Value, args[1])
				}
			},
			"region": func(ts *testscript.TestScript, neg bool, args []string) {
				calls := server(ts).Calls()
				if last := calls[len(calls)-1]; last.Region != args[0] {
					ts.Fatalf("the last call was signed for %s", last.Region)
				}
			},
			"tls":   behindTLS,
			"reset": resets,
			"hold": func(ts *testscript.TestScript, neg bool, args []string) {
				release, err := p.hold(ts.MkAbs(args[0]))
				ts.Check(err)
				ts.Defer(release)
				values(ts)["release"] = release
			},
			"release": func(ts *testscript.TestScript, neg bool, args []string) { values(ts)["release"].(func())() },
		},
	})
}

func (p *prefix) begin(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "Jörg Müller")
	if err := os.MkdirAll(filepath.Join(home, ".docker"), 0o700); err != nil {
		return err
	}
	s := ssmtest.NewServer()
	env.Defer(s.Close)
	env.Values["values"] = map[string]any{"server": s}
	for name, value := range map[string]string{
		"AGENT": p.addr, "PREFIX": p.dir, "VERSION": os.Getenv("RELEASE_VERSION"),
		"HOME": home, "CONFIG": filepath.Join(home, ".docker", "config.json"),
		"PROGRAM": program, "WINDOWS_PATH": `C:\windows\system32;C:\Program Files\Docker Tools`,
		"USERPROFILE": p.windows(home), "AWS_ENDPOINT_URL": s.URL, "AWS_ENDPOINT_URL_STS": s.URL,
		"AWS_ACCESS_KEY_ID": "AKIAENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-central-1",
		"AWS_EC2_METADATA_DISABLED": "true",
	} {
		env.Setenv(name, value)
	}
	return nil
}

func values(ts *testscript.TestScript) map[string]any { return ts.Value("values").(map[string]any) }

func server(ts *testscript.TestScript) *ssmtest.Server { return values(ts)["server"].(*ssmtest.Server) }

func behindTLS(ts *testscript.TestScript, neg bool, args []string) {
	s := ssmtest.NewTLSServer()
	ts.Defer(s.Close)
	values(ts)["server"] = s
	ts.Setenv("AWS_ENDPOINT_URL", s.URL)
	ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), s.CertPEM(), 0o600))
}

// resets has an address that accepts connections, and breaks them off as a firewall
// does.
func resets(ts *testscript.TestScript, neg bool, args []string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = listener.Close() })
	ts.Setenv("AWS_ENDPOINT_URL", "http://"+listener.Addr().String())
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1))
			_ = conn.(*net.TCPConn).SetLinger(0)
			_ = conn.Close()
		}
	}()
}
