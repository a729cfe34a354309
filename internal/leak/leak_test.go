package leak

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const secret = "dckr_pat_<ä>/+\"'\n0123456789"

// TestForms writes a secret as programs do, between other texts of every length, and
// finds it each time.
func TestForms(t *testing.T) {
	for _, s := range []string{secret, "s3cret-of-a-test", "p&ss=w%rd?<>~ü€𝄞\\"} {
		for before := range 7 {
			for after := range 4 {
				text := strings.Repeat("x", before) + s + strings.Repeat(":", after)
				html, _ := json.Marshal(text)
				inJSON, _ := json.Marshal(string(html))
				for how, written := range map[string]string{
					"plain": text, "base64": base64.StdEncoding.EncodeToString([]byte(text)), "base64url": base64.URLEncoding.EncodeToString([]byte(text)),
					"hex": fmt.Sprintf("%x", text), "HEX": fmt.Sprintf("%X", text), "a []byte": fmt.Sprint([]byte(text)), "% x": fmt.Sprintf("% x", text),
					"query": url.QueryEscape(text), "path": url.PathEscape(text), "quoted": fmt.Sprintf("%q", text), "+q": fmt.Sprintf("%+q", text), "JSON": string(html), "JSON in JSON": string(inJSON),
				} {
					search := New(map[string]string{"the secret": s})
					if search.Text(how, []byte("before "+written+" after")); search.Finds == nil {
						t.Errorf("%s: not found in %s", how, written)
					}
				}
			}
		}
	}
	search := New(map[string]string{"the secret": secret})
	search.Text("nothing", []byte(strings.Repeat("dckr_pat_ 0123456789 "+base64.StdEncoding.EncodeToString([]byte("dckr_pat_")), 10)))
	if search.Finds != nil || search.Places != 1 {
		t.Errorf("found in %d: %q", search.Places, search.Finds)
	}
}

// TestTree finds one in a file, in a file's name and in a link's target, and not in a
// tree without.
func TestTree(t *testing.T) {
	const secret = "s3cret-of-a-test"
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "a", "b"), 0o700); err != nil {
		t.Fatal(err)
	}
	look := func(finds int) {
		t.Helper()
		s := New(map[string]string{"the secret": secret})
		if err := s.Tree(dir); err != nil || len(s.Finds) != finds {
			t.Errorf("%v, %d places, %q; want %d", err, s.Places, s.Finds, finds)
		}
	}
	look(0)
	if err := os.WriteFile(filepath.Join(dir, "a", "b", ".hidden"), []byte("x"+secret), 0o600); err != nil {
		t.Fatal(err)
	}
	look(1)
	if err := os.WriteFile(filepath.Join(dir, "a", secret), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	look(2)
	if err := os.Symlink("/nowhere/"+secret, filepath.Join(dir, "link")); err == nil {
		look(3)
	}
}
