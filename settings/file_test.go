package settings

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"docker-credential-ssm/internal/message"
)

// TestBrokenFile: what is wrong with config.json, where, and what the Docker CLI makes
// of it; nothing of what it holds, and none of Go's names for types.
func TestBrokenFile(t *testing.T) {
	for name, tt := range map[string]struct{ text, why, hint string }{
		"a mark":            {"\xef\xbb\xbf{}", "is not valid JSON: it begins with a byte order mark", "Remove the mark: "},
		"UTF-16":            {"\xff\xfe{\x00}\x00", "is not valid JSON: it is in UTF-16", "Write it as UTF-8: "},
		"UTF-16, the other": {"\xfe\xff\x00{\x00}", "is not valid JSON: it is in UTF-16", "Write it as UTF-8: "},
		"not JSON":          {"{\n \"plugins\": {}, s3cret}", "is not valid JSON, at line 2, column 17", "Correct it there; the Docker CLI cannot read it either"},
		"half":              {`{"plugins":`, "is not valid JSON: it ends too soon", "Write the rest of it; the Docker CLI cannot read it either"},
		"a bool":            {"{\n\"plugins\":{\"docker-credential-ssm\":{\"writable\":true}}}", `has true or false where Docker expects a string, in "plugins" at line 2, column`, "Correct it there; the Docker CLI warns of it, and goes on"},
		"a number":          {`{"credHelpers":{"docker.io":1234567}}`, `has a number where Docker expects a string, in "credHelpers" at line 1`, "goes on"},
		"a list":            {`{"credHelpers":["s3cret"]}`, `has a list where Docker expects an object, in "credHelpers" at line 1`, "goes on"},
		"a string":          {`{"plugins":"s3cret"}`, `has a string where Docker expects an object, in "plugins" at line 1`, "goes on"},
		"not base64":        {`{"auths":{"docker.io":{"auth":"YTpi"},"https://user:s3cret@ghcr.io":{"auth":"s3cret?"}}}`, "has a login that cannot be decoded, for ghcr.io in auths", "Remove that entry from the file; the Docker CLI warns of it, and goes on"},
		"no colon":          {`{"auths":{"ghcr.io":{"auth":"czNjcmV0"}}}`, "has a login that cannot be decoded, for ghcr.io in auths", "goes on"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "config.json")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(nil, dir)
			var broken *FileError
			if !errors.As(err, &broken) || !strings.HasPrefix(err.Error(), path+" "+tt.why) || !strings.Contains(message.Hint(err), tt.hint) {
				t.Errorf("%v. %s", err, message.Hint(err))
			}
			for _, never := range []string{"s3cret", "1234567", "map[", "types.", "invalid character"} {
				if err != nil && strings.Contains(message.Line(err), never) {
					t.Errorf("%q in %s", never, message.Line(err))
				}
			}
		})
	}
}

// TestLongFile: a file that is longer than any config.json is not read to its end.
func TestLongFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config.json")
	long := func(n int) string { return `{"HttpHeaders":{"X":"` + strings.Repeat("x", n) + `"}}` }
	for n, want := range map[int]string{1000: "", 1 << 20: path + " is longer than 1 MB"} {
		if err := os.WriteFile(path, []byte(long(n)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(nil, dir)
		if (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%d bytes: %v, want %q", n, err, want)
		}
	}
}

// TestUnreadableFile: it is not called a broken one.
func TestUnreadableFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config.json")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(nil, dir); err == nil || err.Error() != path+" cannot be read: it is a directory" {
		t.Errorf("a directory: %v", err)
	}
	if os.Geteuid() == 0 || runtime.GOOS == "windows" {
		return // who may read everything, and where a mode forbids nothing
	}
	if err := errors.Join(os.Remove(path), os.WriteFile(path, []byte("{}"), 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(nil, dir); err == nil || err.Error() != path+" cannot be read: permission denied" {
		t.Errorf("no permission: %v", err)
	}
}

// TestWhatDockerReads: the first JSON value counts, and an empty file is none at all,
// for Docker and for the program.
func TestWhatDockerReads(t *testing.T) {
	for name, tt := range map[string]struct{ text, prefix string }{
		"text after it":       {`{"plugins":{"docker-credential-ssm":{"prefix":"/team"}}} // a comment`, "/team"},
		"two values":          {`{"plugins":{"docker-credential-ssm":{"prefix":"/team"}}}{"plugins":{"docker-credential-ssm":{"prefix":"/other"}}}`, "/team"},
		"nothing":             {"", "/CodeBuild/docker-credentials"},
		"the last of a field": {`{"plugins":{},"plugins":{"docker-credential-ssm":{"prefix":"/team"}}}`, "/team"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Load(nil, dir)
			if err != nil || s.Common().Prefix != tt.prefix {
				t.Errorf("%+v, %v; want the prefix %s", s, err, tt.prefix)
			}
		})
	}
}
