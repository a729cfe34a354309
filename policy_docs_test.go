package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// TestReadmePolicy: the policy in the README is what the program prints.
func TestReadmePolicy(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	program := testenv.Build(t)
	testenv.Isolate(t)
	printed, err := exec.Command(program, "policy").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "```json\n"+string(printed)+"```\n") {
		t.Errorf("the README does not have\n%s", printed)
	}
}
