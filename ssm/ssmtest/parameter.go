package ssmtest

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	typeSecure     = "SecureString"
	defaultKey     = "alias/aws/ssm"
	tierStandard   = "Standard"
	tierAdvanced   = "Advanced"
	tierChosen     = "Intelligent-Tiering"
	standardLimit  = 4096
	advancedLimit  = 8192
	secretsPrefix  = "/aws/reference/secretsmanager/"
	maxVersions    = 100
	nameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/"
)

// Parameter is one version of a parameter.
type Parameter struct {
	Name         string
	Type         string // "String", "StringList" or "SecureString", which is the default
	Value        string // plain, whatever the type
	KeyID        string // a SecureString's KMS key; "alias/aws/ssm" where it is empty
	Tier         string // "Standard" or "Advanced"
	Version      int64  // from 1
	Labels       []string
	LastModified time.Time
	ARN          string
}

type parameter struct{ versions []*Parameter }

func (p *parameter) newest() *Parameter { return p.versions[len(p.versions)-1] }

// Put stores a parameter's new version, as an administrator would. It panics
// where Parameter Store would refuse: that is the test's mistake.
func (s *Server) Put(p Parameter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Type == "" {
		p.Type = typeSecure
	}
	if _, fail := s.put(p, "us-east-1", true); fail != nil {
		panic("ssmtest: " + fail.code + ": " + fail.message)
	}
}

// PutShared stores a parameter of another account, which callers reach by its
// full ARN alone, and returns that.
func (s *Server) PutShared(accountID, region string, p Parameter) (arn string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	arn = fmt.Sprintf("arn:aws:ssm:%s:%s:parameter/%s", region, accountID, strings.TrimPrefix(p.Name, "/"))
	p.ARN, p.Version, p.LastModified = arn, 1, time.Now()
	if p.Type == "" {
		p.Type = typeSecure
	}
	s.parameters[arn] = &parameter{versions: []*Parameter{&p}}
	return arn
}

// Parameter returns the newest version of a parameter.
func (s *Server) Parameter(name string) (Parameter, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.parameters[name]
	if !ok {
		return Parameter{}, false
	}
	return *p.newest(), true
}

// Names returns the names of all parameters, sorted.
func (s *Server) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.parameters))
}

// Label gives a version labels, which leave other versions.
func (s *Server) Label(name string, version int64, labels ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.parameters[name].versions {
		v.Labels = slices.DeleteFunc(v.Labels, func(l string) bool { return slices.Contains(labels, l) })
		if v.Version == version {
			v.Labels = append(v.Labels, labels...)
		}
	}
}

// put adds a version.
func (s *Server) put(p Parameter, region string, overwrite bool) (*Parameter, *failure) {
	if fail := checkName(p.Name, region); fail != nil {
		return nil, fail
	}
	old := s.parameters[p.Name]
	switch {
	case old != nil && !overwrite:
		return nil, &failure{http.StatusBadRequest, "ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true."}
	case old == nil && p.Type == "":
		return nil, invalid("A parameter type is required when you create a parameter.")
	case old != nil && p.Type == "":
		p.Type = old.newest().Type
	case old != nil && p.Type != old.newest().Type:
		return nil, &failure{http.StatusBadRequest, "HierarchyTypeMismatchException", "Parameter Store does not support changing a parameter type in a hierarchy."}
	}
	if !slices.Contains([]string{"String", "StringList", typeSecure}, p.Type) {
		return nil, &failure{http.StatusBadRequest, "UnsupportedParameterType", "The parameter type is not supported."}
	}
	if p.KeyID != "" && p.Type != typeSecure {
		return nil, invalid("KeyId is required for SecureString type parameter only.")
	}
	if p.Type == typeSecure {
		if p.KeyID == "" {
			p.KeyID = defaultKey
		}
		if s.disabled[p.KeyID] {
			return nil, disabledKey(p.KeyID)
		}
	}
	if fail := chooseTier(&p, old); fail != nil {
		return nil, fail
	}
	p.Version, p.LastModified, p.Labels = 1, time.Now(), nil
	p.ARN = fmt.Sprintf("arn:aws:ssm:%s:%s:parameter/%s", region, AccountID, strings.TrimPrefix(p.Name, "/"))
	if old == nil {
		old = &parameter{}
		s.parameters[p.Name] = old
	} else {
		p.Version = old.newest().Version + 1
	}
	old.versions = append(old.versions, &p)
	if len(old.versions) > maxVersions {
		old.versions = old.versions[1:]
	}
	return &p, nil
}

