package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// TestInStep: the file is what the command writes for the modules that are linked today;
// and all of them have a licence that is allowed.
func TestInStep(t *testing.T) {
	testenv.Need(t, "go")
	want, err := notices()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../" + file)
	if err != nil || string(got) != string(want) {
		t.Errorf("%s is not in step with go.mod: run make notices (%v)", file, err)
	}
	for _, module := range []string{"\nGo\n", "\ngithub.com/aws/aws-sdk-go-v2 v", "\ngithub.com/docker/docker-credential-helpers v", "\nmvdan.cc/sh/v3 v"} {
		if !strings.Contains(string(want), module) {
			t.Errorf("%s is linked, and not listed", strings.TrimSpace(module))
		}
	}
}

// TestPlatforms: the platforms are those that a release is built for.
func TestPlatforms(t *testing.T) {
	release, err := os.ReadFile("../../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	list := func(name string) []string {
		m := regexp.MustCompile(`(?m)^    ` + name + `: \[(.*)\]$`).FindSubmatch(release)
		if m == nil {
			t.Fatalf(".goreleaser.yaml has no %s", name)
		}
		return strings.Split(string(m[1]), ", ")
	}
	var want []string
	for _, system := range list("goos") {
		for _, arch := range list("goarch") {
			want = append(want, system+"/"+arch)
		}
	}
	if !slices.Equal(platforms, want) {
		t.Errorf("the licences are those of %q, a release is for %q", platforms, want)
	}
}

// TestCheck: other licences, and what is none, are refused.
func TestCheck(t *testing.T) {
	mit, err := os.ReadFile("testdata/MIT")
	if err != nil {
		t.Fatal(err)
	}
	if err := check(mit); err != nil {
		t.Error(err)
	}
	const gpl = "This program is free software: you can redistribute it and/or modify it under the terms of the GNU General Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any later version."
	for name, text := range map[string]string{"GPL": gpl, "MIT and GPL": string(mit) + "\n" + gpl, "nothing": "", "no licence": "All rights reserved. Ask us first.", "half": string(mit)[:len(mit)/2] + strings.Repeat(" and nobody may use it in any other way", 20)} {
		if err := check([]byte(text)); err == nil {
			t.Errorf("%s is allowed", name)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/LICENSE.txt", []byte(gpl), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := texts(dir); err == nil || !strings.Contains(err.Error(), "GPL") {
		t.Errorf("a folder with the GPL is allowed: %v", err)
	}
}
