package ssm

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"docker-credential-ssm/internal/deadline"
)

// codePatience is how long a person has to type an MFA code, in nanoseconds; 0 for two
// minutes. It does not count towards the deadline, since fetching the device takes
// time.
var codePatience atomic.Int64

// SetCodePatience sets that time, for tests; 0 for the usual one.
func SetCodePatience(d time.Duration) { codePatience.Store(int64(d)) }

func patience() time.Duration {
	return cmp.Or(time.Duration(codePatience.Load()), 2*time.Minute)
}

// codeError is the error for an MFA code that was not typed.
type codeError struct {
	terminal bool // there was one to ask on
	err      error
}

func (e *codeError) Error() string {
	if e.terminal {
		return "nobody typed the code"
	}
	return "there is no terminal"
}

func (e *codeError) Unwrap() error { return e.err }

type withoutTerminal struct{}

// WithoutTerminal is a context in which nobody is asked for an MFA code, for what is
// not worth the question.
func WithoutTerminal(ctx context.Context) context.Context {
	return context.WithValue(ctx, withoutTerminal{}, true)
}

// askForCode asks for an MFA code on the terminal, and not on standard input and
// standard output, which the protocol uses. The SDK calls it without a context, so it
// uses that of the step under way.
func (c *client) askForCode() (string, error) {
	ctx := c.step
	if ctx.Value(withoutTerminal{}) != nil {
		return "", &codeError{false, errors.New("nobody is to be asked")}
	}
	defer deadline.Pause(ctx)()
	in, out, err := openTerminal()
	if err != nil {
		return "", &codeError{false, err}
	}
	if _, err := fmt.Fprint(out, "docker-credential-ssm: MFA code: "); err != nil {
		return "", &codeError{false, err}
	}
	type answer struct {
		line string
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		line, err := bufio.NewReader(in).ReadString('\n')
		done <- answer{line, err}
	}()
	timer := time.NewTimer(patience())
	defer timer.Stop()
	select {
	case <-ctx.Done():
		_, _ = fmt.Fprintln(out)
		return "", ctx.Err()
	case <-timer.C:
		_, _ = fmt.Fprintln(out)
		return "", &codeError{true, nil}
	case a := <-done:
		if a.err != nil {
			return "", &codeError{false, a.err}
		}
		c.typed = true
		return strings.TrimSpace(a.line), nil
	}
}

// codeFault is about an MFA code that was not typed.
func (c *client) codeFault(e *codeError) *Error {
	r := role{arn: "the role"}
	for i := 1; ; i++ {
		if r = c.role(i); r.device != "" || r.arn == "the role" {
			break
		}
	}
	if !e.terminal {
		return because("mfa-terminal", where().building(), "role", r.arn, "drop", c.withoutProfile())
	}
	return because("mfa-silence", false, "role", r.arn, "device", r.device, "time", fmt.Sprint(patience()))
}

// openTerminal opens the terminal that the process was started from. The files
// stay open as long as the process does, since the read may.
var openTerminal = func() (in, out *os.File, err error) {
	name, nameOut := "/dev/tty", "/dev/tty"
	if runtime.GOOS == "windows" {
		name, nameOut = "CONIN$", "CONOUT$"
	}
	if in, err = os.OpenFile(name, os.O_RDWR, 0); err != nil {
		return nil, nil, err
	}
	if out, err = os.OpenFile(nameOut, os.O_RDWR, 0); err != nil {
		_ = in.Close()
		return nil, nil, err
	}
	return in, out, nil
}
