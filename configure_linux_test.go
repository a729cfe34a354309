package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"docker-credential-ssm/internal/testenv"
)

// TestConfigureFiles meets files that cannot be replaced as usual. Only root can make
// such.
func TestConfigureFiles(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make such files")
	}
	program := testenv.Build(t)
	home := testenv.Isolate(t)
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	t.Setenv("PATH", filepath.Dir(program)+":"+os.Getenv("PATH"))

	// begin makes a folder with an old config.json in it.
	const before = "{\n\t\"psFormat\": \"table\"\n}\n"
	begin := func(t *testing.T) (path string) {
		path = filepath.Join(t.TempDir(), "config.json")
		t.Setenv("DOCKER_CONFIG", filepath.Dir(path))
		if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	sh := func(t *testing.T, script string) (out string, ok bool) {
		t.Helper()
		text, err := exec.Command("sh", "-c", script).CombinedOutput()
		return string(text), err == nil
	}
	must := func(t *testing.T, script string) string {
		t.Helper()
		out, ok := sh(t, script)
		if !ok {
			t.Fatalf("%s: %s", script, out)
		}
		return out
	}
	// refused runs configure, in a dry run too, and returns the hint.
	refused := func(t *testing.T, prefix, want string) (hint string) {
		t.Helper()
		for _, script := range []string{"docker-credential-ssm configure --dry-run", "docker-credential-ssm configure"} {
			out, ok := sh(t, prefix+script)
			if ok || strings.Count(out, "\n") != 1 || !regexp.MustCompile(want).MatchString(out) {
				t.Errorf("%s: %v: %s", script, ok, out)
			}
			_, hint, _ = strings.Cut(strings.TrimSpace(out), ". ")
		}
		return hint
	}

	for _, what := range []string{"file", "folder"} {
		t.Run("immutable "+what, func(t *testing.T) {
			testenv.Need(t, "chattr")
			path := begin(t)
			target := map[string]string{"file": path, "folder": filepath.Dir(path)}[what]
			if out, ok := sh(t, "chattr +i "+target); !ok {
				t.Skip(out)
			}
			defer sh(t, "chattr -i "+target)
			hint := refused(t, "", `^docker-credential-ssm: configure failed: .*/config.json cannot be changed.*: operation not permitted\. `)
			command, ok := strings.CutPrefix(hint, "It is immutable: as root, run ")
			if !ok {
				t.Fatal(hint)
			}
			must(t, command)
			must(t, "docker-credential-ssm configure")
		})
	}

	t.Run("mount of its own", func(t *testing.T) {
		testenv.Need(t, "unshare")
		path := begin(t)
		if out, ok := sh(t, "unshare -m true"); !ok {
			t.Skip(out)
		}
		real := filepath.Join(home, "real.json")
		must(t, "cp "+path+" "+real)
		out := must(t, "unshare -m sh -c 'mount --bind "+real+" "+path+" && docker-credential-ssm configure && docker-credential-ssm configure --remove --dry-run'")
		if !strings.Contains(out, "config.json is a mount of its own, which cannot be replaced in one step: it was written in its place") {
			t.Errorf("%s", out)
		}
		text, _ := os.ReadFile(real)
		if !strings.Contains(string(text), `"docker.io": "ssm"`) {
			t.Errorf("%s", text)
		}
		below, _ := os.ReadFile(path)
		if left, _ := filepath.Glob(path + ".*"); string(below) != before || left != nil {
			t.Errorf("%s, %q", below, left)
		}
		must(t, "unshare -m sh -c 'mount --bind "+real+" "+path+" && docker-credential-ssm configure --remove'")
		if text, _ := os.ReadFile(real); string(text) != before {
			t.Errorf("%s", text)
		}
	})

	t.Run("read-only", func(t *testing.T) {
		testenv.Need(t, "unshare")
		path := begin(t)
		dir := filepath.Dir(path)
		if out, ok := sh(t, "unshare -m true"); !ok {
			t.Skip(out)
		}
		mount := "mount --bind " + dir + " " + dir + " && mount -o remount,bind,ro " + dir + " && "
		hint := refused(t, "unshare -m sh -c '"+mount+`exec "$@"' sh `, `cannot be changed.*: read-only file system\. `)
		if !strings.HasPrefix(hint, "Its file system is read-only here: run configure where it can be written") {
			t.Error(hint)
		}
		// What is configured already is fine there.
		must(t, "docker-credential-ssm configure")
		must(t, "unshare -m sh -c '"+mount+"docker-credential-ssm configure'")
	})

	t.Run("somebody else's", func(t *testing.T) {
		testenv.Need(t, "setpriv")
		path := begin(t)
		must(t, "chmod 755 "+filepath.Dir(program)+" "+filepath.Dir(filepath.Dir(program))+" "+filepath.Dir(filepath.Dir(path))+" "+filepath.Dir(path)+" && chmod 644 "+path)
		hint := refused(t, "setpriv --reuid 65534 --clear-groups ", `cannot be changed: the folder .*: permission denied\. `)
		command, ok := strings.CutPrefix(hint, "Run ")
		command, ok2 := strings.CutSuffix(command, ", which shows who may write it, or set DOCKER_CONFIG to another folder")
		if !ok || !ok2 || !strings.Contains(must(t, command), "root") {
			t.Error(hint)
		}
		// Its owner stays when root changes it.
		must(t, "chown 65534 "+path+" && docker-credential-ssm configure")
		if out := must(t, "stat -c %u:%a "+path); out != "65534:644\n" {
			t.Errorf("%s", out)
		}
	})
}
