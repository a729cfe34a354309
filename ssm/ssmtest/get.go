package ssmtest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// ssmOperations are called with the server locked.
var ssmOperations = map[string]func(*Server, *request) (any, *failure){
	"GetParameter":          (*Server).getParameter,
	"GetParameters":         (*Server).getParameters,
	"GetParametersByPath":   (*Server).getParametersByPath,
	"PutParameter":          (*Server).putParameter,
	"DeleteParameter":       (*Server).deleteParameter,
	"DeleteParameters":      (*Server).deleteParameters,
	"DescribeParameters":    (*Server).describeParameters,
	"LabelParameterVersion": (*Server).labelParameterVersion,
}

var errNoName = invalid("1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null")

func (s *Server) getParameter(req *request) (any, *failure) {
	if len(req.Names) != 1 {
		return nil, errNoName
	}
	if fail := checkAsked(req.Names[0]); fail != nil {
		return nil, fail
	}
	p, fail := s.resolve(req, req.Names[0])
	if fail != nil {
		return nil, fail
	}
	return map[string]any{"Parameter": p}, nil
}

// getParameters answers in alphabetical order, as AWS documents.
func (s *Server) getParameters(req *request) (any, *failure) {
	if fail := checkNames(req.Names); fail != nil {
		return nil, fail
	}
	found, missing := []*wire{}, []string{}
	for _, name := range req.Names {
		p, fail := s.resolve(req, name)
		switch {
		case fail == nil:
			found = append(found, p)
		case fail.code == "ParameterNotFound" || fail.code == "ParameterVersionNotFound" || unanswered[fail]:
			missing = append(missing, name)
		default:
			return nil, fail
		}
	}
	slices.SortStableFunc(found, func(a, b *wire) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Selector, b.Selector))
	})
	slices.Sort(missing)
	return map[string]any{"Parameters": found, "InvalidParameters": missing}, nil
}

// resolve answers for one name, ARN or reference, with or without a selector.
func (s *Server) resolve(req *request, asked string) (*wire, *failure) {
	if strings.HasPrefix(clean(asked), secretsPrefix) {
		return s.resolveReference(req, clean(asked))
	}
	name, selector := split(asked)
	p := s.find(name, req.Region)
	if p == nil {
		return nil, refuse("ParameterNotFound", "")
	}
	v := p.version(selector)
	if v == nil {
		return nil, noVersion(name, selector)
	}
	return s.show(req, p, v, selector)
}

func noVersion(name, selector string) *failure {
	return refuse("ParameterVersionNotFound", "Systems Manager could not find version %s of %s. Verify the version and try again.", selector, name)
}

func formatVersion(n int64) string { return strconv.FormatInt(n, 10) }

// wire is a parameter as an answer has it.
type wire struct {
	Name             string
	Type             string
	Value            *string `json:",omitempty"` // none of a binary secret
	Version          int64
	Selector         string `json:",omitempty"` // with its colon
	SourceResult     string `json:",omitempty"`
	LastModifiedDate float64
	ARN              string
	DataType         string `json:",omitempty"` // none of a secret
}

// show makes an answer of a version.
func (s *Server) show(req *request, p *parameter, v *Parameter, selector string) (*wire, *failure) {
	out := &wire{Name: v.Name, Type: v.Type, Value: &v.Value, Version: v.Version, ARN: ownARN(req.Region, v.Name), DataType: v.DataType, LastModifiedDate: seconds(v.LastModified)}
	if p.arn != "" {
		out.Name, out.ARN = p.arn, p.arn
	}
	if selector != "" {
		out.Selector = ":" + selector
	}
	if v.Type != typeSecure {
		return out, nil
	}
	if !req.WithDecryption {
		hidden := ciphertext(v)
		out.Value = &hidden
		return out, nil
	}
	return out, s.useKey(req, "Decrypt", v.KeyID, out.Name)
}
