package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// others are server URLs that are none of the registries in TestNobodyElse, and that
// look like one of them, or are read as one by some parser of URLs.
var others = []string{
	// Characters that look alike, or that Unicode makes the same.
	"d\u043ecker.io", "do\u0441ker.io", "\u0501ocker.io", "docker.\u0131o", "doc\u212aer.io", "docker.\u0456o", "DOC\u212aER.IO", "\uff44\uff4f\uff43\uff4b\uff45\uff52\uff0e\uff49\uff4f", "docker\uff0eio", "docker\u3002io", "docker\u2024io",
	"docker\u200b.io", "docker\u00ad.io", "docker.io\u200b", "docker.i\u0300o", "\u202eoi.rekcod", "docker.io\u2215v1", "docker.io\uff0f", "https\uff1a//docker.io", "localhost\uff1a5000", "reg\u0131stry.example.com/team",
	// Names for these, and for nothing.
	"xn--dcker-jye.io", "xn--docker.io", "xn--docker-.io", "XN--DCKER-JYE.IO",
	// Escapes of URLs, and the program's own.
	"docker%2Eio", "%64ocker.io", "docker.io%2F", "docker.io%2Fv1%2F", "docker.io%00", "docker.io%40evil.example", "https://docker.io%2F@evil.example", "localhost%3A5000", "localhost_3A5000", "docker_2Eio", "registry.example.com_2Fteam", "registry.example.com%2Fteam", "_docker.io", "docker.io_", "_64ocker.io",
	// Dots.
	"docker.io.", "https://index.docker.io./v1/", "docker.io..", ".docker.io", "docker..io", "registry.example.com./team", "docker.io.:443",
	// User info, and what ends the host for some parsers.
	"https://index.docker.io@evil.example/", "https://index.docker.io:443@evil.example/v1/", "https://alice:docker.io@evil.example", "docker.io@evil.example", "https://docker.io:x@evil.example:443", "https://evil.example#@index.docker.io/v1/", "https://evil.example?@index.docker.io/v1/", "https://evil.example/@index.docker.io/v1/",
	`https://evil.example\@index.docker.io/v1/`, `https://index.docker.io\@evil.example/`, `https://index.docker.io\.evil.example/`, `https:\\index.docker.io\v1\`, `docker.io\v1`, "https://docker.io;@evil.example", "https://docker.io&@evil.example", "evil.example:docker.io",
	// Schemes, and slashes.
	"ftp://index.docker.io/v1/", "file://docker.io", "oci://docker.io", "https://https://index.docker.io/v1/", "https:/index.docker.io/v1/", "https:index.docker.io", "https:///index.docker.io/v1/", "//index.docker.io/v1/", "httpss://docker.io", "http+unix://docker.io",
	// Ports.
	"docker.io:80", "docker.io:8443", "docker.io:0443", "docker.io:443:443", "docker.io:", "docker.io:+443", "docker.io:\uff14\uff14\uff13", "index.docker.io:5000/v1/", "localhost", "localhost:5000:443", "localhost:05000", "localhost:443", "127.0.0.1:5000", "127.1:5000", "2130706433:5000", "0x7f000001:5000", "[::1]:5000", "[docker.io]", "[docker.io]:443",
	// Paths.
	"docker.io/v1/..", "docker.io/./", "docker.io//", "docker.io/v3/", "docker.io/v1/v1/", "docker.io/v1/access-token", "docker.io/username", "docker.io/password", "docker.io/library/alpine", "docker.io;/v1/", "evil.example/docker.io", "evil.example/../docker.io", "evil.example/v1/docker.io",
	"registry.example.com", "registry.example.com/", "registry.example.com/Team", "registry.example.com/team/", "registry.example.com//team", "registry.example.com/team/..", "registry.example.com/x/../team", "registry.example.com/team/username", "registry.example.com:80/team", "sub.registry.example.com/team",
	// Hosts with one of these in them.
	"docker.io.evil.example", "evil-docker.io", "evildocker.io", "registry-1.docker.io.evil.example", "auth.docker.io", "hub.docker.com", "www.docker.io", "registry-2.docker.io", "docker.com", "docker.i", "ocker.io",
	// Control characters, more than one line, and nothing.
	"docker.io\x00", "docker.io\x00.evil.example", "evil.example\x00docker.io", "docker\t.io", "docker.io\t.evil.example", "docker.io evil.example", "evil.example\ndocker.io", "evil.example\rdocker.io", "docker.io\x1b[2K", "docker.io\x7f", "docker.io\u0085.evil.example", "docker.io\u2028evil.example", "docker.io\xff", "\xff\xfed\x00o\x00c\x00k\x00e\x00r\x00.\x00i\x00o\x00", "", "/", ".", "..", "@", ":", "?", "#", "*", "docker.*", "*.io",
	`{"ServerURL":"docker.io"}`, `"docker.io"`, "'docker.io'", "docker.io,evil.example", "docker.io|evil.example", "${HOME}", "$(id)",
}

// TestNobodyElse: no name but a registry's own gets its credential, or erases it,
// whether the credentials are below the prefix, at a registry's own location, or in one
// value for all registries; nor does a section, or a name in that value, that looks like
// another's.
func TestNobodyElse(t *testing.T) {
	program := testenv.Build(t)
	home := testenv.Isolate(t)
	store := ssmtest.NewServer()
	defer store.Close()
	t.Setenv("DOCKER_CONFIG", home)
	t.Setenv("AWS_ENDPOINT_URL", store.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_REGION", "eu-central-1")
	t.Setenv("DOCKER_CREDENTIAL_SSM_WRITABLE", "true")

	const prefix = "/CodeBuild/docker-credentials/"
	credential := func(user string) string { return `{"username":"` + user + `","password":"s3cret-of-` + user + `"}` }
	held := map[string]string{
		prefix + "docker.io": credential("hub"), prefix + "registry.example.com/team": credential("team"), prefix + "localhost_3A5000": credential("local"),
		"/own/hub": credential("hub"), "/own/team": credential("team"), "/own/local": credential("local"),
		"/own/evil": credential("evil"),
		"/all": `{"index.docker.io":` + credential("hub") + `,"registry.example.com/team":` + credential("team") + `,"localhost:5000":` + credential("local") +
			`,"d\u043ecker.io":` + credential("evil") + `,"docker.io.":` + credential("evil") + `,"docker.io@evil.example":` + credential("evil") + `,"localhost_3A5000":` + credential("evil") + `,"docker\u200b.io":` + credential("evil") + `,"DOCKER.IO\u0000":` + credential("evil") + `}`,
		"/twice":       `{"docker.io":` + credential("hub") + `,"docker.io":` + credential("evil") + `,"registry.example.com/team":` + credential("team") + `}`,
		"/twice-alike": `{"docker.io":` + credential("hub") + `,"Index.Docker.IO:443":` + credential("evil") + `,"registry.example.com/team":` + credential("team") + `}`,
	}
	for name, value := range held {
		store.Put(ssmtest.Parameter{Name: name, Value: value})
	}
	set := func(config string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(home, "config.json"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(verb, serverURL string) (string, bool) {
		cmd := exec.Command(program, verb)
		cmd.Env = os.Environ()
		cmd.Stdin = strings.NewReader(serverURL)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		err := cmd.Run()
		return out.String(), err == nil
	}
	gets := func(where, serverURL, user string) {
		t.Helper()
		if out, ok := run("get", serverURL); !ok || !strings.Contains(out, `"s3cret-of-`+user+`"`) {
			t.Errorf("%s: %s gets %q, want the credential of %s", where, serverURL, out, user)
		}
	}
	// each does something for all of the others, some at a time.
	each := func(do func(serverURL string)) {
		var group sync.WaitGroup
		for part := range 4 {
			group.Go(func() {
				for i := part; i < len(others); i += 4 {
					do(others[i])
				}
			})
		}
		group.Wait()
	}

	const alike = `"docker-credential-ssm/d\u043ecker.io":{"parameter":"/own/evil"},"docker-credential-ssm/docker.io.":{"parameter":"/own/evil"},"docker-credential-ssm/docker.io:80":{"parameter":"/own/evil"},"docker-credential-ssm/docker.io@evil.example":{"parameter":"/own/evil"},"docker-credential-ssm/localhost_3A5000":{"parameter":"/own/evil"}`
	for where, config := range map[string]string{
		"below the prefix":   `{}`,
		"at their locations": `{"plugins":{"docker-credential-ssm/docker.io":{"parameter":"/own/hub"},"docker-credential-ssm/registry.example.com/team":{"parameter":"/own/team"},"docker-credential-ssm/localhost:5000":{"parameter":"/own/local"},` + alike + `}}`,
		"in one value":       `{"plugins":{"docker-credential-ssm":{"parameter":"/all"}}}`,
	} {
		set(config)
		gets(where, "https://index.docker.io/v1/", "hub")
		gets(where, "https://REGISTRY.example.com:443/team", "team")
		gets(where, "localhost:5000", "local")
		each(func(serverURL string) {
			out, ok := run("get", serverURL)
			for _, user := range []string{"hub", "team", "local"} {
				if strings.Contains(out, "s3cret-of-"+user) {
					t.Errorf("%s: %q gets the credential of %s", where, serverURL, user)
				}
			}
			if ok && !strings.Contains(out, "s3cret-of-evil") || !ok && strings.Contains(out, "s3cret") {
				t.Errorf("%s: %q: %q", where, serverURL, out)
			}
		})
		if where != "below the prefix" {
			continue
		}
		each(func(serverURL string) {
			if out, _ := run("erase", serverURL); strings.Contains(out, "s3cret") {
				t.Errorf("%s: erasing %q: %q", where, serverURL, out)
			}
		})
		for name, value := range held {
			if p, _ := store.Parameter(name); p.Value != value {
				t.Errorf("%s is erased by a name that is not its registry's", name)
				store.Put(ssmtest.Parameter{Name: name, Value: value})
			}
		}
	}

	// A value with two credentials for one registry serves neither of them, and the
	// others all the same.
	for _, name := range []string{"/twice", "/twice-alike"} {
		set(`{"plugins":{"docker-credential-ssm":{"parameter":"` + name + `"}}}`)
		if out, ok := run("get", "docker.io"); ok || strings.Contains(out, "s3cret") || !strings.Contains(out, "two different credentials for docker.io") {
			t.Errorf("%s: %q", name, out)
		}
		gets(name, "registry.example.com/team", "team")
	}
	// So do two sections of one registry; of two with one name the last one holds, as
	// for Docker.
	for _, twin := range []string{"docker-credential-ssm/DOCKER.IO", "docker-credential-ssm/https://alice:s3cret-of-hub@registry-1.docker.io", "docker-credential-ssm/docker.io/v2/"} {
		set(`{"plugins":{"docker-credential-ssm/docker.io":{"parameter":"/own/hub"},"` + twin + `":{"parameter":"/own/evil"}}}`)
		if out, ok := run("get", "docker.io"); ok || strings.Contains(out, "s3cret") || !strings.Contains(out, "are of one registry") {
			t.Errorf("%s: %q", twin, out)
		}
	}
	for _, config := range []string{
		`{"plugins":{"docker-credential-ssm/docker.io":{"parameter":"/own/evil"},"docker-credential-ssm/docker.io":{"parameter":"/own/hub"}}}`,
		`{"plugins":{"docker-credential-ssm/docker.io":{"parameter":"/own/evil"}},"Plugins":{"docker-credential-ssm/docker.io":{"parameter":"/own/hub"}}}`,
	} {
		set(config)
		gets(config, "docker.io", "hub")
	}
	// A section that only looks like one of the program's is an error: it would
	// silently be nobody's.
	for _, section := range []string{"Docker-Credential-SSM/docker.io", "docker-credential-ssm /docker.io", `docker-credential-ssm\\docker.io`, "docker-credential-ssm:docker.io", "docker\\u2010credential\\u2010ssm/docker.io", "docker-credential-ssm\\u200b/docker.io"} {
		set(`{"plugins":{"` + section + `":{"writable":"false"}}}`)
		if out, ok := run("get", "docker.io"); ok || strings.Contains(out, "s3cret") || !strings.Contains(out, "looks like one") {
			t.Errorf("%s: %q", section, out)
		}
	}
}
