package setup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/message"
)

// terminal asks a person: it reads standard input and writes the questions to standard
// error, so that standard output can be redirected.
type terminal struct {
	in    *os.File
	out   io.Writer
	lines *bufio.Reader
}

// openTerminal returns nil where standard input is not a terminal.
func openTerminal(p *cli.Program) *terminal {
	if p.In == nil || !term.IsTerminal(int(p.In.Fd())) {
		return nil
	}
	return &terminal{p.In, p.Err, bufio.NewReader(p.In)}
}

func (t *terminal) say(format string, args ...any) {
	fmt.Fprintf(t.out, format+"\n", args...)
}

// line asks for a line. An interrupt ends the question.
func (t *terminal) line(ctx context.Context, question string) (string, error) {
	fmt.Fprint(t.out, question)
	return waiting(ctx, func() (string, error) {
		s, err := t.lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			fmt.Fprintln(t.out)
		}
		return s, err
	})
}

// secret asks for a line without showing it. When it returns, also after an interrupt,
// the terminal shows again what is typed.
func (t *terminal) secret(ctx context.Context, question string) (string, error) {
	fd := int(t.in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	defer fmt.Fprintln(t.out)
	defer func() { _ = term.Restore(fd, before) }()
	hush(fd)
	fmt.Fprint(t.out, question)
	return waiting(ctx, func() (string, error) {
		text, err := term.ReadPassword(fd)
		return string(text), err
	})
}

// waiting returns the result of a read, or an error where the context ends first. The
// read itself is not cancelled; it ends with the process.
func waiting(ctx context.Context, read func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		text, err := read()
		done <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		return "", interrupted()
	case a := <-done:
		if a.err != nil && a.text == "" {
			// On Windows an interrupt ends the read, before the program hears of it.
			select {
			case <-ctx.Done():
				return "", interrupted()
			case <-time.After(afterRead):
			}
			return "", message.Advise(errors.New("nothing was typed"), "Run it again; nothing was written")
		}
		return a.text, nil
	}
}

// afterRead is how long the news of an interrupt may take, once it has ended a read.
const afterRead = 200 * time.Millisecond

func interrupted() error {
	return message.Advise(errors.New("interrupted"), "Run it again; nothing was written")
}

// maxToken is in bytes: more than any registry's token has, and than fits a
// parameter.
const maxToken = 64 << 10

// readToken reads the token that was given on standard input.
func readToken(ctx context.Context, in *os.File) (string, error) {
	text, err := waiting(ctx, func() (string, error) {
		text, err := io.ReadAll(io.LimitReader(in, maxToken+1))
		return string(text), err
	})
	text = strings.TrimPrefix(text, "\ufeff") // which PowerShell writes
	switch {
	case err != nil:
	case len(text) > maxToken:
		err = message.Advise(errors.New("standard input has more than 64 KB, the most that a token may have"), "Give the token alone; nothing was written")
	case strings.Contains(text, "\x00") || !utf8.ValidString(text):
		err = message.Advise(errors.New("the token on standard input is not UTF-8"), "Write it as UTF-8, which PowerShell's > does not by itself; nothing was written")
	}
	return text, err
}
