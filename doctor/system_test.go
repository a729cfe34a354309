package doctor

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/settings"
)

// testExamination is one of Docker Hub, on a system with an environment, with
// config.json read.
func testExamination(t *testing.T, goos string, env map[string]string) *examination {
	t.Helper()
	home := testenv.Isolate(t)
	var environ []string
	for name, value := range env {
		environ = append(environ, name+"="+value)
	}
	p := &cli.Program{Out: io.Discard, Err: io.Discard, Environ: environ, Dir: home, Version: "v1.2.3"}
	d := &doctor{program: p, patience: patience, system: thisSystem(p)}
	d.system.goos, d.system.home = goos, home
	x := &examination{doctor: d, key: "docker.io"}
	if r := x.checkConfig(context.Background()); r.outcome != passed {
		t.Fatalf("%+v", r)
	}
	return x
}

// finds is a PATH with these programs.
func finds(programs map[string]string) func(string) (string, error) {
	return func(name string) (string, error) {
		if path, ok := programs[name]; ok {
			return path, nil
		}
		return "", &exec.Error{Name: name, Err: exec.ErrNotFound}
	}
}

// TestInstall: what is said of a helper that is not on the PATH, and the command
// for the system.
func TestInstall(t *testing.T) {
	for _, tt := range []struct {
		goos, path, self, want string
		root                   bool
	}{
		{"linux", "/opt/tools:/usr/local/bin:/usr/bin", "/home/a/docker-credential-ssm", "install -m 755 /home/a/docker-credential-ssm /usr/local/bin/docker-credential-ssm", true},
		{"linux", "/nosuch/bin:/usr/bin", "/home/a b/docker-credential-ssm", "sudo install -m 755 '/home/a b/docker-credential-ssm' /nosuch/bin/docker-credential-ssm", false},
		{"darwin", "/opt/homebrew/bin:/usr/local/bin", "/Users/a/docker-credential-ssm", "install -m 755 /Users/a/docker-credential-ssm /usr/local/bin/docker-credential-ssm", true},
		{"windows", `C:\Windows;C:\Users\a b\AppData\Local\Microsoft\WindowsApps`, `C:\Users\a b\Downloads\docker-credential-ssm.exe`, `copy "C:\Users\a b\Downloads\docker-credential-ssm.exe" "C:\Users\a b\AppData\Local\Microsoft\WindowsApps\docker-credential-ssm.exe"`, false},
		{"windows", `C:\Tools\;C:\Windows`, `D:\docker-credential-ssm.exe`, `copy D:\docker-credential-ssm.exe C:\Tools\docker-credential-ssm.exe`, false},
	} {
		x := testExamination(t, tt.goos, map[string]string{"PATH": tt.path, "LOCALAPPDATA": `C:\Users\a b\AppData\Local`})
		x.system.root = tt.root
		x.system.executable = func() (string, error) { return tt.self, nil }
		x.system.lookPath = finds(nil)
		r := x.checkHelper(context.Background())
		if r.outcome != failed || len(r.hints) != 1 || r.hints[0].Command != tt.want {
			t.Errorf("%s: %+v, want %s", tt.goos, r, tt.want)
		}
	}
}

// TestDockerDesktop has a PATH of its own on a Mac, whatever a shell's is.
func TestDockerDesktop(t *testing.T) {
	for _, tt := range []struct {
		goos, folder string
		want         outcome
	}{
		{"darwin", "/opt/homebrew/bin", warned},
		{"darwin", "/Users/a/go/bin", warned},
		{"darwin", "/usr/local/bin", passed},
		{"darwin", "/usr/bin", passed},
		{"linux", "/opt/bin", passed},
	} {
		x := testExamination(t, tt.goos, nil)
		found := tt.folder + "/docker-credential-ssm"
		x.system.executable = func() (string, error) { return found, nil }
		x.system.lookPath = finds(map[string]string{"docker-credential-ssm": found})
		x.system.same = func(a, b string) bool { return a == b }
		r := x.checkHelper(context.Background())
		if r.outcome != tt.want {
			t.Errorf("%s, %s: %+v", tt.goos, tt.folder, r)
		}
		if tt.want == warned && (r.hints[0].Command != "sudo mkdir -p /usr/local/bin && sudo ln -sf "+found+" /usr/local/bin/docker-credential-ssm" || !strings.Contains(r.more[0], "Docker Desktop does not have "+tt.folder)) {
			t.Errorf("%+v", r)
		}
	}
}

