package ssm

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
)

// processFault is about a profile's credential_process. The SDK's error holds the
// whole output of a process that printed no credentials, secret key included: only
// its type is looked at.
func (c *client) processFault(err error) *Error {
	name, path := c.profileWith("credential_process")
	said := ""
	if c.said != "" {
		said = ", and said: " + c.said
	}
	status := 0
	row, field := "process-output", fieldOf(err)
	var (
		provider *processcreds.ProviderError
		exit     *exec.ExitError
		notFound *exec.Error
	)
	switch {
	case c.output != nil && c.output.over.Load():
		field = ": it is longer than 1 MB"
	case !errors.As(err, &provider), errors.Is(err, context.DeadlineExceeded):
		row = "process-slow"
	case errors.As(err, &notFound): // the shell itself, which the SDK starts it by
		row, field = "process-shell", notFound.Name
	case errors.As(err, &exit):
		row, status = "process-exit", exit.ExitCode()
		if status == 126 || status == 127 { // a shell's exit status for a command that it cannot run
			row = "process-start"
		}
	}
	return because(row, false, "profile", quoted(name), "file", path, "status", fmt.Sprint(status), "said", said, "field", field)
}

// fieldOf is the field of the process's output that has another type or form.
func fieldOf(err error) string {
	var (
		kind *json.UnmarshalTypeError
		date *time.ParseError
	)
	switch {
	case errors.As(err, &date):
		return ": Expiration is not a date"
	case errors.As(err, &kind) && slices.Contains([]string{"Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration", "AccountId"}, kind.Field):
		return ": " + kind.Field + " has another type"
	}
	return ""
}

// maxSaid is the length, in bytes, of what is shown of a process's standard error.
const maxSaid = 200

// ownStderr is held while os.Stderr is replaced.
var ownStderr sync.Mutex

// listening calls a function in which the SDK runs a process, and returns the end of
// what the process writes to standard error. The SDK passes os.Stderr on to the
// process, so that os.Stderr is replaced for that time. At a terminal the text is shown
// at once, since the process may ask a question; elsewhere it is shown after the
// process has succeeded. Control characters are removed. Where the context has ended,
// the SDK may still use os.Stderr, which then is not restored.
func listening(ctx context.Context, do func() error) (said string, err error) {
	r, w, errPipe := os.Pipe()
	if errPipe != nil {
		return "", do()
	}
	ownStderr.Lock()
	defer ownStderr.Unlock()
	stderr := os.Stderr
	live := false
	if info, err := stderr.Stat(); err == nil {
		live = info.Mode()&os.ModeCharDevice != 0
	}
	heard := &hearing{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer r.Close()
		to := io.Writer(heard)
		if live {
			to = io.MultiWriter(stderr, heard)
		}
		clean(to, r)
	}()
	os.Stderr = w
	err = do()
	if ctx.Err() != nil {
		return short(heard.text()), err
	}
	os.Stderr = stderr
	_ = w.Close()
	select {
	case <-done:
	case <-time.After(250 * time.Millisecond): // a child of the process still has it open
	}
	text := heard.text()
	if err == nil {
		if !live {
			_, _ = io.WriteString(stderr, text)
		}
		return "", nil
	}
	return short(text), err
}

// short is the end of a text, as one line.
func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > maxSaid {
		text = "…" + strings.ToValidUTF8(text[len(text)-maxSaid:], "")
	}
	return text
}

// clean copies a text as it arrives, without control characters.
func clean(to io.Writer, from io.Reader) {
	in := bufio.NewReader(from)
	var out bytes.Buffer
	for {
		r, _, err := in.ReadRune()
		if err == nil {
			if r != '\n' && !unicode.IsPrint(r) {
				r = ' '
			}
			out.WriteRune(r)
		}
		if err != nil || in.Buffered() == 0 {
			_, _ = to.Write(out.Bytes())
			out.Reset()
		}
		if err != nil {
			return
		}
	}
}

// hearing is a writer that keeps the end of what is written to it.
type hearing struct {
	mu  sync.Mutex
	end []byte
}

func (h *hearing) Write(p []byte) (int, error) {
	const limit = 16 << 10
	h.mu.Lock()
	defer h.mu.Unlock()
	h.end = append(h.end, p...)
	if len(h.end) > limit {
		h.end = h.end[len(h.end)-limit:]
	}
	return len(p), nil
}

func (h *hearing) text() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return string(h.end)
}
