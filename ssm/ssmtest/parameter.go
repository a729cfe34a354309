package ssmtest

import (
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	typeSecure = "SecureString"
	defaultKey = "alias/aws/ssm"
)

// Parameter is one version of a parameter.
type Parameter struct {
	Name         string
	Type         string    // "String", "StringList" or "SecureString"
	Value        string    // plain, whatever the type
	KeyID        string    // a SecureString's KMS key; "alias/aws/ssm" where it was given none
	Tier         string    // "Standard" or "Advanced"
	DataType     string    // "text" where it was given none
	Version      int64     // from 1; the server counts
	Labels       []string  // unique among the versions
	LastModified time.Time // now where it was given none
}

// parameter is a parameter's versions, the oldest first, of which the last 100 are
// kept.
type parameter struct {
	arn      string // of another account's; "" for the callers' own
	versions []*Parameter
}

func (p *parameter) newest() *Parameter { return p.versions[len(p.versions)-1] }

// version finds the version that a selector means: "", a number or a label.
func (p *parameter) version(selector string) *Parameter {
	if selector == "" {
		return p.newest()
	}
	for _, v := range p.versions {
		if formatVersion(v.Version) == selector || slices.Contains(v.Labels, selector) {
			return v
		}
	}
	return nil
}

// label moves labels to a version.
func (p *parameter) label(version *Parameter, labels []string) {
	for _, v := range p.versions {
		v.Labels = slices.DeleteFunc(v.Labels, func(l string) bool { return slices.Contains(labels, l) })
	}
	version.Labels = append(version.Labels, labels...)
}

// Put stores a parameter's next version, as an administrator would, whom no
// fault meets. The type is a SecureString where there is neither one given nor
// one before. Put panics on what Parameter Store would refuse, such as an
// invalid name: that is the test's mistake.
func (s *Server) Put(p Parameter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Type == "" && s.parameters[p.Name] == nil {
		p.Type = typeSecure
	}
	orPanic(s.put(s.parameters, p.Name, p, "us-east-1", nil))
}

// PutShared stores the next version of a parameter of another account, in the
// advanced tier as sharing wants, and returns its ARN. Callers in that Region
// reach it by its full ARN alone, never by its path; the ARN is its name in
// the answers.
func (s *Server) PutShared(accountID, region string, p Parameter) (arn string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	arn = arnOf(accountID, region, p.Name)
	if p.Type == "" && s.shared[arn] == nil {
		p.Type = typeSecure
	}
	if p.Tier == "" {
		p.Tier = tierAdvanced
	}
	orPanic(s.put(s.shared, arn, p, region, nil))
	s.shared[arn].arn = arn
	return arn
}

// Parameter returns the newest version of a parameter, by its name, or by its
// ARN where it is another account's.
func (s *Server) Parameter(name string) (Parameter, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.parameters[name]
	if p == nil {
		p = s.shared[name]
	}
	if p == nil {
		return Parameter{}, false
	}
	newest := *p.newest()
	newest.Labels = slices.Clone(newest.Labels)
	return newest, true
}

// Names returns the names of the callers' account's parameters, sorted.
func (s *Server) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.parameters))
}

// Label moves labels to a version of a parameter. It panics where there is no
// such version.
func (s *Server) Label(name string, version int64, labels ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var v *Parameter
	p := s.parameters[name]
	if p != nil {
		v = p.version(formatVersion(version))
	}
	if v == nil {
		panic("ssmtest: no version " + formatVersion(version) + " of " + name)
	}
	p.label(v, labels)
}

func orPanic(_ *Parameter, fail *failure) {
	if fail != nil {
		panic(strings.TrimSuffix("ssmtest: "+fail.code+": "+fail.message, ": "))
	}
}
