package buildspec

import (
	"fmt"
	"slices"
	"strings"
)

// value is where the value of a word comes from.
type value struct {
	kind   kind
	text   text     // kindText, and the shell's own form of kindUnset
	stored stored   // kindStored, kindAnswer
	fields []string // kindStored: the way to it in a JSON object
	line   int
	why    string        // kindUnknown: a clause that follows "the password"
	trail  []*definition // the variables that it came through
	names  []*definition // the variables in the names of parameters, Regions and so on
}

type kind int

const (
	kindUnknown kind = iota
	kindText         // written out
	kindStored       // a value that AWS keeps, or a field of it
	kindAnswer       // the whole answer of an AWS call, as JSON
	kindUnset        // a variable that the buildspec does not set
	kindECR          // the password that Amazon ECR gives out
)

// stored is one value in AWS.
type stored struct {
	kind           Kind // Parameter or Secret
	name           text
	stage, version string
	region         text
	profile        text
	action         string
}

func unknown(line int, format string, args ...any) value {
	return value{line: line, why: fmt.Sprintf(format, args...)}
}

// same says whether two values are the same one, however they were reached.
func (v value) same(w value) bool {
	return v.kind != kindUnknown && v.kind == w.kind && v.text.shell() == w.text.shell() &&
		v.stored.same(w.stored) && slices.Equal(v.fields, w.fields)
}

func (s stored) same(o stored) bool {
	return s.kind == o.kind && s.name.shell() == o.name.shell() && s.stage == o.stage && s.version == o.version &&
		s.region.shell() == o.region.shell() && s.profile.shell() == o.profile.shell()
}

func containsAny(s, chars string) bool { return strings.ContainsAny(s, chars) }
