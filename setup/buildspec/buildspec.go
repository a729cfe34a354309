// Package buildspec reads the buildspec of a CodeBuild project, finds how it
// signs in to registries, and plans the change to docker-credential-ssm.
//
// A buildspec is YAML with shell commands in it. Both are parsed. The commands of all
// phases are walked in the order in which they run, to find each docker login and the
// same command of other tools, such as podman login. User name and password are traced,
// through variables and pipes, to the parameter or secret that they come from. Where
// that succeeds, the login is replaced with one docker-credential-ssm configure, whose
// options name the same value. Where it does not, the login is left unchanged, and the
// plan says why.
//
// The change is a list of edits of the text, so that every other byte stays the same.
// Before a plan is returned, its result is parsed again and compared, value by value,
// with the values that are meant.
//
// The package makes no calls to AWS and reads no settings. Of the texts that it
// returns, only [Plan.Result] contains a password that is written out in a buildspec.
package buildspec

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"
)

// Plan is the change to one buildspec, with the report on its logins.
type Plan struct {
	Name   string
	Logins []Login // in the order of their lines
	Notes  []Note  // about the buildspec as a whole
	Result []byte  // the text after the change; the slice given to Read where nothing changes

	before  []byte
	secrets []string // passwords that are written out in the text
	// What may be a password, in commands that are not understood: a diff does
	// not show it, and nothing else could.
	doubtful []string
}

// Login is one command that signs in to a registry.
type Login struct {
	Line     int
	Tool     string // the command: "docker login", "helm registry login"
	Registry string // docker.io for Docker Hub; in the shell's form where a variable is in it
	Username Source
	Password Source

	// Command is the configure command that replaces the login, "" where nothing
	// replaces it, and Options are the options in it. Where Problem is set and
	// Advice ends in a command, that one is for a person to complete.
	Command string
	Options []Option

	ECR     bool   // it signs in to Amazon ECR and is left alone
	Problem string // why nothing replaces it; "" if nothing is wrong
	Advice  string // what to do about the problem
	Notes   []string
}

// Option is an option of configure, under its name in the settings.
type Option struct {
	Name, Value string
	Shell       bool // Value is a shell word with expansions in it
}

// Note is something to know about a line.
type Note struct {
	Line int
	Text string
}

// Kind says what a user name or a password is read from.
type Kind int

const (
	Unknown   Kind = iota // it could not be followed
	Parameter             // a parameter in Parameter Store, or a field of one
	Secret                // a secret in Secrets Manager, or a field of one
	Literal               // it is written out in the buildspec
	Variable              // a variable that the buildspec does not set, or that only the shell knows
)

// Source is where a user name or a password comes from.
type Source struct {
	Kind     Kind
	Line     int    // where that is said
	Name     string // parameter, secret ID or ARN, variable
	Field    string // of the JSON object in it
	Stage    string // of a secret, if it is not AWSCURRENT
	Version  string // of a secret
	Region   string // if the command names one
	Profile  string // if the command names one
	Literal  string // a user name that is written out; never a password
	Variable string // the variable that carries it, if one does
	Action   string // the IAM action with which the build reads it now
}

// Read makes the plan for a buildspec; name is for messages. The error is a
// *SyntaxError where the text is not a buildspec that can be read.
func Read(name string, text []byte) (*Plan, error) {
	p, err := read(name, text)
	if err != nil {
		return nil, err
	}
	if p.Changed() && !settled(name, p.Result, len(p.open())) {
		p.refuse()
	}
	p.scrub()
	return p, nil
}

// settled says whether a second run over a result would leave it as it is.
func settled(name string, result []byte, open int) bool {
	again, err := read(name, result)
	return err == nil && !again.Changed() && len(again.open()) == open
}

func read(name string, text []byte) (*Plan, error) {
	d, err := parseDocument(name, text)
	if err != nil {
		return nil, err
	}
	a := &analysis{
		doc: d, name: name,
		defs: map[string][]*definition{}, exported: map[string]bool{}, subshells: map[int]bool{}, functions: map[string]bool{},
		inners: map[*syntax.CallExpr]*script{},
	}
	if err := a.check(); err != nil {
		return nil, err
	}
	a.env()
	a.scripts()
	for _, s := range a.all {
		a.walk(s)
	}
	a.findLogins()
	return a.plan(), nil
}

// analysis is what is known about one buildspec.
type analysis struct {
	doc        *document
	name       string
	version    string
	powershell bool
	all        []*script
	notStrings []*yaml.Node

	sequence, regions, steps int
	subshells                map[int]bool
	calls                    []*call
	functions                map[string]bool
	inners                   map[*syntax.CallExpr]*script
	defs                     map[string][]*definition
	exported                 map[string]bool
	mentions                 []mention
	secretWords              []secretWord

	logins            []*login
	logouts           []*logout
	secrets, doubtful []string
	notes             []Note
}

// check refuses what is not a buildspec.
func (a *analysis) check() error {
	refuse := func(line int, why string) error { return &SyntaxError{Name: a.name, Line: line, Why: why} }
	version := find(a.doc.root, "version")
	phases, batch := find(a.doc.root, "phases"), find(a.doc.root, "batch")
	switch {
	case phases.value == nil && batch.value == nil:
		return refuse(0, "is not a buildspec: it has no phases")
	case version.value == nil:
		return refuse(0, "has no version; CodeBuild knows 0.1 and 0.2")
	}
	a.version = follow(version.value).Value
	if a.version != "0.1" && a.version != "0.2" {
		return refuse(version.key.Line, "is not a version of a buildspec that CodeBuild knows: 0.1 or 0.2")
	}
	return nil
}

// Changed says whether there is anything to write.
func (p *Plan) Changed() bool { return !bytes.Equal(p.before, p.Result) }

// Understood says whether every login is replaced, or left alone for a reason.
func (p *Plan) Understood() bool { return len(p.open()) == 0 }

// open are the logins with a problem.
func (p *Plan) open() (open []Login) {
	for _, l := range p.Logins {
		if l.Problem != "" {
			open = append(open, l)
		}
	}
	return open
}

// refuse drops the whole change.
func (p *Plan) refuse() {
	p.Result, p.Notes = p.before, nil
	for i := range p.Logins {
		l := &p.Logins[i]
		if l.Command == "" {
			continue
		}
		l.Problem = "the change cannot be written so that the rest of the file is sure to stay the same"
		l.Advice = fmt.Sprintf("Replace the login by hand: %s", l.Command)
		l.Command, l.Options, l.Notes = "", nil, nil
	}
}

func (a *analysis) note(line int, format string, args ...any) {
	a.notes = append(a.notes, Note{line, fmt.Sprintf(format, args...)})
}
