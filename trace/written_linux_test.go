package trace

import (
	"cmp"
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"docker-credential-ssm/internal/leak"
)

// TestNothingIsWritten runs every verb and every command under strace. None opens a file
// for writing but the one that it is to change, starts a program but those that it is to
// ask, or has a secret in an argument, a variable, a stream, a log or a file. A secret is
// written in three places: the answer of get, the connection to AWS or to the registry,
// and the kernel's keyring where there is a cache.
func TestNothingIsWritten(t *testing.T) {
	program := built(t)
	total, bytes, finds, runs := 0, int64(0), 0, 0
	for _, w := range slices.Concat(gets(), verbs(), commands()) {
		t.Run(w.name, func(t *testing.T) {
			r := newRoom(t, program)
			s := w.trace(t, r)
			total, bytes, finds, runs = total+s.Places, bytes+s.Bytes, finds+len(s.Finds), runs+1
			for _, f := range s.Finds {
				t.Error(f)
			}
		})
	}
	t.Logf("%d runs: %d places with %d bytes searched for 3 secrets in %d forms each: %d finds", runs, total, bytes, len(leak.Forms(secret)), finds)
}

// trace runs a row, and returns what was found of it.
func (w row) trace(t *testing.T, r *room) *leak.Search {
	t.Helper()
	w.set(t, r)
	jsonSecret, _ := json.Marshal(secret)
	fill := strings.NewReplacer("HOST", r.host, `"SECRET"`, string(jsonSecret), "SECRET", secret)
	args := slices.Clone(w.args)
	for i := range args {
		args[i] = fill.Replace(args[i])
	}
	stdin := fill.Replace(cmp.Or(w.stdin, r.host))
	var o outcome
	if w.answers != nil {
		o = r.typed(t, w.answers, args...)
	} else {
		o = r.run(t, stdin, args...)
	}
	if o.ok == w.fails {
		t.Errorf("success: %v\n%s%s", o.ok, o.out, o.err)
	}
	if !strings.Contains(string(o.out)+string(o.err), w.shows) {
		t.Errorf("it does not show %q:\n%s%s", w.shows, o.out, o.err)
	}
	s := leak.New(map[string]string{"the secret": secret, "the other secret": other, "the secret access key": secretKey})
	seen := w.calls(t, r, s)
	if w.sends != seen["sent"] || w.cache && !seen["cached"] || w.answer != seen["answered"] {
		t.Errorf("the search is blind: the secret was seen %v", seen)
	}
	if !w.answer {
		s.Text("standard output", o.out)
	}
	s.Text("standard error, with the debug log", o.err)
	for _, dir := range []string{r.home, r.tmp, "/dev/shm"} {
		if err := s.Tree(dir); err != nil {
			t.Error(err)
		}
	}
	s.Finds = slices.DeleteFunc(s.Finds, func(find string) bool {
		return slices.ContainsFunc(w.had, func(name string) bool { return strings.HasPrefix(find, filepath.Join(r.home, name)+" ") })
	})
	return s
}

// calls looks at the system calls, and returns in which of the allowed places there was a
// secret.
func (w row) calls(t *testing.T, r *room, s *leak.Search) (seen map[string]bool) {
	t.Helper()
	seen = map[string]bool{}
	for i, c := range calls(t, r.log, r.program) {
		words := slices.DeleteFunc(slices.Clone(c.args), func(s string) bool {
			return c.name == "execve" && s == "AWS_SECRET_ACCESS_KEY="+secretKey // the user's own environment, which other helpers need too
		})
		text := []byte(strings.Join(words, "\x00"))
		if what, ok := c.opens(); ok && !w.mayChange(r, c, what) {
			t.Errorf("it changes %s", what)
		}
		to, writes := c.writes()
		place := ""
		switch {
		case c.name == "execve" && i > 0:
			if !slices.Contains(w.starts, filepath.Base(c.args[0])) && !slices.Contains(w.starts, c.args[0]) {
				t.Errorf("it starts %q", c.args)
			}
		case writes && strings.HasPrefix(to, "TCP"):
			place = "sent"
		case writes && to == "the keyring" && w.cache:
			place = "cached"
		case writes && strings.HasPrefix(c.text, "1<") && w.answer:
			place = "answered"
		case writes && w.keeps(r, to):
			place = "kept"
		}
		if place == "" {
			s.Text("the call "+c.name+" on "+to, text)
			continue
		}
		// Here a secret may be, and this shows that the search would find one.
		found := leak.New(map[string]string{"the secret": secret, "the other secret": other})
		found.Text(place, text)
		seen[place] = seen[place] || len(found.Finds) > 0
		keys := leak.New(map[string]string{"the secret access key": secretKey})
		keys.Text("the call "+c.name+" on "+to, text)
		s.Places += keys.Places
		s.Bytes += keys.Bytes
		s.Finds = append(s.Finds, keys.Finds...)
	}
	return seen
}

// draft is a pattern for the names of the file that replaces another one.
func draft(path string) string { return regexp.QuoteMeta(path) + `\.\d+\.tmp` }

// mayChange reports whether a row may open for writing, make, rename or remove what a
// call names: the file that it is to change, by way of a draft beside it, and devices that
// keep nothing.
func (w row) mayChange(r *room, c call, what string) bool {
	if what == "/dev/null" || what == "/dev/tty" {
		return true
	}
	paths := slices.Clone(c.args)
	for i, path := range paths {
		if !filepath.IsAbs(path) {
			paths[i] = filepath.Join(r.home, path)
		}
	}
	what = strings.Join(paths, " -> ")
	for _, name := range w.changes {
		path := filepath.Join(r.home, name)
		for _, allowed := range []string{
			regexp.QuoteMeta(r.home),                      // a file without a name
			`/proc/self/fd/\d+ -> ` + draft(path),         // gets one
			draft(path) + ` -> ` + regexp.QuoteMeta(path), // and replaces the file
			draft(path), // and is gone
		} {
			if regexp.MustCompile("^" + allowed + "$").MatchString(what) {
				return true
			}
		}
	}
	return false
}

// keeps reports whether a file is the new text of one that has a secret already.
func (w row) keeps(r *room, to string) bool {
	for _, name := range w.changes {
		if slices.Contains(w.had, name) && regexp.MustCompile("^("+draft(filepath.Join(r.home, name))+"|"+regexp.QuoteMeta(r.home)+`/#\d+)$`).MatchString(to) {
			return true
		}
	}
	return false
}