func TestNoDocker(t *testing.T) {
	for _, tt := range []struct{ goos, build, text, command string }{
		{"linux", "", "", "curl -fsSL https://get.docker.com | sh"},
		{"darwin", "", "", "brew install --cask docker-desktop"},
		{"windows", "", "", "winget install Docker.DockerDesktop"},
		{"linux", "app:1", "privileged mode", ""},
	} {
		x := testExamination(t, tt.goos, map[string]string{"CODEBUILD_BUILD_ID": tt.build})
		x.system.lookPath = finds(nil)
		r := x.checkDocker(context.Background())
		if r.outcome != warned || r.hints[0].Command != tt.command || !strings.Contains(r.hints[0].Text, tt.text) {
			t.Errorf("%s: %+v", tt.goos, r)
		}
	}
}

// TestNoCache: cacheTTL where nothing keeps answers, wherever it was set.
func TestNoCache(t *testing.T) {
	const section = `{"plugins":{"docker-credential-ssm%s":{"cacheTTL":"5m"}}}`
	for _, tt := range []struct {
		goos, section, env string
		keeps              bool
		why, command       string
	}{
		{"linux", "", "", true, "", ""},
		{"linux", "", "", false, "the kernel does not let", "docker-credential-ssm configure --all-registries --cache-ttl 0 docker.io"},
		{"darwin", "/docker.io", "", false, "only Linux", "docker-credential-ssm configure --cache-ttl 0 docker.io"},
		{"darwin", "-", "5m", false, "only Linux", "unset DOCKER_CREDENTIAL_SSM_CACHE_TTL"},
		{"windows", "-", "5m", false, "only Linux", "Remove-Item Env:DOCKER_CREDENTIAL_SSM_CACHE_TTL"},
		{"linux", "-", "0", false, "", ""},
	} {
		env := map[string]string{}
		if tt.env != "" {
			env["DOCKER_CREDENTIAL_SSM_CACHE_TTL"] = tt.env
		}
		x := testExamination(t, tt.goos, env)
		if tt.section != "-" {
			text := strings.Replace(section, "%s", tt.section, 1)
			s, err := settings.Parse(x.program.Environ, x.program.Config(), []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			x.settings = s
			x.options, _ = s.For(x.key)
		}
		x.system.keeps = func() bool { return tt.keeps }
		r := x.checkOptions(context.Background())
		said := strings.Join(r.more, "\n")
		if tt.command == "" {
			if r.outcome != passed || len(r.hints) > 0 {
				t.Errorf("%+v: %+v", tt, r)
			}
			continue
		}
		if r.outcome != warned || !strings.Contains(said, tt.why) || r.hints[0].Command != tt.command {
			t.Errorf("%+v: %+v", tt, r)
		}
	}
}

// TestPodmanFiles: those of the system and of the user.
func TestPodmanFiles(t *testing.T) {
	for _, tt := range []struct {
		goos string
		uid  int
		env  map[string]string
		want []string
	}{
		{"linux", 0, nil, []string{"/run/containers/0/auth.json", "/h/.config/containers/auth.json"}},
		{"linux", 1000, nil, []string{"/run/containers/1000/auth.json", "/h/.config/containers/auth.json"}},
		{"linux", 0, map[string]string{"XDG_RUNTIME_DIR": "/run/user/0", "XDG_CONFIG_HOME": "/c"}, []string{"/run/user/0/containers/auth.json", "/c/containers/auth.json"}},
		{"darwin", 501, map[string]string{"XDG_RUNTIME_DIR": "/run"}, []string{"/h/.config/containers/auth.json"}},
		{"linux", 0, map[string]string{"REGISTRY_AUTH_FILE": "/a.json", "XDG_RUNTIME_DIR": "/run"}, []string{"/a.json"}},
	} {
		x := testExamination(t, tt.goos, tt.env)
		x.system.uid, x.system.home = tt.uid, "/h"
		if got, _ := x.podmanFiles(); strings.Join(got, " ") != strings.Join(tt.want, " ") {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

// TestSourceName: no name of the SDK's is shown.
func TestSourceName(t *testing.T) {
	for source, want := range map[string]string{
		"EnvConfigCredentials":                         "AWS_ACCESS_KEY_ID in the environment",
		"SharedConfigCredentials: /h/.aws/credentials": "the profile team in /h/.aws/credentials",
		"SSOProvider":                                  "AWS SSO, by the profile team",
		"LoginProvider":                                "aws login, by the profile team",
		"ProcessProvider":                              "credential_process of the profile team",
		"WebIdentityCredentials":                       "a web identity token, for AWS_ROLE_ARN or the role of a profile",
		"EC2RoleProvider":                              "the role of the EC2 instance",
		"CredentialsEndpointProvider":                  "container credentials, from AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
		"AssumeRoleProvider":                           "the role of the profile team",
	} {
		x := testExamination(t, "linux", map[string]string{"AWS_PROFILE": "team", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"})
		if got := x.sourceName(source); got != want {
			t.Errorf("%s: %q, want %q", source, got, want)
		}
	}
	x := testExamination(t, "linux", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/x", "DOCKER_CREDENTIAL_SSM_ROLE_ARN": "arn:aws:iam::111122223333:role/pull"})
	if got := x.sourceName("CredentialsEndpointProvider"); got != "container credentials, from AWS_CONTAINER_CREDENTIALS_FULL_URI" {
		t.Error(got)
	}
	if got := x.sourceName("AssumeRoleProvider"); !strings.Contains(got, "role/pull, which the option roleArn names") {
		t.Error(got)
	}
}

// TestCommand: what a shell of the system gets is one line, and of hints in words
// only what is a command alone is called one.
func TestCommand(t *testing.T) {
	for hint, want := range map[string]string{
		"Run aws sso login":                               "aws sso login",
		"Run aws sso login --profile team":                "aws sso login --profile team",
		"Give the build a role, or run aws sso login":     "",
		"Run it again":                                    "",
		"Run aws sso login where the folder comes from":   "",
		"Run docker-credential-ssm doctor to find a step": "",
	} {
		r := failure(&adviceError{hint})
		got := ""
		if len(r.hints) == 1 {
			got = r.hints[0].Command
		}
		if got != want {
			t.Errorf("%q: %q, want %q", hint, got, want)
		}
	}
	if got := (system{goos: "windows"}).argument(`C:\a b\auth.json`); got != `"C:\a b\auth.json"` {
		t.Error(got)
	}
	if got := (system{goos: "linux"}).argument("/it's"); got != `'/it'\''s'` {
		t.Error(got)
	}
}

// TestUntrusted: where an authority of one's own belongs, by system and registry.
func TestUntrusted(t *testing.T) {
	for _, tt := range []struct{ goos, key, want string }{
		{"linux", "docker.io", "SSL_CERT_FILE"},
		{"darwin", "docker.io", "sudo security add-trusted-cert "},
		{"windows", "docker.io", "certutil -addstore -f Root FILE"},
		{"linux", "r.example_3A5000", "/etc/docker/certs.d/r.example:5000/ca.crt"},
		{"darwin", "r.example_3A5000", "/etc/docker/certs.d/r.example:5000/ca.crt"},
	} {
		x := testExamination(t, tt.goos, nil)
		x.key = tt.key
		if h := x.untrusted(wrong(""), "r.example:5000").hints[0]; !strings.Contains(h.Text+h.Command, tt.want) {
			t.Errorf("%+v: %+v", tt, h)
		}
	}
}

type adviceError struct{ hint string }

func (e *adviceError) Error() string { return errors.ErrUnsupported.Error() }
func (e *adviceError) Hint() string  { return e.hint }