func chooseTier(p *Parameter, old *parameter) *failure {
	wasAdvanced := old != nil && old.newest().Tier == tierAdvanced
	switch p.Tier {
	case tierChosen, "":
		asked := p.Tier
		p.Tier = tierStandard
		if wasAdvanced || asked == tierChosen && len(p.Value) > standardLimit {
			p.Tier = tierAdvanced
		}
	case tierStandard:
		if wasAdvanced {
			return invalid("This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier.")
		}
	case tierAdvanced:
	default:
		return invalid("1 validation error detected: Value at 'tier' failed to satisfy constraint: Member must satisfy enum value set: [Standard, Advanced, Intelligent-Tiering]")
	}
	switch {
	case p.Value == "":
		return invalid("1 validation error detected: Value at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.")
	case p.Tier == tierStandard && len(p.Value) > standardLimit:
		return invalid("Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.")
	case len(p.Value) > advancedLimit:
		return invalid("Advanced tier parameters support a maximum parameter value of 8192 characters.")
	}
	return nil
}

// checkName holds a name to Parameter Store's rules.
// Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
func checkName(name, region string) *failure {
	bare := strings.TrimPrefix(name, "/")
	first := strings.ToLower(bare)
	switch {
	case strings.Trim(name, nameCharacters) != "" || strings.ContainsFunc(name, func(r rune) bool { return !strings.ContainsRune(nameCharacters, r) }):
		return invalid("Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_")
	case bare == "" || strings.Contains(name, "//") || strings.HasSuffix(name, "/"):
		return invalid("Parameter name must not have an empty level.")
	case strings.HasPrefix(first, "aws") || strings.HasPrefix(first, "ssm"):
		return invalid("No access to reserved parameter name: " + name + ".")
	case strings.Contains(bare, "/") && bare == name:
		return invalid("Parameter name must be a fully qualified name.")
	case strings.Count(name, "/") > 15:
		return &failure{http.StatusBadRequest, "HierarchyLevelLimitExceededException", "A hierarchy can have a maximum of 15 levels."}
	case len(name)+len("arn:aws:ssm::111122223333:parameter")+len(region) > 1011:
		return invalid("Parameter name exceeds the maximum length of 1011 characters, including the ARN.")
	}
	return nil
}

func disabledKey(id string) *failure {
	return &failure{http.StatusBadRequest, "InvalidKeyId", "The key " + id + " is disabled or cannot be found."}
}

// lookup finds the version that a name, with its selector, means.
func (s *Server) lookup(asked string) (p *Parameter, selector string) {
	name := asked
	if strings.HasPrefix(asked, "arn:") {
		parts := strings.SplitN(asked, ":", 7)
		if len(parts) < 6 {
			return nil, ""
		}
		name = strings.Join(parts[:6], ":")
		if len(parts) == 7 {
			selector = parts[6]
		}
		if parts[4] == AccountID {
			name = strings.TrimPrefix(parts[5], "parameter")
			if s.parameters[name] == nil {
				name = strings.TrimPrefix(name, "/")
			}
		}
	} else {
		name, selector, _ = strings.Cut(asked, ":")
	}
	found := s.parameters[name]
	if found == nil {
		return nil, ""
	}
	if selector == "" {
		return found.newest(), ""
	}
	for _, v := range found.versions {
		if fmt.Sprint(v.Version) == selector || slices.Contains(v.Labels, selector) {
			return v, selector
		}
	}
	return nil, ""
}

// wire is a parameter as an answer has it.
type wire struct {
	Name             string
	Type             string
	Value            string
	Version          int64
	Selector         string `json:",omitempty"`
	SourceResult     string `json:",omitempty"`
	LastModifiedDate float64
	ARN              string
	DataType         string
}

// show makes an answer of a version.
func (s *Server) show(p *Parameter, selector string, decrypt bool) (*wire, *failure) {
	out := &wire{Name: p.Name, Type: p.Type, Value: p.Value, Version: p.Version, ARN: p.ARN, DataType: "text", LastModifiedDate: float64(p.LastModified.UnixMilli()) / 1000}
	if selector != "" {
		out.Selector = ":" + selector
	}
	if p.Type == typeSecure {
		if !decrypt {
			out.Value = ciphertext(p)
		} else if s.disabled[p.KeyID] {
			return nil, disabledKey(p.KeyID)
		}
	}
	return out, nil
}

// ciphertext looks like AWS's, and holds nothing of the value but its length.
func ciphertext(p *Parameter) string {
	blob := []byte("AQICAH" + strings.Repeat("\x00", len(p.Value)+16))
	for i := range blob {
		blob[i] ^= byte(i*31 + int(p.Version))
	}
	return base64.StdEncoding.EncodeToString(blob)
}
