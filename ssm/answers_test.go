package ssm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/internal/transport"
	"docker-credential-ssm/ssm/ssmtest"
)

// broken is an answer that no service gives.
type broken struct {
	name  string
	only  string              // the verb, where it is about one alone
	cause string              // what it is explained by
	fault ssmtest.Fault       // for any answer
	edit  func(fields object) // or a change to the right one
	value bool                // the answer is sound, and what it has is no credential
}

type object = map[string]any

const cipher = "AQICAHh0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// eachIn does something with every parameter, or with the secret, of an answer.
func eachIn(fields object, do func(object)) {
	list, ok := fields["Parameters"].([]any)
	if !ok {
		do(fields)
	}
	for _, p := range list {
		do(p.(object))
	}
}

func replace(field string, to any) func(object) {
	return func(o object) {
		eachIn(o, func(p object) {
			if _, ok := p[field]; ok && to == nil {
				delete(p, field)
			} else if ok {
				p[field] = to
			}
		})
	}
}

func body(text string) ssmtest.Fault {
	return ssmtest.Fault{Answer: func([]byte) []byte { return []byte(text) }}
}

func behind(text string) ssmtest.Fault {
	return ssmtest.Fault{Answer: func(b []byte) []byte { return append(bytes.TrimSpace(b), text...) }}
}

func raw(text string) ssmtest.Fault {
	return ssmtest.Fault{Raw: "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\n" + text}
}

