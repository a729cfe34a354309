package shell

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func sh(t *testing.T, script string, env ...string) string {
	t.Helper()
	if windows {
		t.Skip("the commands are PowerShell's")
	}
	cmd := exec.Command("sh", "-c", script)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", script, err, out)
	}
	return string(out)
}

// TestCommands runs the commands as they stand, on a file whose name has to be quoted.
func TestCommands(t *testing.T) {
	for name, tt := range map[string]struct {
		command func(string) string
		before  string
	}{
		"a mark":   {WithoutMark, "\xef\xbb\xbftext\n"},
		"line end": {TrimFile, "text\r\n"},
		"UTF-16":   {FromUTF16, "\xff\xfet\x00e\x00x\x00t\x00\n\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "UTF-16" {
				if _, err := exec.LookPath("iconv"); err != nil {
					t.Skip("there is no iconv")
				}
			}
			file := filepath.Join(t.TempDir(), "it's one")
			if err := os.WriteFile(file, []byte(tt.before), 0o644); err != nil {
				t.Fatal(err)
			}
			sh(t, tt.command(file))
			data, err := os.ReadFile(file)
			if err != nil || strings.TrimRight(string(data), "\n") != "text" {
				t.Errorf("%q, %v", data, err)
			}
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v; want one for this user alone", info.Mode(), err)
			}
		})
	}
	if out := sh(t, Unset("A", "B")+`; echo "[$A$B]"`, "A=1", "B=2"); out != "[]\n" {
		t.Errorf("unset leaves %q", out)
	}
	for _, characters := range []string{"[:space:]", `"'\''`} {
		if out := sh(t, Trim("A", characters)+`; printf %s "$A"`, `A=x"y'z `); characters == "[:space:]" && out != `x"y'z` || characters != "[:space:]" && out != "xyz " {
			t.Errorf("without %s: %q", characters, out)
		}
	}
	for _, word := range []string{"plain", "two words", "it's", "$HOME", ""} {
		if out := sh(t, "printf %s "+Word(word)); out != word {
			t.Errorf("Word(%q) is %q to a shell", word, out)
		}
	}
}
