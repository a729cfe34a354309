package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// TestPolicyPage: the policy in docs/codebuild.md is what the program prints.
func TestPolicyPage(t *testing.T) {
	page, err := os.ReadFile("docs/codebuild.md")
	if err != nil {
		t.Fatal(err)
	}
	program := testenv.Build(t)
	testenv.Isolate(t)
	printed, err := exec.Command(program, "policy").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "```json\n"+string(printed)+"```\n") {
		t.Errorf("docs/codebuild.md does not have\n%s", printed)
	}
}
