//go:build linux

package faults

import (
	"crypto/tls"
	"regexp"
	"slices"
	"strings"
)

// Kind is one way in which the other side fails.
type Kind struct {
	Name  string // "reset in the header"
	Group string // a row of docs/reliability.md

	// What the line must say, a regular expression: the lines in testdata are compared
	// to the letter, and this is what they cannot be updated against.
	Says string

	// The other side. Serve answers one connection, after the TLS handshake where the
	// target is asked by TLS; with Early before it. TLS is the server's side of the
	// handshake, nil for one that is right.
	Serve func(*Exchange)
	Early bool
	TLS   func() *tls.Config
	Plain bool // the target is asked without TLS
	All   bool // it hits every request; otherwise those that the verb is about

	// What else is different on the program's side. Namespace gives the program a
	// network of its own without any route, and a name server that answers so.
	Prepare   func(*Room)
	Namespace bool
	Names     string

	Rare  bool     // it is one of many alike, and not among the quick ones
	Hangs bool     // it ends with the program's deadline
	Only  []string // the targets that it can happen at; nil for all that are asked over a network
	Not   []string // the targets that it cannot happen at
	Mends []string // the targets at which the program gets on in spite of it
	Verbs []string // nil for all
}

// Case is a kind of fault at a target, for a verb.
type Case struct {
	Kind    *Kind
	Target  *Target
	Patient bool   // with longer deadlines
	Verb    string // "get", "list", "store", "erase"; "get debug" is a get that logs
}

// Name is a case as tests and testdata name it.
func (c Case) Name() string { return c.Target.Name + "/" + c.Kind.Name + "/" + c.Verb }

// Kinds are all of them.
func Kinds() []*Kind {
	return slices.Concat(connectionKinds(), tlsKinds(), statusKinds(), bodyKinds(), redirectKinds(), proxyKinds(), nameKinds(), refusalKinds(), clockKinds(), localKinds())
}

// Cases are all cases, in order.
func Cases() (all []Case) {
	for _, k := range Kinds() {
		for _, t := range Targets() {
			if !k.fits(t) {
				continue
			}
			for _, verb := range t.Verbs {
				if k.Verbs == nil || slices.Contains(k.Verbs, verb) {
					all = append(all, Case{Kind: k, Target: t, Verb: verb})
				}
			}
		}
	}
	return all
}

// Quick are the cases of every run of the tests, which have to end within seconds: of
// the groups about connections and statuses every third kind that is not rare, at the
// first target that it fits, and two kinds at every target.
func Quick() (some []Case) {
	seen := map[string]bool{}
	every := map[string]bool{"refused": true, "a page of a captive portal": true}
	left := map[string]bool{"certificate of its own": true, "name server: silent": true} // only with all the others
	inGroup := map[string]int{}
	for _, k := range Kinds() {
		if k.Rare || left[k.Name] || slices.Contains([]string{"answers", "proxies", "credential_process", "files and input"}, k.Group) {
			seen[k.Name] = true
		} else if inGroup[k.Group]++; inGroup[k.Group]%3 != 1 {
			seen[k.Name] = true
		}
	}
	for _, c := range Cases() {
		first := !seen[c.Kind.Name]
		seen[c.Kind.Name] = true
		if first || every[c.Kind.Name] && c.Verb == "get" && !strings.Contains(c.Target.Name, "AWS_CA_BUNDLE") {
			some = append(some, c)
		}
	}
	return some
}

func (k *Kind) fits(t *Target) bool {
	switch {
	case slices.Contains(k.Not, t.Name):
		return false
	case k.Only != nil:
		return slices.Contains(k.Only, t.Name)
	case t.local():
		return false
	}
	return !t.Plain || k.TLS == nil
}

// Right reports whether the line of a case says what it must.
func (c Case) Right(line string) bool { return regexp.MustCompile(c.Kind.Says).MatchString(line) }
