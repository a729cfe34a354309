package ssmtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
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

// resolve answers for one name; nil where it does not exist.
func (s *Server) resolve(name string, decrypt bool) (*wire, *failure) {
	if strings.HasPrefix(name, secretsPrefix) {
		if !decrypt {
			return nil, invalid("WithDecryption flag must be True for retrieving a Secret Manager secret.")
		}
		return s.lookupSecret(name), nil
	}
	p, selector := s.lookup(name)
	if p == nil {
		return nil, nil
	}
	return s.show(p, selector, decrypt)
}

func (s *Server) getParameter(req *request) (any, *failure) {
	if len(req.Names) != 1 {
		return nil, invalid("1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null")
	}
	p, fail := s.resolve(req.Names[0], req.WithDecryption)
	if fail == nil && p == nil {
		fail = &failure{http.StatusBadRequest, "ParameterNotFound", ""}
	}
	return map[string]any{"Parameter": p}, fail
}

func (s *Server) getParameters(req *request) (any, *failure) {
	if fail := checkNames(req.Names); fail != nil {
		return nil, fail
	}
	found, missing := []*wire{}, []string{}
	for _, name := range req.Names {
		p, fail := s.resolve(name, req.WithDecryption)
		switch {
		case fail != nil:
			return nil, fail
		case p == nil:
			missing = append(missing, name)
		default:
			found = append(found, p)
		}
	}
	return map[string]any{"Parameters": found, "InvalidParameters": missing}, nil
}

func checkNames(names []string) *failure {
	if len(names) < 1 || len(names) > 10 {
		return invalid("1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length less than or equal to 10")
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return invalid("Parameter names must be unique: " + name)
		}
	}
	return nil
}

func (s *Server) getParametersByPath(req *request) (any, *failure) {
	var in struct {
		Path, NextToken string
		Recursive       bool
		MaxResults      *int
	}
	_ = json.Unmarshal(req.body, &in)
	if !strings.HasPrefix(in.Path, "/") || strings.Contains(in.Path, "//") {
		return nil, invalid("The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \"/\".")
	}
	size := 10
	if in.MaxResults != nil {
		size = *in.MaxResults
	}
	if size < 1 || size > 10 {
		return nil, invalid("1 validation error detected: Value at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 10")
	}
	below := strings.TrimSuffix(in.Path, "/") + "/"
	var names []string
	for _, name := range slices.Sorted(maps.Keys(s.parameters)) {
		rest, ok := strings.CutPrefix(name, below)
		if ok && (in.Recursive || !strings.Contains(rest, "/")) {
			names = append(names, name)
		}
	}
	names, token, fail := page(names, in.NextToken, size)
	if fail != nil {
		return nil, fail
	}
	found := []*wire{}
	for _, name := range names {
		p, fail := s.show(s.parameters[name].newest(), "", req.WithDecryption)
		if fail != nil {
			return nil, fail
		}
		found = append(found, p)
	}
	return withToken(map[string]any{"Parameters": found}, token), nil
}

// page cuts a page out of names. The token is the place where the next begins.
func page(names []string, token string, size int) ([]string, string, *failure) {
	start := 0
	if token != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(token, "AAEAA-"))
		if err != nil || n < 0 || n > len(names) {
			return nil, "", &failure{http.StatusBadRequest, "InvalidNextToken", "The specified token isn't valid."}
		}
		start = n
	}
	end := min(start+size, len(names))
	if end < len(names) {
		return names[start:end], fmt.Sprintf("AAEAA-%d", end), nil
	}
	return names[start:end], "", nil
}

func withToken(out map[string]any, token string) map[string]any {
	if token != "" {
		out["NextToken"] = token
	}
	return out
}

func (s *Server) putParameter(req *request) (any, *failure) {
	var in struct {
		Name, Type, Value, Tier string
		KeyID                   string `json:"KeyId"`
		Overwrite               bool
	}
	_ = json.Unmarshal(req.body, &in)
	p, fail := s.put(Parameter{Name: in.Name, Type: in.Type, Value: in.Value, KeyID: in.KeyID, Tier: in.Tier}, req.Region, in.Overwrite)
	if fail != nil {
		return nil, fail
	}
	return map[string]any{"Version": p.Version, "Tier": p.Tier}, nil
}

func (s *Server) deleteParameter(req *request) (any, *failure) {
	if len(req.Names) != 1 || s.parameters[req.Names[0]] == nil {
		return nil, &failure{http.StatusBadRequest, "ParameterNotFound", ""}
	}
	delete(s.parameters, req.Names[0])
	return struct{}{}, nil
}

func (s *Server) deleteParameters(req *request) (any, *failure) {
	if fail := checkNames(req.Names); fail != nil {
		return nil, fail
	}
	deleted, missing := []string{}, []string{}
	for _, name := range req.Names {
		if s.parameters[name] == nil {
			missing = append(missing, name)
			continue
		}
		delete(s.parameters, name)
		deleted = append(deleted, name)
	}
	return map[string]any{"DeletedParameters": deleted, "InvalidParameters": missing}, nil
}

// describeParameters knows one filter, by name.
func (s *Server) describeParameters(req *request) (any, *failure) {
	var in struct {
		ParameterFilters []struct {
			Key, Option string
			Values      []string
		}
		NextToken  string
		MaxResults *int
	}
	_ = json.Unmarshal(req.body, &in)
	names := slices.Sorted(maps.Keys(s.parameters))
	for _, f := range in.ParameterFilters {
		if f.Key != "Name" || f.Option != "" && f.Option != "Equals" {
			return nil, &failure{http.StatusBadRequest, "InvalidFilterKey", "this server knows the filter Name Equals alone"}
		}
		names = slices.DeleteFunc(names, func(name string) bool { return !slices.Contains(f.Values, name) })
	}
	size := 10
	if in.MaxResults != nil {
		size = *in.MaxResults
	}
	names, token, fail := page(names, in.NextToken, size)
	if fail != nil {
		return nil, fail
	}
	found := []map[string]any{}
	for _, name := range names {
		p := s.parameters[name].newest()
		d := map[string]any{"Name": p.Name, "ARN": p.ARN, "Type": p.Type, "Version": p.Version, "Tier": p.Tier, "DataType": "text", "LastModifiedDate": float64(p.LastModified.UnixMilli()) / 1000}
		if p.KeyID != "" {
			d["KeyId"] = p.KeyID
		}
		found = append(found, d)
	}
	return withToken(map[string]any{"Parameters": found}, token), nil
}

func (s *Server) labelParameterVersion(req *request) (any, *failure) {
	var in struct {
		Name             string
		ParameterVersion int64
		Labels           []string
	}
	_ = json.Unmarshal(req.body, &in)
	p := s.parameters[in.Name]
	if p == nil {
		return nil, &failure{http.StatusBadRequest, "ParameterNotFound", ""}
	}
	if in.ParameterVersion == 0 {
		in.ParameterVersion = p.newest().Version
	}
	for _, v := range p.versions {
		v.Labels = slices.DeleteFunc(v.Labels, func(l string) bool { return slices.Contains(in.Labels, l) })
		if v.Version == in.ParameterVersion {
			v.Labels = append(v.Labels, in.Labels...)
		}
	}
	return map[string]any{"ParameterVersion": in.ParameterVersion, "InvalidLabels": []string{}}, nil
}
