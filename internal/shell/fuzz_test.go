package shell

import (
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// words are the commands of a script as a shell reads them, each with its words and the
// files of its redirections. The test fails where a word is anything but fixed text.
func words(t *testing.T, script string) (all [][]string) {
	t.Helper()
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(script), "")
	if err != nil {
		t.Fatalf("a shell does not read %q: %v", script, err)
	}
	config := &expand.Config{Env: expand.ListEnviron()}
	syntax.Walk(file, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.CallExpr:
			fields, err := expand.Fields(config, node.Args...)
			if err != nil {
				t.Fatalf("%q: %v", script, err)
			}
			all = append(all, fields)
		case *syntax.Redirect:
			name, err := expand.Fields(config, node.Word)
			if err != nil {
				t.Fatalf("%q: %v", script, err)
			}
			all = append(all, append([]string{node.Op.String()}, name...))
		case *syntax.ParamExp, *syntax.CmdSubst, *syntax.ArithmExp, *syntax.ProcSubst:
			t.Fatalf("a shell finds %T in %q", node, script)
		}
		return true
	})
	return all
}

var seeds = []string{"plain", "two words", "it's", "$HOME", "", "`id`", "$(id)", "a;b", "a\nb", "~", "~root", "*", "-n", "a=b", "#", "!!", `\`, `"`, "'", "''", "a&&b", "|", "{a,b}", "\u00a0", "ä", "=x", "\x80", "[a]", "a\\\nb"}

// TestWords: sh itself reads each of the seeds, and each byte that a text can have, as
// the one word that it is.
func TestWords(t *testing.T) {
	texts := slices.Clone(seeds)
	for c := byte(1); c != 0; c++ {
		texts = append(texts, string([]byte{c}), string([]byte{'a', c, 'b'}))
	}
	script := "printf '%s\\0'"
	for _, text := range texts {
		script += " " + Word(text)
	}
	if got := strings.Split(strings.TrimSuffix(sh(t, script), "\x00"), "\x00"); !slices.Equal(got, texts) {
		t.Errorf("%q, want %q", got, texts)
	}
}

// FuzzWord: what a hint says is what a shell reads: each text stays one word, as it is,
// and the commands around it stay the ones that are meant.
func FuzzWord(f *testing.F) {
	for _, seed := range seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if windows || strings.Contains(text, "\x00") {
			t.Skip("no argument can hold it, or the commands are PowerShell's")
		}
		if strings.Contains(text, "\r") || !valid(text) {
			t.Skip("the library drops it")
		}
		if got := words(t, "echo "+Word(text)); !slices.EqualFunc(got, [][]string{{"echo", text}}, slices.Equal) {
			t.Fatalf("Word(%q) is %q to a shell", text, got)
		}
		file := text
		if strings.HasPrefix(text, "-") {
			file = "./" + text // no option of these commands
		}
		moved := [][]string{{">", file + ".new"}, {"mv", file + ".new", file}}
		for script, want := range map[string][][]string{
			TrimFile(text):    append([][]string{{"umask", "077"}, {"tr", "-d", `\r\n`}, {"<", file}}, moved...),
			WithoutMark(text): append([][]string{{"umask", "077"}, {"tail", "-c", "+4", file}}, moved...),
			FromUTF16(text):   append([][]string{{"umask", "077"}, {"iconv", "-f", "UTF-16", "-t", "UTF-8", file}}, moved...),
		} {
			if got := words(t, script); !slices.EqualFunc(got, want, slices.Equal) {
				t.Fatalf("%s is\n%q to a shell, want\n%q", script, got, want)
			}
		}
	})
}

func valid(text string) bool { return strings.ToValidUTF8(text, "") == text }
