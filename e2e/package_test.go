//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"docker-credential-ssm/internal/dockerhub"
	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/internal/testenv/terminal"
)

// installPackage installs the package for Debian that make dist has made.
func installPackage(t *testing.T, r root) {
	t.Helper()
	debs := distDebs()
	if len(debs) != 1 {
		t.Fatalf("packages: %q", debs)
	}
	r.copy(t, debs[0], "/tmp/package.deb", 0o644)
	r.run(t, "dpkg -i /tmp/package.deb; rm /tmp/package.deb")
}

// TestPackage: the package for Debian installs in a clean root, its program starts, its
// man page shows, its completions complete, and it leaves nothing when it is removed.
func TestPackage(t *testing.T) {
	r := debianRoot(t)
	const list = "find / -xdev -not -path '/proc/*' -not -path '/dev/*' -not -path '/tmp/*' -not -path '/var/lib/dpkg/*' -not -path '/var/log/*' -not -path '/var/cache/*' | sort"
	before := r.run(t, list)
	installPackage(t, r)

	var metadata struct{ Version string }
	text, err := os.ReadFile("../dist/metadata.json")
	if err == nil {
		err = json.Unmarshal(text, &metadata)
	}
	if err != nil || metadata.Version == "" {
		t.Fatalf("dist/metadata.json: %v, %s", err, text)
	}
	if got, want := r.run(t, "docker-credential-ssm --version"), "docker-credential-ssm (docker-credential-ssm) v"+metadata.Version+"\n"; got != want {
		t.Errorf("--version prints %q, want %q", got, want)
	}
	t.Run("dpkg finds it whole", func(t *testing.T) {
		if got := r.run(t, "dpkg --verify docker-credential-ssm"); got != "" {
			t.Error(got)
		}
	})
	t.Run("man page", func(t *testing.T) {
		page := r.run(t, "man -P cat docker-credential-ssm 2>&1")
		for _, want := range []string{"DOCKER-CREDENTIAL-SSM(1)", "DOCKER_CREDENTIAL_SSM_PREFIX", "EXIT STATUS"} {
			if !strings.Contains(page, want) {
				t.Errorf("no %q in\n%s", want, page)
			}
		}
		if said := r.run(t, "whatis docker-credential-ssm || mandb -q && whatis docker-credential-ssm"); !strings.Contains(said, "credentials") {
			t.Errorf("whatis: %s", said)
		}
	})
	// The shells are at a terminal, and a person presses the tab key.
	const want = "Usage: docker-credential-ssm configure"
	t.Run("bash", func(t *testing.T) {
		said := typed(t, r, "bash --norc -i", ". /usr/share/bash-completion/bash_completion\ndocker-credential-ssm conf\t--help\nexit\n")
		if !strings.Contains(said, want) {
			t.Errorf("bash completes nothing:\n%s", said)
		}
	})
	t.Run("zsh", func(t *testing.T) {
		said := typed(t, r, "zsh -f -i", "autoload -U compinit; compinit -u -D\ndocker-credential-ssm conf\t--help\nexit\n")
		if !strings.Contains(said, want) {
			t.Errorf("zsh completes nothing:\n%s", said)
		}
	})
	t.Run("removed", func(t *testing.T) {
		r.run(t, "dpkg --purge docker-credential-ssm")
		if after := r.run(t, list); after != before {
			t.Errorf("left behind, or taken away:\n%s", difference(before, after))
		}
	})
}

// difference are the lines that only one of two texts has.
func difference(before, after string) string {
	var lines []string
	for _, side := range []struct{ mark, here, there string }{{"- ", before, after}, {"+ ", after, before}} {
		for line := range strings.Lines(side.here) {
			if !strings.Contains("\n"+side.there, "\n"+line) {
				lines = append(lines, side.mark+line)
			}
		}
	}
	return strings.Join(lines, "")
}

// typed is what a terminal shows of a shell into which a text is typed. The shell ends
// by what is typed last.
func typed(t *testing.T, r root, shell, text string) string {
	t.Helper()
	// A terminal that can complete, and no file with what was typed.
	c := terminal.Start(t, r.command("exec "+shell, "TERM=xterm", "HISTFILE="))
	c.Send(text)
	_ = c.Wait()
	return c.Screen()
}

// TestFromPackage: from the files of a release alone to a pull that is signed in, as on
// a new machine: the package, login, configure, doctor, and a client.
func TestFromPackage(t *testing.T) {
	n := newMachine(t)
	installPackage(t, n.root)
	if said := n.run(t, "printf %s s3cret | docker-credential-ssm login --username alice --password-stdin", n.env...); !strings.Contains(said, "alice") {
		t.Errorf("login: %s", said)
	}
	n.run(t, "docker-credential-ssm configure", n.env...)
	n.pullSignedIn(t)
	if said := n.run(t, "docker-credential-ssm doctor", n.env...); !strings.Contains(said, "signed in as alice") {
		t.Errorf("doctor: %s", said)
	}
}

// newcomer has a new machine, on which pulls from Docker Hub are anonymous and refused.
type newcomer struct {
	root
	hub *dockerhub.Server
	env []string
}

const pull = "crane pull docker.io/library/alpine:3 /tmp/alpine.tar"

func newMachine(t *testing.T) newcomer {
	t.Helper()
	n := newcomer{root: debianRoot(t)}
	n.env = []string{"AWS_ENDPOINT_URL=" + parameterStore(t), "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=secret"}
	crane := toolPath("crane", installed["crane"]) // in the cache of a home that is left now
	testenv.Isolate(t)
	n.hub = dockerHub(t)
	n.hub.SetAccount("alice", dockerhub.Account{Password: "s3cret", Quota: dockerhub.Quota{Limit: 500, Remaining: 500}})
	n.hub.SetAnonymous(dockerhub.Quota{Limit: 100})
	if err := n.hub.Push("library/alpine:3", fresh(t)); err != nil {
		t.Fatal(err)
	}
	n.copy(t, os.Getenv("SSL_CERT_FILE"), "/etc/ssl/certs/ca-certificates.crt", 0o644)
	n.copy(t, crane, "/usr/local/bin/crane", 0o755)
	if out, err := n.command(pull, n.env...).CombinedOutput(); err == nil || !strings.Contains(strings.ToUpper(string(out)), "TOOMANYREQUESTS") {
		t.Fatalf("a pull before anything is installed: %v\n%s", err, out)
	}
	return n
}

// pullSignedIn pulls, and looks for the password in config.json.
func (n newcomer) pullSignedIn(t *testing.T) {
	t.Helper()
	n.hub.Forget()
	n.run(t, pull, n.env...)
	if pulls := n.hub.Pulls(); pulls["alice"] == 0 || pulls[""] != 0 {
		t.Errorf("pulls: %v", pulls)
	}
	config, err := os.ReadFile(filepath.Join(string(n.root), "root/.docker/config.json"))
	if err != nil || strings.Contains(string(config), "s3cret") || strings.Contains(string(config), "czNjcmV0") {
		t.Errorf("%v, config.json: %s", err, config)
	}
}
