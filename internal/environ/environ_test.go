package environ

import (
	"os"
	"slices"
	"testing"
)

// TestUpper: names are upper-case, values stay, and so do the entries of Windows' own
// that begin with an equals sign.
func TestUpper(t *testing.T) {
	got := upper([]string{"docker_credential_ssm_Region=eu-central-1", "Aws_Profile=Team=A", `=C:=C:\Users`, "Path=", "odd"})
	want := []string{"DOCKER_CREDENTIAL_SSM_REGION=eu-central-1", "AWS_PROFILE=Team=A", `=C:=C:\Users`, "PATH=", "odd"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestSystem: where the letter case matters it stays.
func TestSystem(t *testing.T) {
	t.Setenv("lower_case_name", "Value")
	want := "lower_case_name=Value"
	if os.Getenv("LOWER_CASE_NAME") == "Value" { // Windows
		want = "LOWER_CASE_NAME=Value"
	}
	if !slices.Contains(All(), want) {
		t.Errorf("no %s", want)
	}
}
