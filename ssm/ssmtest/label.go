package ssmtest

import (
	"regexp"
	"slices"
	"strings"
)

// labelCharacters is what a label consists of, after its first character.
var labelCharacters = regexp.MustCompile(`^[A-Za-z_.-][A-Za-z0-9_.-]{0,99}$`)

func (s *Server) labelParameterVersion(req *request) (any, *failure) {
	var in struct {
		Name             string
		ParameterVersion int64
		Labels           []string
	}
	if fail := req.decode(&in); fail != nil {
		return nil, fail
	}
	p := s.parameters[clean(in.Name)]
	switch {
	case len(in.Labels) < 1 || len(in.Labels) > 10:
		return nil, invalid("1 validation error detected: Value at 'labels' failed to satisfy constraint: Member must have length between 1 and 10")
	case p == nil:
		return nil, refuse("ParameterNotFound", "")
	}
	v := p.newest()
	if in.ParameterVersion != 0 {
		v = p.version(formatVersion(in.ParameterVersion))
	}
	if v == nil {
		return nil, noVersion(in.Name, formatVersion(in.ParameterVersion))
	}
	valid, rejected := []string{}, []string{}
	for _, label := range in.Labels {
		reserved := strings.ToLower(label)
		if !labelCharacters.MatchString(label) || strings.HasPrefix(reserved, "aws") || strings.HasPrefix(reserved, "ssm") {
			rejected = append(rejected, label)
		} else if !slices.Contains(valid, label) {
			valid = append(valid, label)
		}
	}
	added := slices.DeleteFunc(slices.Clone(valid), func(l string) bool { return slices.Contains(v.Labels, l) })
	if len(v.Labels)+len(added) > 10 {
		return nil, refuse("ParameterVersionLabelLimitExceeded", "A parameter version can have a maximum of 10 labels.")
	}
	p.label(v, valid)
	return map[string]any{"ParameterVersion": v.Version, "InvalidLabels": rejected}, nil
}
