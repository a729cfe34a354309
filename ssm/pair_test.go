package ssm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"docker-credential-ssm/credential"
	"docker-credential-ssm/internal/testenv"
	"docker-credential-ssm/ssm/ssmtest"
)

// writers are stores of people who write one pair, each with a profile of its own. The
// server holds each of their calls, and answers it when the test lets that writer go on.
type writers struct {
	t       *testing.T
	server  *ssmtest.Server
	pairs   int // so far
	user    string
	pass    string
	stores  map[string]*Store
	arrived map[string]chan struct{} // a call has been made
	release map[string]chan struct{} // it is answered
	done    map[string]chan error
	results map[string]error
	begun   map[string]bool
}

var writes = map[string]credential.Credential{
	"alice":   {Username: "alice", Secret: "alices"},
	"bob":     {Username: "bob", Secret: "bobs"},
	"rotated": {Username: "alice", Secret: "rotated"},
}

func newWriters(t *testing.T) *writers {
	home := testenv.Isolate(t)
	w := &writers{t: t, server: ssmtest.NewServer(), stores: map[string]*Store{}}
	t.Cleanup(w.server.Close)
	text := ""
	for who := range writes {
		text += fmt.Sprintf("[profile %s]\naws_access_key_id=AKIA%s\naws_secret_access_key=x\nregion=eu-central-1\n", who, strings.ToUpper(who))
	}
	if err := os.Mkdir(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".aws", "config"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ENDPOINT_URL", w.server.URL)
	return w
}

func (w *writers) open(who string) *Store {
	return open(w.t, map[string]map[string]string{"docker-credential-ssm/pair.test": {"usernameParameter": w.user, "passwordParameter": w.pass, "profile": who}}, "WRITABLE=true")
}

// begin puts a pair into the store, or nothing, and makes the writers ready.
func (w *writers) begin(user, password string) {
	w.server.ClearFaults()
	w.pairs++
	w.user, w.pass = fmt.Sprintf("/team/%d/user", w.pairs), fmt.Sprintf("/team/%d/pass", w.pairs)
	if user != "" {
		w.server.Put(ssmtest.Parameter{Name: w.user, Value: user, Type: "String"})
		w.server.Put(ssmtest.Parameter{Name: w.pass, Value: password})
	}
	w.arrived, w.release = map[string]chan struct{}{}, map[string]chan struct{}{}
	w.done, w.results, w.begun = map[string]chan error{}, map[string]error{}, map[string]bool{}
	for who := range writes {
		w.stores[who] = w.open(who)
		arrived, release := make(chan struct{}), make(chan struct{})
		w.arrived[who], w.release[who], w.done[who] = arrived, release, make(chan error, 1)
		w.server.Fail(ssmtest.Fault{AccessKeyID: "AKIA" + strings.ToUpper(who), Answer: func(body []byte) []byte {
			arrived <- struct{}{}
			<-release
			return body
		}})
	}
}

// step lets a writer make its next call, and reports whether there was one.
func (w *writers) step(who string) bool {
	if _, over := w.results[who]; over {
		return false
	}
	if w.begun[who] {
		w.release[who] <- struct{}{}
	} else {
		w.begun[who] = true
		go func() {
			w.done[who] <- w.stores[who].Put(w.t.Context(), "pair.test", writes[who].Username, writes[who].Secret)
		}()
	}
	select {
	case <-w.arrived[who]:
		return true
	case w.results[who] = <-w.done[who]:
		return false
	}
}

// stored is the credential that a get finds now.
func (w *writers) stored() (credential.Credential, error) {
	s := w.stores["alice"]
	o, err := s.settings.For("pair.test")
	if err != nil {
		w.t.Fatal(err)
	}
	found := held{}
	for _, r := range o.Location.Resources() {
		if p, ok := w.server.Parameter(r.Name); ok {
			found[r] = stored{value: p.Value, kind: p.Type}
		}
	}
	return place{&client{settings: s.settings}, "pair.test", o}.decode(found)
}

// interleavings are all orders of so many steps of two writers.
func interleavings(a, b int) (all []string) {
	if a == 0 || b == 0 {
		return []string{strings.Repeat("a", a) + strings.Repeat("b", b)}
	}
	for _, rest := range interleavings(a-1, b) {
		all = append(all, "a"+rest)
	}
	for _, rest := range interleavings(a, b-1) {
		all = append(all, "b"+rest)
	}
	return all
}

// TestTwoWriters: in every order of the calls of two writers, the pair is one whole
// credential at the end, or a writer has failed and said what is where; and a writer
// that has succeeded saw its own credential whole.
func TestTwoWriters(t *testing.T) {
	w := newWriters(t)
	for _, tt := range []struct {
		a, b           string
		user, password string
		callsA, callsB int // a look, the writes, the look back; and its answer
	}{
		{"alice", "bob", "eve", "eves", 5, 5},
		{"alice", "bob", "", "", 5, 5},
		{"rotated", "bob", "alice", "old", 3, 5}, // which writes the password alone
	} {
		torn := 0
		for i, order := range interleavings(tt.callsA, tt.callsB) {
			if tt.user == "" && i%5 != 0 { // the calls are the same as above
				continue
			}
			w.begin(tt.user, tt.password)
			for _, turn := range order {
				who := tt.a
				if turn == 'b' {
					who = tt.b
				}
				if !w.step(who) {
					t.Fatalf("%s: %s has made fewer calls: %v", order, who, w.results[who])
				}
			}
			for _, who := range []string{tt.a, tt.b} {
				for w.step(who) {
				}
			}
			c, err := w.stored()
			whole := err == nil && (c == writes[tt.a] || c == writes[tt.b])
			if !whole {
				torn++
			}
			var conflict *ConflictError
			failed := 0
			for _, who := range []string{tt.a, tt.b} {
				switch err := w.results[who]; {
				case err == nil:
				case !errors.As(err, &conflict):
					t.Fatalf("%s: %s: %v", order, who, err)
				default:
					failed++
					for _, secret := range []string{"alices", "bobs", "rotated", "eves"} {
						if strings.Contains(err.Error(), secret) {
							t.Errorf("%s: %s is told %v", order, who, err)
						}
					}
				}
			}
			if !whole && failed == 0 {
				t.Errorf("%s: both succeed, and leave %+v, %v", order, c, err)
			}
			if !whole && !strings.Contains(conflict.Error(), "holds what was written (version ") {
				t.Errorf("%s: a torn pair is called %v", order, conflict)
			}
			if order == strings.Repeat("a", tt.callsA)+strings.Repeat("b", tt.callsB) && (failed > 1 || c != writes[tt.b]) {
				t.Errorf("one after the other: %d failed, and %+v is there", failed, c)
			}
		}
		t.Logf("%s and %s: %d orders, %d end with a pair of two", tt.a, tt.b, len(interleavings(tt.callsA, tt.callsB)), torn)
	}
}

// TestKilledWriter: a writer that is killed after any of its calls leaves one whole
// credential, the old or the new one, and the next one ends the change; whoever gets it
// in the middle is told.
func TestKilledWriter(t *testing.T) {
	w := newWriters(t)
	for _, user := range []string{"", "eve", "alice"} {
		for calls := 0; ; calls++ {
			w.begin(user, "old")
			more := true
			for range calls {
				more = w.step("alice")
			}
			c, err := w.stored()
			old := credential.Credential{Username: user, Secret: "old"}
			if c != old && c != writes["alice"] && (user != "" || err == nil) {
				t.Errorf("killed after call %d over %q: %+v, %v", calls, user, c, err)
			}
			p, _ := w.server.Parameter(w.pass)
			changing := strings.HasPrefix(p.Value, underWay)
			w.server.ClearFaults() // the others answer at once
			s := w.open("rotated")
			var note string
			s.Note = func(text string) { note = text }
			username, secret, err := s.Get(t.Context(), "pair.test")
			if got := (credential.Credential{Username: username, Secret: secret}); err == nil && got != c {
				t.Errorf("a get finds %+v, not %+v", got, c)
			}
			if changing != strings.Contains(note, "in the middle of a change of user name and password") || strings.Contains(note, "alices") {
				t.Errorf("killed after call %d over %q, the get notes %q; the password is %q", calls, user, note, p.Value)
			}
			if err := s.Put(t.Context(), "pair.test", "alice", "alices"); err != nil {
				t.Errorf("killed after call %d over %q: the next store: %v", calls, user, err)
			}
			u, _ := w.server.Parameter(w.user)
			if p, _ := w.server.Parameter(w.pass); u.Value != "alice" || p.Value != "alices" || user != "" && u.Type != "String" {
				t.Errorf("killed after call %d over %q: the next store leaves %q, %q of type %s", calls, user, u.Value, p.Value, u.Type)
			}
			if w.begun["alice"] && more { // let the killed one go
				go func(release, arrived chan struct{}) {
					for {
						select {
						case release <- struct{}{}:
						case <-arrived:
						case <-t.Context().Done():
							return
						}
					}
				}(w.release["alice"], w.arrived["alice"])
				<-w.done["alice"]
			}
			if !more {
				break
			}
		}
	}
}

// TestLongPair: a pair whose text with both would not fit a standard parameter is
// written half by half, and never makes the parameter an advanced one.
func TestLongPair(t *testing.T) {
	w := newWriters(t)
	w.begin("", "")
	w.server.ClearFaults()
	long := strings.Repeat("x", 4050)
	if err := w.open("bob").Put(t.Context(), "pair.test", "bob", long); err != nil {
		t.Fatal(err)
	}
	for _, call := range w.server.Calls() {
		if call.Action == "PutParameter" && call.Code != "" {
			t.Errorf("%+v", call)
		}
	}
	if p, _ := w.server.Parameter(w.pass); p.Value != long || p.Tier != "Standard" || p.Version != 1 {
		t.Errorf("%d bytes in tier %s, version %d", len(p.Value), p.Tier, p.Version)
	}
}

// TestUnderWayIsNotAPassword: only the program's own text is read as both.
func TestUnderWayIsNotAPassword(t *testing.T) {
	c := credential.Credential{Username: `a"\<b`, Secret: "s3 cret\u2028"}
	if got, ok := parseUnderWay(formatUnderWay(c)); !ok || got != c {
		t.Errorf("%+v, %v", got, ok)
	}
	for _, text := range []string{"", "s3cret", `{"username":"alice","password":"s3cret"}`, underWay, underWay + "s3cret", underWay + `{"auths":{}}`} {
		if c, ok := parseUnderWay(text); ok {
			t.Errorf("%q is read as %+v", text, c)
		}
	}
}
