package ssm

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// terminal is a pseudo-terminal, which askForCode finds, and its other end.
func terminal(t *testing.T) *os.File {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("there are no pseudo-terminals:", err)
	}
	t.Cleanup(func() { _ = master.Close() })
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Skip("there are no pseudo-terminals:", err)
	}
	old := openTerminal
	t.Cleanup(func() { openTerminal = old })
	openTerminal = func() (in, out *os.File, err error) {
		in, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
		return in, in, err
	}
	return master
}

// prompted waits until the terminal asks for a code.
func prompted(t *testing.T, tty *os.File) {
	t.Helper()
	shown := bufio.NewReader(tty)
	program, err := shown.ReadString(':')
	prompt, err2 := shown.ReadString(':')
	if err != nil || err2 != nil || program+prompt != "docker-credential-ssm: MFA code:" {
		t.Fatalf("the terminal shows %q, %v", program+prompt, errors.Join(err, err2))
	}
}

func mfaStore(t *testing.T, timeout string) (*Store, *ssmtest.Server) {
	t.Helper()
	server := ssmtest.NewServer()
	t.Cleanup(server.Close)
	home := testenv.Isolate(t)
	useServer(t, server.URL)
	t.Setenv("AWS_ENDPOINT_URL_STS", server.URL)
	server.Put(ssmtest.Parameter{Name: "/CodeBuild/docker-credentials/docker.io", Value: `{"username":"alice","password":"s3cret"}`})
	write(t, home+"/.aws/config", "[profile mfa]\nrole_arn = arn:aws:iam::111122223333:role/pull\nmfa_serial = arn:aws:iam::111122223333:mfa/alice\nsource_profile = keys\n[profile keys]\naws_access_key_id = AKIATEST\naws_secret_access_key = secret\n")
	return open(t, nil, "PROFILE=mfa", "TIMEOUT="+timeout), server
}

// TestCodeTakesItsTime: a person who types for longer than the deadline gets the
// credential all the same, and the calls after that have the rest of it.
func TestCodeTakesItsTime(t *testing.T) {
	const timeout = 2 * time.Second
	for name, get := range map[string]func(*Store) error{
		"get": func(s *Store) error {
			_, _, err := s.Get(context.Background(), "docker.io")
			return err
		},
		"doctor": func(s *Store) error {
			i, err := s.Inspect(context.Background(), "docker.io")
			if err == nil {
				_, err = i.Credentials(context.Background())
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			tty := terminal(t)
			s, _ := mfaStore(t, timeout.String())
			deadline := time.NewTimer(timeout + timeout/10)
			defer deadline.Stop()
			done := make(chan error, 1)
			go func() { done <- get(s) }()
			prompted(t, tty)
			select {
			case err := <-done:
				t.Fatalf("it ended while the code was typed: %v", err)
			case <-deadline.C: // the person is slow
			}
			if _, err := tty.WriteString("123456\n"); err != nil {
				t.Fatal(err)
			}
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSilence: nobody types, and that is what is said: not that the network or the
// deadline was at fault.
func TestSilence(t *testing.T) {
	terminal(t)
	defer SetCodePatience(0)
	SetCodePatience(20 * time.Millisecond)
	s, server := mfaStore(t, "20s")
	if got := causeOf(t, s); got != "mfa-silence" {
		t.Errorf("the cause is %q", got)
	}
	if calls := server.Calls(); len(calls) != 0 {
		t.Errorf("AWS was asked: %+v", calls)
	}
}

// TestInterruptedCode: an interrupt ends the wait for a code.
func TestInterruptedCode(t *testing.T) {
	tty := terminal(t)
	s, _ := mfaStore(t, "20s")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		_, _, err := s.Get(ctx, "docker.io")
		done <- err
	}()
	prompted(t, tty)
	cancel()
	var e *Error
	if err := <-done; !errors.As(err, &e) || e.Cause != "credentials-interrupted" {
		t.Errorf("err = %v", err)
	}
}

// TestNobodyAsked: what is not worth the question does not put it.
func TestNobodyAsked(t *testing.T) {
	terminal(t)
	defer SetCodePatience(0)
	SetCodePatience(20 * time.Millisecond)
	s, _ := mfaStore(t, "20s")
	_, _, err := s.Get(WithoutTerminal(context.Background()), "docker.io")
	var e *Error
	if !errors.As(err, &e) || e.Cause != "mfa-terminal" {
		t.Errorf("err = %v", err)
	}
}
