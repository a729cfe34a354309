package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/setup/buildspec"
)

// TestExampleIsAdopted: the buildspec of the example is what adopt makes of the one
// before it.
func TestExampleIsAdopted(t *testing.T) {
	before, err := os.ReadFile("examples/codebuild/before/buildspec.yml")
	if err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile("examples/codebuild/buildspec.yml")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := buildspec.Read("buildspec.yml", before)
	if err != nil || string(plan.Result) != string(after) || !plan.Understood() {
		t.Errorf("%v\n%s", err, plan.Diff())
	}
}

// TestAdoptedCommands runs each configure command that the buildspecs of
// setup/buildspec's tests become, and gets the credential from moto, where it is
// what the command names.
func TestAdoptedCommands(t *testing.T) {
	testenv.NeedPOSIX(t)
	program := testenv.Build(t)
	files, err := filepath.Glob("setup/buildspec/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	home := testenv.Isolate(t)
	iam := testenv.MotoIAM(t) // nothing is enforced
	for name, value := range map[string]string{"AWS_ENDPOINT_URL": iam.URL, "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-central-1", "PATH": filepath.Dir(program) + ":" + os.Getenv("PATH")} {
		t.Setenv(name, value)
	}
	got, left := 0, 0
	for n, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if !strings.HasPrefix(f.Name, "before") {
				continue
			}
			plan, err := buildspec.Read(f.Name, f.Data)
			if err != nil {
				continue
			}
			for i, l := range plan.Logins {
				options := map[string]string{}
				shell := !strings.HasPrefix(l.Command, "docker-credential-ssm ") || strings.Contains(l.Command, "--file") || strings.Contains(l.Registry, "$")
				for _, o := range l.Options {
					options[o.Name], shell = o.Value, shell || o.Shell
				}
				if shell || strings.Contains(options["parameter"]+options["usernameParameter"]+options["passwordParameter"], ":") || options["profile"] != "" || options["region"] != "" {
					left++ // of another file, known to a build's shell alone, or of a version, a profile or a Region of the team's own
					continue
				}
				t.Run(fmt.Sprintf("%s/%d", filepath.Base(file), l.Line), func(t *testing.T) {
					user, password := fmt.Sprintf("alice-%d-%d", n, i), fmt.Sprintf("s3cret-%d-%d", n, i)
					if options["username"] != "" {
						user = options["username"]
					}
					command := stock(iam, options, user, password, l.Command)
					dir := filepath.Join(home, fmt.Sprintf("%d-%d", n, i))
					env := append(os.Environ(), "DOCKER_CONFIG="+dir)
					configure := exec.Command("sh", "-c", command)
					configure.Env = env
					if out, err := configure.CombinedOutput(); err != nil {
						t.Fatalf("%s: %v: %s", command, err, out)
					}
					get := exec.Command(program, "get")
					get.Env, get.Stdin = env, strings.NewReader(l.Registry)
					out, err := get.CombinedOutput()
					if want := fmt.Sprintf(`"Username":%q,"Secret":%q}`, user, password); err != nil || !strings.Contains(string(out), want) {
						t.Errorf("%s: %v: %s, want %s", command, err, out, want)
					}
				})
				got++
			}
		}
	}
	t.Logf("%d commands were run, %d left out", got, left)
	if got < 30 {
		t.Errorf("only %d commands were run", got)
	}
}

// made are the secrets that were made; each has a name of its own.
var made []string

// stock puts into moto what a command names, and returns the command with the ARNs
// that moto has given.
func stock(iam *testenv.IAM, options map[string]string, user, password, command string) string {
	put := func(parameter, value string) {
		iam.Call("AmazonSSM.PutParameter", map[string]any{"Name": parameter, "Value": value, "Type": "SecureString", "Overwrite": true})
	}
	secret := func(id, value string) {
		name := id
		if strings.HasPrefix(id, "arn:") {
			name = strings.TrimSuffix(id[strings.LastIndex(id, ":")+1:], id[strings.LastIndex(id, "-"):])
		}
		name += fmt.Sprintf("-%d", len(made))
		made = append(made, name)
		command = strings.Replace(command, "secret "+id, "secret "+iam.Secret(name, value), 1)
	}
	fields := func() string {
		userField, passwordField := options["usernameField"], options["passwordField"]
		if userField == "" {
			userField = "username"
		}
		if passwordField == "" {
			passwordField = "password"
		}
		object := fmt.Sprintf(`{%q:%q,%q:%q}`, userField, user, passwordField, password)
		switch outer, inner, deep := strings.Cut(passwordField, "."); {
		case options["username"] != "" && options["passwordField"] == "":
			return password
		case options["username"] != "" && !deep:
			return fmt.Sprintf(`{%q:%q}`, passwordField, password)
		case deep && options["username"] != "":
			return fmt.Sprintf(`{%q:{%q:%q}}`, outer, inner, password)
		}
		return object
	}
	for name, value := range map[string]string{"usernameParameter": user, "passwordParameter": password} {
		if options[name] != "" {
			put(options[name], value)
		}
	}
	if options["parameter"] != "" {
		put(options["parameter"], fields())
	}
	for name, value := range map[string]string{"usernameSecret": user, "passwordSecret": password} {
		if options[name] != "" {
			secret(options[name], value)
		}
	}
	if options["secret"] != "" {
		secret(options["secret"], fields())
	}
	return command
}
