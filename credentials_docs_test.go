package main

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// TestCredentialsPage runs each row of docs/credentials.md as it is written there:
// stores what the row says is there, writes its section, and runs its command; a get
// with either gives the credential, and calls the actions that the row names.
func TestCredentialsPage(t *testing.T) {
	page, err := os.ReadFile("docs/credentials.md")
	if err != nil {
		t.Fatal(err)
	}
	program := testenv.Build(t)
	rows := 0
	section := ""
	for line := range strings.SplitSeq(string(page), "\n") {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		switch {
		case len(cells) != 5:
		case cells[2] == "the registry's section":
			section = "docker-credential-ssm/docker.io"
		case cells[2] == "the common section":
			section = "docker-credential-ssm"
		default:
			rows++
			t.Run(cells[1], func(t *testing.T) { runRow(t, program, section, cells) })
		}
	}
	if rows < 15 {
		t.Errorf("%d rows were found", rows)
	}
}

func runRow(t *testing.T, program, section string, cells []string) {
	home := testenv.Isolate(t)
	server := ssmtest.NewServer()
	defer server.Close()
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-central-1", "DOCKER_CONFIG": home} {
		t.Setenv(name, value)
	}
	for _, m := range regexp.MustCompile("(parameter|secret) `([^`]+)` holds `([^`]+)`").FindAllStringSubmatch(cells[0], -1) {
		if m[1] == "parameter" {
			server.Put(ssmtest.Parameter{Name: m[2], Value: m[3]})
			continue
		}
		server.PutSecret(m[2], m[3])
		cells[1] = strings.ReplaceAll(cells[1], "arn:aws:secretsmanager:eu-central-1:111122223333:secret:"+m[2]+"-a1b2c3", server.SecretARN("eu-central-1", m[2]))
		cells[2] = strings.ReplaceAll(cells[2], "arn:aws:secretsmanager:eu-central-1:111122223333:secret:"+m[2]+"-a1b2c3", server.SecretARN("eu-central-1", m[2]))
	}
	config := filepath.Join(home, "config.json")

	bySection := `{"plugins":{"` + section + `":` + strings.Trim(cells[2], "`") + `}}`
	if err := os.WriteFile(config, []byte(bySection), 0o600); err != nil {
		t.Fatal(err)
	}
	getRow(t, program, server, cells)
	if err := os.Remove(config); err != nil {
		t.Fatal(err)
	}

	words := strings.Fields(strings.Trim(cells[1], "`"))
	if out, err := exec.Command(program, words[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	getRow(t, program, server, cells)
	var want, got struct{ Plugins map[string]map[string]string }
	text, _ := os.ReadFile(config)
	if json.Unmarshal([]byte(bySection), &want) != nil || json.Unmarshal(text, &got) != nil {
		t.Fatalf("%s\n%s", bySection, text)
	}
	if !maps.Equal(want.Plugins[section], got.Plugins[section]) {
		t.Errorf("the command writes %v, the section is %v", got.Plugins, want.Plugins)
	}
	if strings.Contains(string(text), "s3cret") {
		t.Error("the secret is in the file")
	}
}

// getRow asks for Docker Hub's credential and compares the calls with the row.
func getRow(t *testing.T, program string, server *ssmtest.Server, cells []string) {
	t.Helper()
	server.ResetCalls()
	cmd := exec.Command(program, "get")
	cmd.Stdin = strings.NewReader("https://index.docker.io/v1/")
	out, err := cmd.CombinedOutput()
	if want := `{"ServerURL":"https://index.docker.io/v1/","Username":"alice","Secret":"s3cret"}` + "\n"; err != nil || string(out) != want {
		t.Errorf("%v: %s", err, out)
	}
	called := map[string]bool{}
	for _, c := range server.Calls() {
		called["`"+c.Service+":"+c.Action+"`"] = true
	}
	want := strings.Split(cells[3], ", ")
	if strings.Contains(cells[2], "/aws/reference/") {
		want = want[:1] // the other action is Parameter Store's, with the caller's permissions
	}
	if got := slices.Sorted(maps.Keys(called)); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("called %q, the page says %q", got, want)
	}
}
