package setup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/docker/cli/cli/config"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/registry"
	"docker-credential-ssm/settings"
	"docker-credential-ssm/ssm"
)

// reports says what became of credentials and helpers.
func (c *configuration) reports() {
	for _, m := range c.moved {
		c.report(m)
	}
	for _, line := range append(c.discarded, c.takenOut...) {
		fmt.Fprintln(c.program.Out, message.OneLine(line))
	}
	if c.remove && c.all && len(c.takenOut) > 0 {
		fmt.Fprintln(c.program.Out, c.tense("nothing that configure writes is left", "nothing that configure writes would be left"))
	}
	said := map[string]bool{}
	for _, e := range c.takenOver {
		helper := e.helper()
		if line := fmt.Sprintf("%s: taken over from docker-credential-%s, which configure --remove brings back", e.place, helper); helper != "" && !said[line] {
			said[line] = true
			fmt.Fprintln(c.program.Out, message.OneLine(line))
		}
	}
}

// tense is what was done or, in a dry run, what would be.
func (c *configuration) tense(done, would string) string {
	if c.dryRun {
		return would
	}
	return done
}

func (c *configuration) note(format string, args ...any) {
	message.Note(fmt.Sprintf(format, args...), c.program.Err)
}

// notes points out what a person may not expect of the file as it is now.
func (c *configuration) notes(text []byte) {
	for _, line := range c.missing {
		c.note("%s", line)
	}
	d, err := dockerconfig.Parse(text)
	file, errFile := config.LoadFromReader(bytes.NewReader(nonEmpty(text)))
	if c.remove || err != nil || errFile != nil {
		return
	}
	c.noteNoCache(runtime.GOOS)
	for _, key := range c.keys {
		c.noteLogins(d, key)
		if store := file.CredentialsStore; store != "" && store != settings.HelperName && !c.migrate {
			c.note("docker-credential-%s, the credsStore, was asked for %s before; what it holds stays there, unless configure --migrate moves it", store, registry.Name(key))
		}
	}
	for _, e := range c.takenOver {
		if helper := e.helper(); helper != "" && !c.migrate {
			c.note("docker-credential-%s was asked for %s before; what it holds stays there, unless configure --migrate moves it", helper, e.place)
		}
	}
	if c.file != "" && c.file != c.program.Config() && len(c.options) > 0 {
		c.note("the helper reads its options from config.json in %s, and from no other file", c.program.Dir)
	}
}

// noteNoCache says that the option cacheTTL, as it is given, does nothing here.
func (c *configuration) noteNoCache(goos string) {
	for _, o := range c.options {
		if ttl, err := time.ParseDuration(o.value); o.Name == "cacheTTL" && err == nil && ttl > 0 && goos != "linux" {
			c.note("cacheTTL has no effect here: only Linux has a keyring in its kernel, to keep an answer in")
		}
	}
}

// noteLogins names what the file still holds of a registry's secrets.
func (c *configuration) noteLogins(d *dockerconfig.Document, key string) {
	if found, err := d.Plaintext(key); err != nil || found != nil {
		c.note("the file holds a credential for %s in plain text, from a docker login: docker-credential-ssm configure --migrate%s moves it into Parameter Store, --discard drops it", registry.Name(key), argument(key))
	}
	if urls := d.WebTokens(key); urls != nil {
		c.note("the file holds the tokens of a login in the browser, under %s: docker-credential-ssm configure --discard%s drops them", strings.Join(urls, " and "), argument(key))
	}
}

// patience is how long configure waits for AWS to say that nothing is stored yet.
const patience = 2 * time.Second

// noteNothingStored says where AWS has no credential yet. Any other answer, and none
// in time, is for a get and for doctor to tell: an image may be built without any
// network.
func (c *configuration) noteNothingStored(ctx context.Context) {
	s, err := settings.Load(c.program.Environ, c.program.Dir)
	if err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ssm.WithoutTerminal(ctx), patience)
	defer cancel()
	lines := make(chan string, len(c.keys))
	go func() {
		defer close(lines)
		for _, key := range c.keys {
			store := c.program.Store(s)
			store.NoCache, store.Note = true, nil
			if _, _, err := store.Get(ctx, key); errors.Is(err, ssm.ErrNotFound) {
				hint := "Run docker-credential-ssm login" + argument(key) + ", which stores one"
				if o, _ := s.For(key); o.Location.ReadOnly() != "" { // login refuses it
					hint = "Correct the name, or make it"
				}
				lines <- fmt.Sprintf("no credential for %s is stored yet: %v. %s", registry.Name(key), err, hint)
			}
		}
	}()
	for {
		select {
		case line, more := <-lines:
			if !more {
				return
			}
			c.note("%s", line)
		case <-ctx.Done():
			return
		}
	}
}
