package ssmtest

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"time"
)

// filter is one of a listing's ParameterFilters.
type filter struct {
	Key, Option string
	Values      []string
}

// listing is what the operations that list parameters page by page ask for.
type listing struct {
	Path, NextToken  string
	Recursive        bool
	Shared           bool
	MaxResults       *int
	ParameterFilters []filter
	Filters          []filter
}

func (s *Server) getParametersByPath(req *request) (any, *failure) {
	var in listing
	if fail := req.decode(&in); fail != nil {
		return nil, fail
	}
	in.Path = clean(in.Path)
	if !strings.HasPrefix(in.Path, "/") || strings.Contains(in.Path, "//") || !onlyNameCharacters(in.Path) {
		return nil, invalid("The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol \"/\". Valid example: /get/parameters2-/by1./path0_.")
	}
	if len(in.ParameterFilters) > 0 {
		return nil, refuse("InvalidFilterKey", "ssmtest knows no filters in GetParametersByPath")
	}
	below := strings.TrimSuffix(in.Path, "/") + "/"
	var names []string
	for _, name := range slices.Sorted(maps.Keys(s.parameters)) {
		// A name without a slash is at the root.
		rest, ok := strings.CutPrefix("/"+strings.TrimPrefix(name, "/"), below)
		if ok && (in.Recursive || !strings.Contains(rest, "/")) {
			names = append(names, name)
		}
	}
	names, token, fail := in.page(req, names, 10)
	if fail != nil {
		return nil, fail
	}
	found := []*wire{}
	for _, name := range names {
		p := s.parameters[name]
		v, fail := s.show(req, p, p.newest(), "")
		if fail != nil {
			return nil, fail
		}
		found = append(found, v)
	}
	return withToken(map[string]any{"Parameters": found}, token), nil
}

// describeParameters knows one filter, by names.
func (s *Server) describeParameters(req *request) (any, *failure) {
	var in listing
	if fail := req.decode(&in); fail != nil {
		return nil, fail
	}
	names := slices.Sorted(maps.Keys(s.parameters))
	if len(in.Filters) > 0 || in.Shared {
		return nil, invalid("ssmtest knows neither Filters nor Shared in DescribeParameters")
	}
	for _, f := range in.ParameterFilters {
		switch {
		case f.Key != "Name":
			return nil, refuse("InvalidFilterKey", "ssmtest knows the filter Name alone, not %s", f.Key)
		case f.Option != "" && f.Option != "Equals":
			return nil, refuse("InvalidFilterOption", "ssmtest knows the option Equals alone, not %s", f.Option)
		case len(f.Values) == 0:
			return nil, refuse("InvalidFilterValue", "The following filter values are missing : null for filter key Name.")
		}
		names = slices.DeleteFunc(names, func(name string) bool { return !slices.Contains(f.Values, name) })
	}
	names, token, fail := in.page(req, names, 50)
	if fail != nil {
		return nil, fail
	}
	found := []map[string]any{}
	for _, name := range names {
		p := s.parameters[name].newest()
		d := map[string]any{
			"Name": p.Name, "ARN": ownARN(req.Region, p.Name), "Type": p.Type, "Version": p.Version, "Tier": p.Tier,
			"DataType": p.DataType, "LastModifiedDate": seconds(p.LastModified), "Policies": []string{},
		}
		if p.KeyID != "" {
			d["KeyId"] = p.KeyID
		}
		found = append(found, d)
	}
	return withToken(map[string]any{"Parameters": found}, token), nil
}

// page cuts a page out of sorted names: MaxResults of them, 10 by default. The
// token holds what was listed, so that it fits no other listing, and the last
// name of the page, so that names that come and go do not shift the next one.
func (in *listing) page(req *request, names []string, most int) ([]string, string, *failure) {
	size := 10
	if in.MaxResults != nil {
		size = *in.MaxResults
	}
	if size < 1 {
		return nil, "", invalid("1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1", size)
	} else if size > most {
		return nil, "", invalid("1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to %d", size, most)
	}
	listed := req.Action + "\n" + in.Path + "\n"
	if in.NextToken != "" {
		text, err := base64.RawURLEncoding.DecodeString(in.NextToken)
		last, ok := strings.CutPrefix(string(text), listed)
		if err != nil || !ok {
			return nil, "", refuse("InvalidNextToken", "The specified token isn't valid.")
		}
		names = slices.DeleteFunc(names, func(name string) bool { return name <= last })
	}
	if len(names) <= size {
		return names, "", nil
	}
	names = names[:size]
	return names, base64.RawURLEncoding.EncodeToString([]byte(listed + names[size-1])), nil
}

func withToken(out map[string]any, token string) map[string]any {
	if token != "" {
		out["NextToken"] = token
	}
	return out
}

// seconds is a time as AWS JSON has it.
func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
