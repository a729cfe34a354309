package main

import (
	"context"
	"os"
	"runtime"

	"github.com/docker/docker-credential-helpers/credentials"

	"docker-credential-ssm/helper"
	"docker-credential-ssm/internal/output"
	"docker-credential-ssm/internal/start"
	"docker-credential-ssm/internal/watch"
	"docker-credential-ssm/settings"
)

// serve runs one of the protocol's verbs, for a client.
func serve(out *output.Output, verb string) bool {
	p := program(out)
	p.Aside, p.Note, p.Watch = out.Aside(), out.Note, watch.New(verb)
	p.Watch.Hasty = verb == credentials.ActionGet
	p.Watch.Limit(watch.Timeout(p.Environ))

	in, typed := os.Stdin, verb != credentials.ActionList && output.IsTerminal(os.Stdin)
	// A credential_process that the SDK runs inherits these: it must not read the rest
	// of standard input, nor write into a pipe that must hold nothing but the answer.
	if null := withoutInput(); null != nil && out.Merged {
		os.Stderr = null
	}

	return p.Watch.Run(func(ctx context.Context) bool {
		// Standard input and the settings are read at the same time.
		start.Begin()
		start.Loaded(func(s *settings.Settings) { p.Watch.Limit(s.Common().Timeout) })
		h := helper.New(ctx)
		h.Note = out.Note
		h.Open = func(what, key string) (helper.Store, error) {
			p.Watch.Subject(what)
			p.Watch.Reading(p.Config())
			s, err := start.Settings()
			if err != nil {
				return nil, err
			}
			p.Watch.Limit(s.Timeout(key))
			p.Watch.Doing("finding AWS credentials and asking AWS",
				"Run docker-credential-ssm doctor to find the step that takes long, or set "+settings.EnvPrefix+"TIMEOUT to a longer time")
			p.Transport, h.Expects = start.Transport(), s.Mapped
			return p.Store(s), nil
		}
		if typed {
			out.Note(waitsFor(verb))
		}
		p.Watch.Doing("reading standard input", "Close standard input after what the verb is to read")
		return helper.Serve(h, verb, helper.WithContext(ctx, in), out)
	}, out.Refuse)
}

// waitsFor tells a person at a terminal what the verb waits for.
func waitsFor(verb string) string {
	what, end := "a server URL such as docker.io", "Enter and Ctrl-D"
	if verb == credentials.ActionStore {
		what = `{"ServerURL":"…","Username":"…","Secret":"…"}`
	}
	if runtime.GOOS == "windows" {
		end = "Enter, Ctrl-Z and Enter"
	}
	return "type " + what + ", then " + end
}
