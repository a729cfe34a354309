package setup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/docker/cli/cli/config"

	"docker-credential-ssm/internal/dockerconfig"
	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/watch"
	"docker-credential-ssm/settings"
)

// errDry ends an update before it writes.
var errDry = errors.New("dry run")

func (c *configuration) run(ctx context.Context) error {
	path, err := c.path()
	if err != nil {
		return err
	}
	p := c.program
	var before, after []byte
	p.Watch.Reading(path)
	p.Watch.Step(watch.Timeout(p.Environ))
	var file *dockerconfig.File
	err = dockerconfig.Update(path, func(f *dockerconfig.File) ([]byte, error) {
		file = f
		f.Withdraws = c.migrate || c.discard
		p.Watch.Doing("changing "+path, "")
		p.Watch.Step(0) // what asks AWS has deadlines of its own
		text, err := c.change(ctx, path, f)
		before, after = f.Text, text
		if err == nil && c.dryRun {
			return f.Text, errDry
		}
		return text, err
	})
	if err != nil && !errors.Is(err, errDry) {
		return cannotChange(path, err)
	}
	switch {
	case string(before) == string(after):
		fmt.Fprintf(p.Out, "%s: nothing to change\n", path)
	case c.dryRun:
		writeDiff(p, path, dockerconfig.Redact(before), dockerconfig.Redact(after))
	default:
		fmt.Fprintf(p.Out, "%s: written\n", path)
	}
	if file.InPlace {
		message.Note(path+" is a mount of its own, which cannot be replaced in one step: it was written in its place", p.Err)
	}
	c.reports()
	c.notes(after)
	if path == p.Config() && !c.dryRun && !c.remove && !c.askedStore {
		c.noteNothingStored(ctx)
	}
	return nil
}

// path is the file to change.
func (c *configuration) path() (string, error) {
	if c.file != "" {
		return c.file, nil
	}
	if hint := c.program.WithoutHome(runtime.GOOS); hint != "" {
		return "", message.Advise(errors.New("there is no home directory, in which config.json would be"), hint)
	}
	return c.program.Config(), nil
}

// change is the text as it is to be. It moves credentials, too, if it is asked
// to: what it returns no longer has them, and is written afterwards.
func (c *configuration) change(ctx context.Context, path string, f *dockerconfig.File) ([]byte, error) {
	d, err := readText(path, f.Text)
	if err != nil {
		return nil, err
	}
	if c.remove && f.Text == nil {
		return nil, nil // no file has to be made for that
	}
	if c.remove {
		c.takenOut = takeOut(d, c.keys, c.all)
		return c.writable(f, d.Text())
	}
	old, err := config.LoadFromReader(bytes.NewReader(nonEmpty(f.Text)))
	if err != nil {
		return nil, err
	}
	c.moved, c.discarded, c.missing, c.takenOver = nil, nil, nil, nil
	for _, key := range c.keys {
		if !c.migrate {
			break
		}
		found, err := c.outside(d, old, key)
		if err != nil {
			return nil, err
		}
		if found != nil {
			c.moved = append(c.moved, *found)
		}
	}
	if err := c.putIn(d); err != nil {
		return nil, c.refused(path, err)
	}
	s, err := c.inForce(path, d.Text())
	if err != nil {
		return nil, err
	}
	return c.withoutSecrets(ctx, s, f, d)
}

// withoutSecrets is the text without the credentials that --migrate and --discard
// take out of it, once they are in AWS.
func (c *configuration) withoutSecrets(ctx context.Context, s *settings.Settings, f *dockerconfig.File, d *dockerconfig.Document) ([]byte, error) {
	drops := map[string]bool{}
	for _, key := range c.keys {
		if c.migrate || c.discard {
			before := d.Text()
			dockerconfig.Forget(d, key, c.discard)
			drops[key] = !bytes.Equal(before, d.Text())
		}
	}
	text, err := c.writable(f, d.Text())
	if err != nil {
		return nil, err
	}
	for i := range c.moved {
		if err := c.move(ctx, s, &c.moved[i]); err != nil {
			return nil, err
		}
	}
	for _, key := range c.keys {
		if !c.discard {
			break
		}
		username, err := c.hasAnother(ctx, s, key)
		if err != nil {
			return nil, err
		}
		if drops[key] {
			c.discarded = append(c.discarded, c.droppedLine(key, username))
		}
	}
	return text, nil
}

// writable returns a text, or why the file could not be given it. It is asked
// before anything is changed elsewhere, and in a dry run.
func (c *configuration) writable(f *dockerconfig.File, text []byte) ([]byte, error) {
	if bytes.Equal(text, f.Text) {
		return text, nil
	}
	return text, f.CheckWritable()
}

// inForce are the settings that the helper will have: it reads them from
// Docker's config.json, also where another file is changed.
func (c *configuration) inForce(path string, text []byte) (*settings.Settings, error) {
	own := c.program.Config()
	if path == own {
		return settings.Parse(c.program.Environ, path, text)
	}
	if _, err := settings.Parse(c.program.Environ, path, text); err != nil {
		return nil, err
	}
	f, err := dockerconfig.ReadFile(own)
	if err != nil {
		return nil, err
	}
	d, err := readText(own, f.Text)
	if err != nil {
		return nil, err
	}
	if err := c.putOptions(d); err != nil {
		return nil, fmt.Errorf("%s %w", own, err)
	}
	return settings.Parse(c.program.Environ, own, d.Text())
}

// readText makes a document of a file's text. Package settings explains what is wrong
// with one.
func readText(path string, text []byte) (*dockerconfig.Document, error) {
	var file *settings.FileError
	if _, err := settings.Parse(nil, path, nonEmpty(text)); errors.As(err, &file) {
		return nil, err
	}
	d, err := dockerconfig.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s %w", path, err)
	}
	return d, nil
}

func nonEmpty(text []byte) []byte {
	if dockerconfig.Blank(text) {
		return []byte("{}")
	}
	return text
}
