package ssmtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

func TestResolve(t *testing.T) {
	s, c := serve(t)
	s.Put(Parameter{Name: "/team/hub", Value: "one"})
	s.Put(Parameter{Name: "/team/hub", Value: "two"})
	s.Put(Parameter{Name: "flat", Value: "three", Type: "String"})
	s.Label("/team/hub", 1, "stable")
	shared := s.PutShared("999988887777", region, Parameter{Name: "/their/hub", Value: "four"})
	abroad := s.PutShared("999988887777", "us-west-2", Parameter{Name: "/their/hub", Value: "five"})
	first := s.PutSecret("team/ghcr", "old")
	s.PutSecret("team/ghcr", "new")
	own := "arn:aws:ssm:" + region + ":" + AccountID + ":parameter/"
	secret := "/aws/reference/secretsmanager/team/ghcr"
	for _, tt := range []struct{ asked, value, name, selector, code string }{
		{"/team/hub", "two", "/team/hub", "", ""},
		{" /team/hub ", "two", "/team/hub", "", ""},
		{"/team/hub:1", "one", "/team/hub", ":1", ""},
		{"/team/hub:stable", "one", "/team/hub", ":stable", ""},
		{"/team/hub:3", "", "", "", "ParameterVersionNotFound"},
		{"/team/hub:other", "", "", "", "ParameterVersionNotFound"},
		{"/team/Hub", "", "", "", "ParameterNotFound"},
		{"/team/h ub", "", "", "", "ValidationException"},
		{own + "team/hub", "two", "/team/hub", "", ""},
		{own + "team/hub:1", "one", "/team/hub", ":1", ""},
		{own + "flat", "three", "flat", "", ""},
		{"arn:aws:ssm:us-west-2:" + AccountID + ":parameter/flat", "", "", "", "ParameterNotFound"},
		{shared, "four", shared, "", ""},
		{shared + ":1", "four", shared, ":1", ""},
		{abroad, "", "", "", "ParameterNotFound"},
		{"/their/hub", "", "", "", "ParameterNotFound"},
		{secret, "new", secret, "", ""},
		{secret + ":AWSCURRENT", "new", secret, ":AWSCURRENT", ""},
		{secret + ":AWSPREVIOUS", "old", secret, ":AWSPREVIOUS", ""},
		{secret + ":" + first, "old", secret, ":" + first, ""},
		{secret + ":AWSPENDING", "", "", "", "ParameterNotFound"},
		{secret + "x", "", "", "", "ParameterNotFound"},
	} {
		t.Run(tt.asked, func(t *testing.T) {
			one, err := c.GetParameter(ctx, &ssm.GetParameterInput{Name: &tt.asked, WithDecryption: aws.Bool(true)})
			wantCode(t, err, tt.code)
			if err == nil && (*one.Parameter.Value != tt.value || *one.Parameter.Name != tt.name || aws.ToString(one.Parameter.Selector) != tt.selector) {
				t.Errorf("GetParameter: %q is %q%q", *one.Parameter.Name, *one.Parameter.Value, aws.ToString(one.Parameter.Selector))
			}
			many, err := getAll(c, tt.asked)
			switch {
			case tt.code == "ValidationException":
				wantCode(t, err, tt.code)
			case err != nil:
				t.Error(err)
			case tt.code != "":
				if !slices.Equal(many.InvalidParameters, []string{tt.asked}) || len(many.Parameters) != 0 {
					t.Errorf("GetParameters: %+v, invalid %q", many.Parameters, many.InvalidParameters)
				}
			case len(many.Parameters) != 1 || *many.Parameters[0].Value != tt.value || *many.Parameters[0].ARN != *one.Parameter.ARN:
				t.Errorf("GetParameters: %+v", many.Parameters)
			}
		})
	}
	if slices.Contains(s.Names(), shared) {
		t.Error("a shared parameter is among the own ones")
	}
}

func TestGetParametersNames(t *testing.T) {
	s, c := serve(t)
	var names []string
	for i := range 11 {
		names = append(names, fmt.Sprintf("/n%02d", 10-i))
		s.Put(Parameter{Name: names[i], Value: "v"})
	}
	_, err := getAll(c, names...)
	wantCode(t, err, "ValidationException")
	_, err = c.GetParameters(ctx, &ssm.GetParametersInput{Names: []string{}})
	wantCode(t, err, "ValidationException")
	_, err = getAll(c, "/a", "/b", "/a")
	wantCode(t, err, "ValidationException", "unique")
	out, err := getAll(c, names[:10]...)
	if err != nil || len(out.Parameters) != 10 || *out.Parameters[0].Name != "/n01" {
		t.Errorf("ten names: %+v, %v; want them in alphabetical order", out, err)
	}
}

func TestCiphertext(t *testing.T) {
	s, c := serve(t)
	s.Put(Parameter{Name: "/p/secure", Value: "s3cret"})
	s.Put(Parameter{Name: "/p/plain", Value: "shown", Type: "String"})
	out, err := c.GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: aws.String("/p")})
	if err != nil || len(out.Parameters) != 2 {
		t.Fatal(out, err)
	}
	if v := *out.Parameters[0].Value; v != "shown" {
		t.Errorf("a String is %q", v)
	}
	if v := *out.Parameters[1].Value; v == "" || strings.Contains(v, "s3cret") {
		t.Errorf("a SecureString without decryption is %q", v)
	}
}
