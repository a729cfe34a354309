package setup

import (
	"bytes"
	"strings"
	"testing"

	"docker-credential-ssm/internal/cli"
	"docker-credential-ssm/settings"
)

// TestNoCacheNote: --cache-ttl is said to have no effect where there is no keyring,
// unless it takes the option back.
func TestNoCacheNote(t *testing.T) {
	for _, tt := range []struct {
		goos, ttl string
		said      bool
	}{{"linux", "5m", false}, {"darwin", "5m", true}, {"windows", "1h", true}, {"darwin", "0", false}, {"darwin", "0s", false}} {
		var errs bytes.Buffer
		c := &configuration{program: &cli.Program{Err: &errs}, options: []given{{settings.Option{Name: "cacheTTL"}, tt.ttl}}}
		c.noteNoCache(tt.goos)
		if said := strings.Contains(errs.String(), "cacheTTL has no effect here"); said != tt.said {
			t.Errorf("%s, %s: %q", tt.goos, tt.ttl, errs.String())
		}
	}
}