// anyAnswer are those that are as wrong for one call as for another.
var anyAnswer = []broken{
	{name: "an empty body", cause: "answer-empty", fault: body("")},
	{name: "white space", cause: "answer-empty", fault: body(" \n")},
	{name: "null", cause: "answer-shape", fault: body("null")},
	{name: "a list", cause: "answer-shape", fault: body("[]")},
	{name: "a string", cause: "answer-shape", fault: body(`"s3cret"`)},
	{name: "half an object", cause: "answer-shape", fault: body(`{"Parameters":[`)},
	{name: "no object's fields", cause: "answer-partial", fault: body("{}")},
	{name: "fields of something else", cause: "answer-partial", fault: body(`{"Result":"s3cret"}`)},
	{name: "an error under 200", cause: "answer-error", fault: body(`{"__type":"AccessDeniedException","message":"s3cret"}`)},
	{name: "an error's header under 200", cause: "answer-error", fault: ssmtest.Fault{Header: http.Header{"X-Amzn-Errortype": {"AccessDeniedException"}}}},
	{name: "a second document", cause: "answer-more", fault: behind("{}")},
	{name: "trailing garbage", cause: "answer-more", fault: behind(" s3cret")},
	{name: "over 1 MB", cause: "answer-long", fault: behind(strings.Repeat(" ", transport.MaxBody) + "\n")},
	{name: "204 and nothing", cause: "answer-empty", fault: ssmtest.Fault{Status: 204}},
	{name: "301", cause: "status-redirect", fault: ssmtest.Fault{Status: 301, Header: http.Header{"Location": {"http://127.0.0.1:1/"}}, Answer: func([]byte) []byte { return nil }}},
	{name: "of a picture's type", cause: "answer-shape", fault: ssmtest.Fault{Header: http.Header{"Content-Type": {"image/png"}}}},
	{name: "of no text's type", cause: "answer-shape", fault: ssmtest.Fault{Header: http.Header{"Content-Type": {"image/png"}}}},
	{name: "in another charset", cause: "answer-shape", fault: ssmtest.Fault{Header: http.Header{"Content-Type": {"application/json; charset=\"UTF-16\""}}}},
	{name: "a page", cause: "answer-shape", fault: ssmtest.Fault{Body: "<html>s3cret", Header: http.Header{"Content-Type": {"text/html"}}}},
	{name: "chunked and cut off", cause: "connection-closed", fault: raw("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"Par\r\n")},
	{name: "shorter than its length", cause: "connection-closed", fault: raw("Content-Length: 500\r\n\r\n{}")},
	{name: "longer than its length", cause: "answer-shape", fault: raw("Content-Length: 1\r\n\r\n{}")},
	{name: "said to be br", cause: "answer-shape", fault: ssmtest.Fault{Header: http.Header{"Content-Encoding": {"br"}}, Answer: func(b []byte) []byte { return b }}},
	{name: "said to be gzip", cause: "answer-shape", fault: ssmtest.Fault{Header: http.Header{"Content-Encoding": {"gzip"}}, Answer: func(b []byte) []byte { return b }}},
	{name: "a field twice", cause: "answer-twice", fault: ssmtest.Fault{Answer: func(b []byte) []byte {
		return append([]byte(`{"Parameters":[],"InvalidParameters":[],"Name":"x","Name":"y",`), bytes.TrimSpace(b)[1:]...)
	}}},
	{name: "names of fields in small letters", cause: "answer-partial", fault: ssmtest.Fault{Answer: func(b []byte) []byte { return bytes.ToLower(b) }}},
	{name: "fields of another type", cause: "answer-unread", edit: func(o object) {
		for field := range o {
			o[field] = []any{object{"x": []any{1}}, 7}
		}
	}},
}

// readAnswers are wrong for a read of names.
var readAnswers = []broken{
	{name: "Parameters null", only: "ssm", cause: "answer-partial", edit: func(o object) { o["Parameters"] = nil }},
	{name: "InvalidParameters with others", only: "ssm", cause: "answer-other", edit: func(o object) { o["Parameters"], o["InvalidParameters"] = []any{}, []any{"/other"} }},
	{name: "nothing, and only some are invalid", only: "ssm", cause: "answer-partial", edit: func(o object) {
		asked := names(o)
		o["Parameters"], o["InvalidParameters"] = []any{}, asked[:len(asked)-1]
	}},
	{name: "an invalid one twice", only: "ssm", cause: "answer-other", edit: func(o object) {
		asked := names(o)
		o["Parameters"], o["InvalidParameters"] = []any{}, append(asked, asked[0])
	}},
	{name: "both lists name the same", only: "ssm", cause: "answer-other", edit: func(o object) { o["InvalidParameters"] = names(o) }},
	{name: "one more", only: "ssm", cause: "answer-other", edit: func(o object) {
		o["Parameters"] = append(o["Parameters"].([]any), object{"Name": "/other", "Type": "String", "Value": "s3cret", "Version": 1})
	}},
	{name: "one twice", only: "ssm", cause: "answer-other", edit: func(o object) {
		p := o["Parameters"].([]any)
		o["Parameters"] = append(p, p[0])
	}},
	{name: "another's name", cause: "answer-other", edit: replace("Name", "/other")},
	{name: "the name in capital letters", cause: "answer-other", edit: func(o object) {
		eachIn(o, func(p object) { p["Name"] = strings.ToUpper(p["Name"].(string)) })
	}},
	{name: "no name", only: "ssm", cause: "answer-other", edit: replace("Name", nil)},
	{name: "no name", only: "secretsmanager", cause: "answer-partial", edit: replace("Name", nil)},
	{name: "no ARN", only: "secretsmanager", cause: "answer-partial", edit: replace("ARN", nil)},
	{name: "another's ARN", only: "secretsmanager", cause: "answer-other", edit: replace("ARN", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:other-a1b2c3")},
	{name: "no value", only: "ssm", cause: "answer-partial", edit: replace("Value", nil)},
	{name: "no value", only: "secretsmanager", cause: "answer-partial", edit: replace("SecretString", nil)},
	{name: "no type", only: "ssm", cause: "answer-partial", edit: replace("Type", nil)},
	{name: "an unknown type", only: "ssm", cause: "answer-partial", edit: replace("Type", "s3cret")},
	{name: "still encrypted", only: "ssm", cause: "value-encrypted", value: true, edit: func(o object) { replace("Type", "SecureString")(o); replace("Value", cipher)(o) }},
	{name: "a StringList", only: "ssm", cause: "value-list", value: true, edit: replace("Type", "StringList")},
}

// names are all that an answer names.
func names(o object) []any {
	var all []any
	for _, p := range o["Parameters"].([]any) {
		all = append(all, p.(object)["Name"])
	}
	return append(all, o["InvalidParameters"].([]any)...)
}

// listAnswers are wrong for a page of GetParametersByPath.
var listAnswers = []broken{
	{name: "Parameters null", cause: "answer-partial", edit: func(o object) { o["Parameters"] = nil }},
	{name: "a page without Parameters", cause: "answer-partial", edit: func(o object) { delete(o, "Parameters") }},
	{name: "no name", cause: "answer-partial", edit: replace("Name", nil)},
	{name: "no value", cause: "answer-partial", edit: replace("Value", nil)},
	{name: "no type", cause: "answer-partial", edit: replace("Type", nil)},
	{name: "the same page again", cause: "answer-twice", fault: ssmtest.Fault{Body: `{"Parameters":[],"NextToken":"again"}`}},
	{name: "a name from elsewhere", cause: "answer-other", edit: replace("Name", "/other/docker.io")},
	{name: "a name beside the prefix", cause: "answer-other", edit: replace("Name", "/CodeBuild/docker-credentials-2/docker.io")},
	{name: "one twice", cause: "answer-twice", edit: func(o object) {
		p := o["Parameters"].([]any)
		o["Parameters"] = append(p, p[0])
	}},
}

// writeAnswers are wrong for a PutParameter, deleteAnswers for a DeleteParameters.
var (
	writeAnswers = []broken{
		{name: "no version", cause: "answer-partial", edit: func(o object) { delete(o, "Version") }},
		{name: "version 0", cause: "answer-partial", edit: func(o object) { o["Version"] = 0 }},
	}
	deleteAnswers = []broken{
		{name: "nobody deleted", cause: "answer-partial", edit: func(o object) { o["DeletedParameters"], o["InvalidParameters"] = []any{}, []any{} }},
		{name: "another deleted", cause: "answer-partial", edit: func(o object) { o["DeletedParameters"] = []any{"/other"} }},
		{name: "deleted and invalid", cause: "answer-partial", edit: func(o object) { o["InvalidParameters"] = o["DeletedParameters"] }},
		{name: "one more deleted", cause: "answer-partial", edit: func(o object) {
			o["DeletedParameters"] = append(o["DeletedParameters"].([]any), "/other")
		}},
	}
)

// order makes the server give the answer to an action.
func (b broken) order(server *ssmtest.Server, action string) {
	f := b.fault
	f.Action = action
	if b.edit != nil {
		f.Answer = func(answer []byte) []byte {
			var fields object
			if json.Unmarshal(answer, &fields) != nil {
				return answer
			}
			b.edit(fields)
			out, _ := json.Marshal(fields)
			return out
		}
	}
	server.Fail(f)
}

// locations are the kinds of location, with what leads there.
var locations = []struct {
	name     string
	service  string
	sections map[string]map[string]string
}{
	{"below the prefix", "ssm", nil},
	{"a parameter", "ssm", map[string]map[string]string{"docker-credential-ssm/docker.io": {"parameter": "/team/hub"}}},
	{"two parameters", "ssm", map[string]map[string]string{"docker-credential-ssm/docker.io": {"usernameParameter": "/team/user", "passwordParameter": "/team/pass"}}},
	{"a reference", "ssm", map[string]map[string]string{"docker-credential-ssm/docker.io": {"parameter": "/aws/reference/secretsmanager/team/hub"}}},
	{"a secret", "secretsmanager", map[string]map[string]string{"docker-credential-ssm/docker.io": {"secret": "team/hub"}}},
	{"two secrets", "secretsmanager", map[string]map[string]string{"docker-credential-ssm/docker.io": {"usernameSecret": "team/user", "passwordSecret": "team/pass"}}},
	{"the common value", "ssm", map[string]map[string]string{"docker-credential-ssm": {"parameter": "/team/all"}}},
}

// fill stores alice's credential in every place.
func fill(server *ssmtest.Server) {
	const one = `{"username":"alice","password":"s3cret"}`
	for name, value := range map[string]string{
		"/CodeBuild/docker-credentials/docker.io": one, "/team/hub": one, "/team/user": "alice", "/team/pass": "s3cret",
		"/team/all": `{"docker.io":` + one + `}`,
	} {
		server.Put(ssmtest.Parameter{Name: name, Value: value})
	}
	for id, value := range map[string]string{"team/hub": one, "team/user": "alice", "team/pass": "s3cret"} {
		server.PutSecret(id, value)
	}
}

// rowOf is the row that explains an error.
func rowOf(err error) string {
	var (
		e        *Error
		value    *ValueError
		missing  *MissingError
		readOnly *ReadOnlyError
		conflict *ConflictError
	)
	switch {
	case errors.As(err, &value):
		return value.Cause
	case errors.As(err, &missing):
		return missing.Cause
	case errors.As(err, &readOnly):
		return readOnly.Cause
	case errors.As(err, &conflict):
		return conflict.Cause
	case errors.As(err, &e):
		return e.Cause
	}
	return fmt.Sprintf("%T", err)
}

// TestBrokenAnswers: an answer that says nothing, or not all, or something else, is
// an error of every verb at every kind of location: never "not found", never a
// success, never an empty list. The log has what came of each.
func TestBrokenAnswers(t *testing.T) {
	server := ssmtest.NewServer()
	defer server.Close()
	testenv.Isolate(t)
	useServer(t, server.URL)
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	ctx := context.Background()
	summary := map[string]int{}
	tries := 0

	try := func(verb, place, action string, b broken, run func() error) {
		server.ClearFaults()
		fill(server)
		b.order(server, action)
		server.ResetCalls()
		err := run()
		tries++
		var absent *NotFoundError
		line := ""
		if err != nil {
			line = message.Line(&message.Error{What: verb + " docker.io", Err: err})
		}
		cause := rowOf(err)
		switch {
		case err == nil:
			t.Errorf("%s, %s, %s: a success", verb, place, b.name)
		case errors.As(err, &absent):
			t.Errorf("%s, %s, %s: not found: %v", verb, place, b.name, err)
		case strings.ContainsAny(line, "\r\n{") && !strings.Contains(line, `{"username"`), strings.Contains(line, "s3cret"), message.Hint(err) == "":
			t.Errorf("%s, %s, %s: %q", verb, place, b.name, line)
		case cause != b.cause && !slices.Contains([]string{"read-only-secret", "read-only-registries"}, cause) && !(b.value && slices.Contains([]string{"plain-string", "conflict"}, cause)):
			t.Errorf("%s, %s, %s: %s, want %s: %s", verb, place, b.name, cause, b.cause, line)
		}
		summary[fmt.Sprintf("%-6s %-18s %-28s", verb, action, cause)]++
		for _, call := range server.Calls() {
			if verb == "store" && action != "PutParameter" && call.Action == "PutParameter" && !b.value {
				t.Errorf("%s, %s, %s: written all the same", verb, place, b.name)
			}
		}
	}

	for _, l := range locations {
		action := map[string]string{"ssm": "GetParameters", "secretsmanager": "GetSecretValue"}[l.service]
		for _, b := range slices.Concat(anyAnswer, readAnswers) {
			if b.only != "" && b.only != l.service {
				continue
			}
			if l.name == "a reference" && b.cause == "answer-partial" && b.name == "no value" {
				b.cause = "value-binary" // how Parameter Store shows bytes
				b.value = true
			}
			s := func() *Store { return open(t, l.sections, "WRITABLE=true") }
			try("get", l.name, action, b, func() error { _, _, err := s().Get(ctx, "docker.io"); return err })
			try("store", l.name, action, b, func() error { return s().Put(ctx, "docker.io", "alice", "other") })
			try("store", l.name+", the same", action, b, func() error {
				if b.value {
					return s().Put(ctx, "docker.io", "alice", "other")
				}
				return s().Put(ctx, "docker.io", "alice", "s3cret")
			})
			if !b.value && !(l.name == "two parameters" && b.name == "no value") { // what is there is erased, whatever it is
				try("erase", l.name, action, b, func() error { return s().Delete(ctx, "docker.io") })
			}
			switch {
			case l.name == "the common value":
				try("list", l.name, action, b, func() error { _, err := s().List(ctx); return err })
			case l.sections != nil:
				// A registry of its own that cannot be read is left out, with a note.
				server.ClearFaults()
				b.order(server, action)
				var notes []string
				store := s()
				store.Note = func(text string) { notes = append(notes, text) }
				users, err := store.List(ctx)
				if _, listed := users["docker.io"]; listed || err != nil || len(notes) != 1 || strings.Contains(notes[0], "s3cret") {
					t.Errorf("list, %s, %s: %v, %v, %q", l.name, b.name, users, err, notes)
				}
				summary[fmt.Sprintf("%-6s %-18s %-28s", "list", action, "left out, with a note")]++
				tries++
			}
		}
	}
	for _, b := range slices.Concat(anyAnswer, listAnswers) {
		try("list", "below the prefix", "GetParametersByPath", b, func() error { _, err := open(t, nil).List(ctx); return err })
	}
	for _, b := range slices.Concat(anyAnswer, writeAnswers) {
		try("store", "below the prefix", "PutParameter", b, func() error {
			return open(t, nil, "WRITABLE=true").Put(ctx, "docker.io", "alice", "other")
		})
	}
	for _, b := range slices.Concat(anyAnswer, deleteAnswers) {
		try("erase", "below the prefix", "DeleteParameters", b, func() error { return open(t, nil, "WRITABLE=true").Delete(ctx, "docker.io") })
	}

	t.Logf("%d answers of %d kinds", tries, len(anyAnswer)+len(readAnswers)+len(listAnswers)+len(writeAnswers)+len(deleteAnswers))
	var lines []string
	for line, n := range summary {
		lines = append(lines, fmt.Sprintf("%s %4d", line, n))
	}
	slices.Sort(lines)
	for _, line := range lines {
		t.Log(line)
	}
}

// TestNotFoundAnswers: InvalidParameters with all the names, each once, is what
// "not found" is.
func TestNotFoundAnswers(t *testing.T) {
	server := ssmtest.NewServer()
	defer server.Close()
	testenv.Isolate(t)
	useServer(t, server.URL)
	fill(server)
	broken{edit: func(o object) { o["InvalidParameters"], o["Parameters"] = names(o), nil }}.order(server, "GetParameters")
	for _, l := range locations {
		_, _, err := open(t, l.sections).Get(context.Background(), "docker.io")
		var absent *NotFoundError
		if got := errors.As(err, &absent); got != (l.name == "below the prefix") || err == nil && l.service == "ssm" {
			t.Errorf("%s: %v", l.name, err)
		}
	}
}
