package ssmtest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

func TestByPath(t *testing.T) {
	s, c := serve(t)
	for _, name := range []string{"/a/b", "/a/b/c", "/a/d", "/ab", "flat"} {
		s.Put(Parameter{Name: name, Value: "v"})
	}
	s.PutShared("999988887777", region, Parameter{Name: "/a/theirs", Value: "v"})
	for _, tt := range []struct {
		path      string
		recursive bool
		want      []string
		code      string
	}{
		{"/a", false, []string{"/a/b", "/a/d"}, ""},
		{"/a/", false, []string{"/a/b", "/a/d"}, ""},
		{"/a", true, []string{"/a/b", "/a/b/c", "/a/d"}, ""},
		{"/a/b", true, []string{"/a/b/c"}, ""},
		{"/", false, []string{"/ab", "flat"}, ""},
		{"/none", true, nil, ""},
		{"a", false, nil, "ValidationException"},
		{"/a//b", false, nil, "ValidationException"},
		{"/a*", false, nil, "ValidationException"},
	} {
		out, err := c.GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: &tt.path, Recursive: &tt.recursive})
		wantCode(t, err, tt.code)
		var got []string
		if err == nil {
			for _, p := range out.Parameters {
				got = append(got, *p.Name)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("below %q (%v): %q, want %q", tt.path, tt.recursive, got, tt.want)
		}
	}
}

func TestPages(t *testing.T) {
	s, c := serve(t)
	for i := range 25 {
		s.Put(Parameter{Name: fmt.Sprintf("/p/%02d", i), Value: "v"})
	}
	var sizes []int
	var token string
	pages := ssm.NewGetParametersByPathPaginator(c, &ssm.GetParametersByPathInput{Path: aws.String("/p")})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(out.Parameters))
		if len(sizes) == 1 {
			token = *out.NextToken
		}
	}
	if !slices.Equal(sizes, []int{10, 10, 5}) {
		t.Errorf("pages of %v, want 10, 10, 5", sizes)
	}
	by := func(path, token string, size int32) (*ssm.GetParametersByPathOutput, error) {
		return c.GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: &path, NextToken: &token, MaxResults: &size})
	}
	out, err := by("/p", token, 3)
	if err != nil || len(out.Parameters) != 3 || *out.Parameters[0].Name != "/p/10" {
		t.Errorf("the second page: %+v, %v", out, err)
	}
	_, err = by("/other", token, 3)
	wantCode(t, err, "InvalidNextToken")
	_, err = by("/p", "nonsense", 3)
	wantCode(t, err, "InvalidNextToken")
	for _, size := range []int32{0, 11} {
		_, err = c.GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: aws.String("/p"), MaxResults: &size})
		wantCode(t, err, "ValidationException", "maxResults")
	}
	if _, err := c.DescribeParameters(ctx, &ssm.DescribeParametersInput{NextToken: &token}); err == nil {
		t.Error("a token of one operation is good for another")
	}
}

func TestDescribe(t *testing.T) {
	s, c := serve(t)
	then := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
	s.Put(Parameter{Name: "/a", Value: "v", KeyID: "alias/own", Tier: "Advanced", LastModified: then})
	s.Put(Parameter{Name: "/b", Value: "v", Type: "String"})
	ask := func(key, option string, values ...string) (*ssm.DescribeParametersOutput, error) {
		f := types.ParameterStringFilter{Key: &key, Values: values}
		if option != "" {
			f.Option = &option
		}
		return c.DescribeParameters(ctx, &ssm.DescribeParametersInput{ParameterFilters: []types.ParameterStringFilter{f}})
	}
	out, err := ask("Name", "Equals", "/a", "/none")
	if err != nil || len(out.Parameters) != 1 {
		t.Fatal(out, err)
	}
	if p := out.Parameters[0]; *p.Name != "/a" || p.Version != 1 || *p.KeyId != "alias/own" || p.Tier != types.ParameterTierAdvanced || p.Type != types.ParameterTypeSecureString || !p.LastModifiedDate.Equal(then) || *p.ARN != "arn:aws:ssm:eu-central-1:111122223333:parameter/a" {
		t.Errorf("described as %+v", p)
	}
	out, err = c.DescribeParameters(ctx, &ssm.DescribeParametersInput{MaxResults: aws.Int32(1)})
	if err != nil || len(out.Parameters) != 1 || out.NextToken == nil {
		t.Fatal(out, err)
	}
	out, err = c.DescribeParameters(ctx, &ssm.DescribeParametersInput{NextToken: out.NextToken})
	if err != nil || len(out.Parameters) != 1 || *out.Parameters[0].Name != "/b" || out.Parameters[0].KeyId != nil {
		t.Errorf("the second page: %+v, %v", out, err)
	}
	_, err = ask("Type", "", "String")
	wantCode(t, err, "InvalidFilterKey")
	_, err = ask("Name", "BeginsWith", "/")
	wantCode(t, err, "InvalidFilterOption")
}
