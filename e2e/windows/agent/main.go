//go:build windows && wine

// The command agent runs programs inside Wine for the tests outside. A process that is
// started from Linux pays for Wine's start each time, and has an environment, streams
// and handles that Wine has translated; one that the agent starts has Windows' own.
//
// It serves a connection for each of package wire's requests.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/sys/windows"

	"docker-credential-ssm/e2e/windows/wire"
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == "modes" {
		os.Exit(modes(os.Args[2], os.Args[3:]))
	}
	if len(os.Args) > 3 && os.Args[1] == "piped" {
		os.Exit(piped(os.Args[2], os.Args[3], os.Args[4:]))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(listener.Addr())
	go func() { // whoever has started it is gone
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for {
		conn, err := listener.Accept()
		if err != nil {
			os.Exit(1)
		}
		go serve(conn)
	}
}

// piped runs a program at this console, with a text as its standard input, and returns its
// status. Ctrl-C is for the program alone: where cmd.exe pipes, Wine's console may be gone
// with cmd.exe before the program has said its last word.
func piped(text, program string, args []string) int {
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Println(err)
	}
	return cmd.ProcessState.ExitCode()
}

func serve(conn net.Conn) {
	defer conn.Close()
	var request wire.Request
	if err := json.NewDecoder(conn).Decode(&request); err != nil {
		return
	}
	var reply wire.Reply
	if request.Hold != "" {
		reply = hold(conn, request.Hold)
	} else {
		reply = run(conn, request)
	}
	_ = json.NewEncoder(conn).Encode(reply)
}

// hold has a file open, as virus scanners and editors do, so that others may read
// and write it, but neither delete nor replace it, until the connection is closed.
func hold(conn net.Conn, path string) wire.Reply {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return wire.Reply{Error: err.Error()}
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		return wire.Reply{Error: err.Error()}
	}
	_ = json.NewEncoder(conn).Encode(wire.Reply{})
	_, _ = io.Copy(io.Discard, conn)
	_ = windows.CloseHandle(handle)
	return wire.Reply{}
}

func run(conn net.Conn, request wire.Request) wire.Reply {
	var stdout, stderr strings.Builder
	cmd := exec.Command(request.Program, request.Args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: request.Line}
	cmd.Dir, cmd.Stdin = request.Dir, strings.NewReader(request.Stdin)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if request.Merged {
		cmd.Stderr = cmd.Stdout // one pipe for both
	}
	// What the request sets stands in place of what is there, in any letter case.
	cmd.Env = os.Environ()
	for _, entry := range request.Env {
		name, _, _ := strings.Cut(entry, "=")
		cmd.Env = without(cmd.Env, name)
	}
	for _, entry := range request.Env {
		if !strings.HasSuffix(entry, "=") {
			cmd.Env = append(cmd.Env, entry)
		}
	}
	if err := cmd.Start(); err != nil {
		return wire.Reply{Error: err.Error()}
	}
	done := make(chan bool)
	go func() {
		_, _ = io.Copy(io.Discard, conn)
		select {
		case <-done:
		default:
			_ = cmd.Process.Kill() // the test has ended
		}
	}()
	err := cmd.Wait()
	close(done)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return wire.Reply{Error: err.Error()}
	}
	return wire.Reply{Stdout: stdout.String(), Stderr: stderr.String(), Status: cmd.ProcessState.ExitCode()}
}

func without(environ []string, name string) []string {
	var rest []string
	for _, entry := range environ {
		if other, _, _ := strings.Cut(entry, "="); name == "" || !strings.EqualFold(name, other) {
			rest = append(rest, entry)
		}
	}
	return rest
}
