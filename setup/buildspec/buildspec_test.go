package buildspec

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/rogpeppe/go-internal/txtar"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write what Read returns into testdata")

// marked begins every password that is written out in testdata.
const marked = "hunter2"

// TestRead reads the buildspecs in testdata. Each archive has the text before
// and after, and the report; "crlf" in its comment gives both texts Windows'
// line ends. An archive without an after is one in which nothing changes.
func TestRead(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) < 35 {
		t.Fatalf("%d buildspecs in testdata, %v", len(archives), err)
	}
	for _, path := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			crlf := strings.Contains(string(archive.Comment), "crlf")
			files := map[string]string{}
			for _, f := range archive.Files {
				files[f.Name] = string(f.Data)
				if crlf && f.Name != "report" {
					files[f.Name] = strings.ReplaceAll(string(f.Data), "\n", "\r\n")
				}
			}
			before := files["before.yml"]
			p, err := Read("buildspec.yml", []byte(before))
			if *update {
				write(t, path, archive, p, err)
				return
			}
			if err != nil {
				compare(t, "report", files["report"], err.Error()+"\n")
				return
			}
			after, changes := files["after.yml"]
			if !changes {
				after = before
			}
			compare(t, "after.yml", after, string(p.Result))
			compare(t, "report", files["report"], report(p))
			check(t, before, p)
		})
	}
}

func compare(t *testing.T, name, want, got string) {
	t.Helper()
	if want != got {
		t.Errorf("%s", diff.Diff("want "+name, []byte(want), "got "+name, []byte(got)))
	}
}

// write keeps what Read returned, to be read over by a person.
func write(t *testing.T, path string, archive *txtar.Archive, p *Plan, err error) {
	archive.Files = archive.Files[:1]
	said := ""
	switch {
	case err != nil:
		said = err.Error() + "\n"
	case p.Changed():
		archive.Files = append(archive.Files, txtar.File{Name: "after.yml", Data: []byte(strings.ReplaceAll(string(p.Result), "\r\n", "\n"))})
		fallthrough
	default:
		said = report(p)
	}
	archive.Files = append(archive.Files, txtar.File{Name: "report", Data: []byte(said)})
	if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// check holds what is true of every plan.
func check(t *testing.T, before string, p *Plan) {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal(p.Result, &n); err != nil {
		t.Errorf("the result does not parse: %v", err)
	}
	again, err := Read("buildspec.yml", p.Result)
	if err != nil {
		t.Fatalf("the result cannot be read again: %v", err)
	}
	if again.Changed() {
		t.Errorf("a second run changes the result:\n%s", again.Diff())
	}
	for _, l := range again.Logins {
		if l.Command != "" {
			t.Errorf("a second run finds the login of line %d", l.Line)
		}
	}
	if p.Understood() != again.Understood() {
		t.Errorf("understood: %v, and %v in a second run", p.Understood(), again.Understood())
	}
	said := report(p) + string(p.Diff())
	if strings.Contains(said, marked) {
		t.Errorf("a password is repeated:\n%s", said)
	}
	for _, secret := range p.secrets {
		if strings.Contains(said, secret) && !strings.Contains(mask, secret) && !strings.Contains(ordinary, secret) {
			t.Errorf("the password %q is repeated:\n%s", secret, said)
		}
	}
	for _, l := range p.Logins {
		if (l.Command == "") == (l.Problem == "" && !l.ECR) {
			t.Errorf("line %d has command %q, problem %q, ECR %v", l.Line, l.Command, l.Problem, l.ECR)
		}
		if l.Problem != "" && l.Advice == "" {
			t.Errorf("line %d has a problem without advice: %s", l.Line, l.Problem)
		}
	}
	untouched(t, before, string(p.Result))
}

// untouched checks that each line of the result is one of before, in their
// order, or has a reason to be new.
func untouched(t *testing.T, before, after string) {
	t.Helper()
	old := strings.SplitAfter(before, "\n")
	for _, line := range strings.SplitAfter(after, "\n") {
		rest := old
		for len(rest) > 0 && rest[0] != line {
			rest = rest[1:]
		}
		if len(rest) > 0 {
			old = rest[1:]
			continue
		}
		if !strings.Contains(line, "docker-credential-ssm configure") && !changed(line, before) {
			t.Errorf("a line is new, or in another order: %q", line)
		}
	}
}

// changed says whether a line is one of before with something cut out, or a
// command that does nothing in the place of one.
func changed(line, before string) bool {
	if strings.Contains(line, "true") {
		return true
	}
	for _, old := range strings.SplitAfter(before, "\n") {
		i := 0
		for _, c := range []byte(old) {
			if i < len(line) && line[i] == c {
				i++
			}
		}
		if i == len(line) {
			return true
		}
	}
	return false
}
