package settings

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestDocs holds docs/configuration.md to the options that there are: its table
// is this one, and it names no others.
func TestDocs(t *testing.T) {
	data, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	quote := func(s string) string {
		if s == "" {
			return ""
		}
		return "`" + s + "`"
	}
	var table strings.Builder
	table.WriteString("| option | environment variable | default | example | what it is for |\n|---|---|---|---|---|\n")
	names, variables := map[string]bool{}, map[string]bool{}
	for _, o := range Known() {
		env := o.Env
		if env != "" {
			env = EnvPrefix + env
		}
		names[o.Name], variables[env] = true, true
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %s |\n", quote(o.Name), quote(env), quote(o.Default), quote(o.Example), o.Help)
	}
	if !strings.Contains(page, table.String()) {
		t.Errorf("docs/configuration.md lacks this table:\n%s", table.String())
	}
	for _, text := range []string{page, read(t, "../README.md")} {
		for _, variable := range regexp.MustCompile(EnvPrefix+`[A-Z_]+`).FindAllString(text, -1) {
			if !variables[variable] {
				t.Errorf("the documentation names %s, which is no variable of the program", variable)
			}
		}
	}
	// Every section in an example is one that the program takes.
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(page+read(t, "../README.md"), -1) {
		if !strings.Contains(block[1], `"plugins"`) && !strings.Contains(block[1], `"credHelpers"`) {
			continue
		}
		dir := t.TempDir()
		if err := os.WriteFile(dir+"/config.json", []byte(block[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(nil, dir); err != nil {
			t.Errorf("%v, in the example\n%s", err, block[1])
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestExamples: the example of each option is a value that it takes.
func TestExamples(t *testing.T) {
	for _, o := range Known() {
		for _, value := range []string{o.Default, o.Example} {
			if value != "" {
				if err := o.set(new(draft), value); err != nil {
					t.Errorf("%s %s: %v", cmp.Or(o.Name, o.Env), value, err)
				}
			}
		}
	}
}

// TestPrecedence goes through the four places, for one option of each kind.
func TestPrecedence(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(dir+"/config.json", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := func(env ...string) Options {
		t.Helper()
		s, err := Load(env, dir)
		if err != nil {
			t.Fatal(err)
		}
		o, _ := s.For("docker.io")
		return o
	}
	check := func(o Options, region string, timeout time.Duration, writable bool) {
		t.Helper()
		if o.Region != region || o.Timeout != timeout || o.Writable != writable {
			t.Errorf("%q, %v, %v; want %q, %v, %v", o.Region, o.Timeout, o.Writable, region, timeout, writable)
		}
	}
	env := []string{EnvPrefix + "REGION=eu-west-2", EnvPrefix + "TIMEOUT=2s", EnvPrefix + "WRITABLE=TRUE", EnvPrefix + "PROFILE="}
	check(at(), "", 20*time.Second, false)
	write(`{"plugins":{"docker-credential-ssm":{"region":"eu-west-1","timeout":"1s"}}}`)
	check(at(), "eu-west-1", time.Second, false)
	check(at(env...), "eu-west-2", 2*time.Second, true)
	write(`{"plugins":{"docker-credential-ssm":{"region":"eu-west-1","timeout":"1s"},"docker-credential-ssm/https://index.docker.io/v1/":{"region":"eu-west-3","timeout":"","writable":"false"}}}`)
	check(at(), "eu-west-3", time.Second, false)
	check(at(env...), "eu-west-3", 2*time.Second, false)

	// A shared parameter is asked for where its ARN says, unless the section
	// itself says otherwise.
	const arn = "arn:aws:ssm:us-west-2:111122223333:parameter/hub"
	write(`{"plugins":{"docker-credential-ssm/docker.io":{"parameter":"` + arn + `"}}}`)
	check(at(env...), "us-west-2", 2*time.Second, true)
	write(`{"plugins":{"docker-credential-ssm/docker.io":{"parameter":"` + arn + `","region":"us-east-1"}}}`)
	check(at(env...), "us-east-1", 2*time.Second, true)
	write(`{"plugins":{"docker-credential-ssm/docker.io":{"usernameParameter":"` + arn + `","passwordParameter":"arn:aws:ssm:us-east-1:111122223333:parameter/pass"}}}`)
	if _, err := Load(nil, dir); err == nil {
		t.Error("two Regions in one location are taken")
	}
}
