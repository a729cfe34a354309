package settings

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"docker-credential-ssm/internal/message"
	"docker-credential-ssm/registry"
)

// marked is a token, which no message may hold.
const marked = "dckr_pat_s3cretM4rks3cretM4rk"

// cleanLine fails the test where the line of an error cannot be shown, or holds the
// token.
func cleanLine(t *testing.T, text string, err error) {
	t.Helper()
	line := message.Line(err)
	if !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) || strings.ContainsFunc(err.Error()+message.Hint(err), unicode.IsControl) || message.Hint(err) == "" {
		t.Fatalf("%q: %q", text, line)
	}
	if strings.Contains(err.Error()+message.Hint(err), marked) {
		t.Fatalf("%q: the token is in %q", text, line)
	}
}

// FuzzSections: each string of a section is an option with that value, for that section's
// registry alone, or there is an error; a name that looks like a section of the program
// is one, or an error; and no error shows a token.
func FuzzSections(f *testing.F) {
	for _, section := range []string{
		Section, Section + "/docker.io", Section + "/https://index.docker.io/v1/", Section + "/https://alice:" + marked + "@ghcr.io", "Docker-Credential-SSM/docker.io", Section + "/", Section + "/../x",
		Section + " /docker.io", " " + Section, Section + `\docker.io`, Section + ":docker.io", "DOCKER-CREDENTIAL-SSM", "\uff44ocker-credential-ssm/docker.io", "docker\u2010credential\u2010ssm", Section + "\u200b/docker.io", Section + "\u2044docker.io",
		Section + "/d\u043ecker.io", Section + "/docker.io\x00", Section + "/" + marked, Section + "s", "docker-credential-ssm-login", "debug", "docker-credential-\u017f\u017fm", Section + "/docker.io/library/alpine", Section + "//docker.io",
	} {
		f.Add(section, "region", "eu-central-1")
		f.Add(section, "password", marked)
		f.Add(section, "Region", "eu-central-1")
		f.Add(section, marked, "x")
	}
	for _, o := range Known() {
		for _, value := range []string{o.Example, marked, " " + marked, `"` + marked + `"`, `{"username":"alice","password":"` + marked + `"}`, "alice:" + marked, "https://alice:" + marked + "@x", "arn:aws:secretsmanager:x:1:secret:" + marked + ":", marked + ":x:y", "/aws/reference/secretsmanager/" + marked + ":a:b", "\u202e", "a\x00b", "x\u009b", ""} {
			f.Add(Section+"/docker.io", o.Name, value)
			f.Add(Section, o.Name, value)
		}
	}
	base, err := Parse(nil, "config.json", nil)
	if err != nil {
		f.Fatal(err)
	}
	const other = "other.example"
	unchanged, _ := base.For(other)
	f.Fuzz(func(t *testing.T, section, option, value string) {
		if !utf8.ValidString(section + option + value) {
			t.Skip("JSON cannot hold it")
		}
		text, err := json.Marshal(map[string]any{"plugins": map[string]any{section: map[string]string{option: value}}})
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse(nil, "config.json", text)
		if err != nil {
			cleanLine(t, string(text), err)
			return
		}
		serverURL, own := strings.CutPrefix(section, Section+"/")
		if section != Section && !own {
			if like(section) {
				t.Fatalf("the section %q looks like one of the program's, and is ignored", section)
			}
			return
		}
		key := registry.DockerHub
		if own {
			if key, err = registry.Key(serverURL); err != nil {
				t.Fatalf("the section %q names no registry, and is taken", section)
			}
			if now, _ := s.For(other); key != other && now != unchanged {
				t.Fatalf("%s changes the options of %s", text, other)
			}
			if common := s.Common(); common != base.Common() {
				t.Fatalf("%s changes the options of every registry", text)
			}
		}
		known := Known()
		i := slices.IndexFunc(known, func(o Option) bool { return o.Name == option && option != "" })
		if i < 0 {
			t.Fatalf("the option %q is taken", option)
		}
		if strings.HasPrefix(value, "dckr_pat_") && option != Replaced {
			t.Fatalf("a token is taken for the option %s", option)
		}
		if value != "" && !slices.Contains(s.Origins(key), Origin{option, value, hidden(section)}) {
			t.Fatalf("%s is taken, and its options are %q", text, s.Origins(key))
		}
	})
}

// like reports whether a section's name is the program's but for its letter case, for
// white space around it, or for the character before the registry.
func like(section string) bool {
	rest, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(section)), Section)
	if !ok {
		return false
	}
	next, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || next < utf8.RuneSelf && !unicode.IsLetter(next) && !unicode.IsDigit(next) && next != '-' && next != '_' && next != '.'
}

// FuzzConfig: whatever config.json holds, an error that the file is broken quotes nothing
// of it, and what is read of it is what Docker reads.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{
		"", "{}", "[]", `{"auths":{"https://index.docker.io/v1/":{"auth":"` + marked + `"}}}`, `{"auths":{"https://alice:` + marked + `@ghcr.io":{"auth":"` + marked + `?"}}}`,
		`{"auths":{"ghcr.io":{"auth":7` + marked + `}}}`, `{"credHelpers":{"` + marked + `":["` + marked + `"]}}`, `{"plugins":{"` + Section + `":{"region":true}}}`, `{"plugins":{"` + Section + `":"` + marked + `"}}`,
		`{"plugins":{"` + Section + `/docker.io":{"secret":"a"},"` + Section + `/docker.io":{"prefix":"/b"}},"Plugins":{"` + Section + `/DOCKER.IO":{"secret":"c"}}}`,
		`{"plugin` + "\u017f" + `":{"` + Section + `":{"region":"eu-west-1"}}}`, `{"HttpHeaders":{"X":"` + marked + `"},"x":` + marked + `}`, "\xef\xbb\xbf{}", "\xff\xfe{\x00}\x00", `{"credHelpers":{"docker.io":"ssm"}} ` + marked,
		`{"auths":{"` + marked + `":{"auth":"` + marked + `"}}}`, `{"proxies":{"default":{"httpProxy":"http://u:` + marked + `@h"}},"stackOrchestrator":` + strings.Repeat("[", 20000) + `}`, `{"credHelpers":{"\u0000":"ssm","` + strings.Repeat("a/", 600) + `":"ssm"}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(nil, "config.json", []byte(text))
		if err != nil {
			var broken *FileError
			var option *OptionError
			if !errors.As(err, &broken) && !errors.As(err, &option) {
				t.Fatalf("%q: %v", text, err)
			}
			cleanLine(t, text, err)
			return
		}
		for _, key := range s.Keys() {
			if serverURL, ok := registry.ServerURL(key); !ok || !registry.Same(serverURL, key) {
				t.Fatalf("%q: the key %q is of no registry", text, key)
			}
		}
	})
}
